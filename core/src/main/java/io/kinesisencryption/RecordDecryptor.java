// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.EncryptionListener.Decrypted;
import io.kinesisencryption.EncryptionListener.Failure;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.crypto.OpenedPayload;
import io.kinesisencryption.internal.crypto.ReusedArrays;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens records of one stream. Made by {@link KinesisEncryption#decryptor}, usable until that is closed. Needs no thread of its own but those that
 * load keys. Make one for each shard: shards take turns at the key service, so that one full of records whose keys are missing does not hold up
 * the others. Thread-safe.
 */
public final class RecordDecryptor {
    /** Holds the header of most COMPACT envelopes: under an AWS KMS key it takes some 370 bytes. */
    private static final int USUAL_FRONT_BYTES = 1024;

    /** A new array of less is quickly had. */
    private static final int LEAST_REUSED_BYTES = 1 << 14;

    private final KinesisEncryption owner;
    private final StreamIdentity stream;
    private final ReaderContext required;
    private final Set<AlgorithmSuite> acceptedSuites;

    RecordDecryptor(
            KinesisEncryption owner,
            StreamIdentity stream,
            ReaderContext required,
            Set<AlgorithmSuite> acceptedSuites) {
        this.owner = owner;
        this.stream = stream;
        this.required = required;
        this.acceptedSuites = acceptedSuites;
    }

    /**
     * The stream whose records are opened.
     *
     * @return the stream
     */
    public StreamIdentity stream() {
        return stream;
    }

    /**
     * Opens one Kinesis record. Everything that can be refused without a key is refused before a key is asked for: the layout, the version and
     * suite, the stream, the required pairs, and wrapping keys that are not configured. Nothing is handed out before all of it is authenticated.
     *
     * @param record a record as it was read from the stream; its array is not changed
     * @return the user records in it, in order, each with its data in an array of its own; never empty
     * @throws KinesisEncryptionException if the record cannot be opened; see {@link KinesisEncryptionException#failureClass()} for what to do
     *     about it
     * @throws IllegalStateException if the owner is closed
     */
    public List<UserRecord> decrypt(KinesisRecord record) {
        byte[] envelope = record.data();
        return open(
                new Wire<>(record.partitionKey(), record.explicitHashKey(), UserRecord::of), envelope, envelope.length);
    }

    /**
     * Opens one Kinesis record that a reader holds in a buffer, as {@link #decrypt(KinesisRecord)} does, for objects of the reader's own. Copies less
     * than that.
     *
     * @param <T> what is made of each user record
     * @param partitionKey the partition key of the wire, or null if the record has none
     * @param explicitHashKey the explicit hash key of the wire, or null; a user record that does not bring its own keys has those of the wire
     * @param data the record's data: the bytes between the buffer's position and its limit. The buffer may be read-only, and its position stays.
     * @param factory makes each of them
     * @return what it made, in order; never empty
     * @throws KinesisEncryptionException if the record cannot be opened
     * @throws IllegalStateException if the owner is closed
     */
    public <T> List<T> decrypt(
            @Nullable String partitionKey,
            @Nullable String explicitHashKey,
            ByteBuffer data,
            UserRecordFactory<T> factory) {
        Wire<T> wire = new Wire<>(partitionKey, explicitHashKey, factory);
        int sizeBytes = data.remaining();
        if (data.hasArray() && data.arrayOffset() == 0 && data.position() == 0 && data.array().length == sizeBytes) {
            return open(wire, data.array(), sizeBytes);
        }
        // Only of COMPACT the end need not be that of the array.
        if (sizeBytes < LEAST_REUSED_BYTES || !CompactLayout.recognises(front(data, EnvelopeInfo.RECOGNISED_BYTES))) {
            return open(wire, front(data, sizeBytes), sizeBytes);
        }
        ReusedArrays arrays = owner.ciphers().ciphertexts();
        byte[] envelope = arrays.take(sizeBytes);
        try {
            data.get(data.position(), envelope, 0, sizeBytes);
            return open(wire, envelope, sizeBytes);
        } finally {
            arrays.giveBack(envelope);
        }
    }

    /** What a record has beside its data, and what is made of it. */
    private record Wire<T>(
            @Nullable String partitionKey, @Nullable String explicitHashKey, UserRecordFactory<T> factory) {}

    private <T> List<T> open(Wire<T> wire, byte[] envelope, int sizeBytes) {
        Ciphers ciphers = owner.ciphers();
        try {
            if (CompactLayout.recognises(envelope)) {
                return openCompact(ciphers, wire, envelope, sizeBytes);
            }
            if (EncryptionSdkMessage.recognises(envelope)) {
                return openEncryptionSdk(ciphers, wire, envelope);
            }
            throw new PlaintextRecordException(
                    "The record's %d bytes of data are not an envelope, and plaintext is not accepted"
                            .formatted(sizeBytes),
                    null);
        } catch (KinesisEncryptionException e) {
            owner.events().onFailure(new Failure(stream, Operation.DECRYPT, e));
            throw e;
        }
    }

    /** A copy of at most so many bytes of a buffer. */
    private static byte[] front(ByteBuffer data, int maxBytes) {
        byte[] front = new byte[Math.min(data.remaining(), maxBytes)];
        data.get(data.position(), front, 0, front.length);
        return front;
    }

    /**
     * Loads the data keys that a batch of records needs and that are not here yet, in parallel as far as the limits of the key service allow, and
     * waits for them. It only saves time: what cannot be had is told by {@link #decrypt}, record by record.
     *
     * @param records the batch, in the order in which it will be opened
     * @return how many different data keys the batch needs, those that are here already included; records that are refused without a key need none
     * @throws IllegalStateException if the owner is closed
     */
    public int prefetch(Collection<KinesisRecord> records) {
        Ciphers ciphers = owner.ciphers();
        List<byte[]> compact = new ArrayList<>();
        List<EncryptionSdkMessage> messages = new ArrayList<>();
        for (KinesisRecord record : records) {
            sort(record.data(), compact, messages);
        }
        return prefetch(ciphers, compact, messages);
    }

    /**
     * As {@link #prefetch}, of records that a reader holds in buffers. Of a COMPACT envelope only the header is copied.
     *
     * @param batch the data of the records, in the order in which they will be opened: of each buffer the bytes between its position and its limit. The
     *     buffers may be read-only, and their positions stay.
     * @return how many different data keys the batch needs
     * @throws IllegalStateException if the owner is closed
     */
    public int prefetchBuffers(Collection<ByteBuffer> batch) {
        Ciphers ciphers = owner.ciphers();
        List<byte[]> compact = new ArrayList<>();
        List<EncryptionSdkMessage> messages = new ArrayList<>();
        byte[] lastHeader = null;
        for (ByteBuffer data : batch) {
            // Most records have the key of the one before them.
            if (lastHeader != null && beginsWith(lastHeader, data)) {
                continue;
            }
            byte[] front = front(data, USUAL_FRONT_BYTES);
            if (front.length < data.remaining() && !enough(front)) {
                front = front(data, longer(front));
            }
            sort(front, compact, messages);
            lastHeader = headerOf(front);
        }
        return prefetch(ciphers, compact, messages);
    }

    private static boolean beginsWith(byte[] header, ByteBuffer data) {
        return data.remaining() >= header.length
                && data.slice(data.position(), header.length).equals(ByteBuffer.wrap(header));
    }

    /** Whether the front of a record that is longer has all that {@link #prefetchBuffers} looks at. */
    private static boolean enough(byte[] front) {
        return CompactLayout.recognises(front) ? headerOf(front) != null : !EncryptionSdkMessage.recognises(front);
    }

    /** What all COMPACT envelopes of a key begin with if they have the same flags; null if it is not all there, or another format's. */
    private static byte @Nullable [] headerOf(byte[] front) {
        if (!CompactLayout.recognises(front)) {
            return null;
        }
        try {
            return Arrays.copyOf(front, CompactLayout.read(front).nonceOffset());
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }

    /** A message of the Encryption SDK is looked at as a whole. */
    private static int longer(byte[] front) {
        return CompactLayout.recognises(front) ? CompactLayout.MAX_FRONT_BYTES : Integer.MAX_VALUE;
    }

    /** What is no envelope is left out, and what is refused without a key: it is refused again when it is opened. */
    private void sort(byte[] envelope, List<byte[]> compact, List<EncryptionSdkMessage> messages) {
        if (CompactLayout.recognises(envelope)) {
            compact.add(envelope);
        } else if (EncryptionSdkMessage.recognises(envelope)) {
            try {
                messages.add(admissible(envelope));
            } catch (KinesisEncryptionException e) {
                // Told later.
            }
        }
    }

    private int prefetch(Ciphers ciphers, List<byte[]> compact, List<EncryptionSdkMessage> messages) {
        return ciphers.compact().prefetch(this, compact, required, acceptedSuites)
                + ciphers.encryptionSdk().prefetch(this, messages);
    }

    private <T> List<T> openCompact(Ciphers ciphers, Wire<T> wire, byte[] envelope, int sizeBytes) {
        try (OpenedPayload opened =
                ciphers.compact().decrypt(this, envelope, sizeBytes, wire.partitionKey, required, acceptedSuites)) {
            PayloadShape shape = new PayloadShape(
                    (opened.flags() & CompactLayout.FLAG_AGGREGATE) != 0 ? PayloadKind.AGGREGATE : PayloadKind.RECORD,
                    (opened.flags() & CompactLayout.FLAG_ZSTD) != 0 ? Compression.ZSTD : Compression.NONE);
            return handOut(EnvelopeFormat.COMPACT, shape, opened.bytes(), opened.sizeBytes(), wire, sizeBytes);
        }
    }

    private <T> List<T> openEncryptionSdk(Ciphers ciphers, Wire<T> wire, byte[] envelope) {
        EncryptionSdkMessage layout = admissible(envelope);
        byte[] payload = ciphers.encryptionSdk().decrypt(this, envelope, layout);
        return handOut(
                EnvelopeFormat.AWS_ENCRYPTION_SDK,
                PayloadShape.of(layout.encryptionContext()),
                payload,
                payload.length,
                wire,
                envelope.length);
    }

    private <T> List<T> handOut(
            EnvelopeFormat format,
            PayloadShape shape,
            byte[] payload,
            int payloadSizeBytes,
            Wire<T> wire,
            int envelopeSizeBytes) {
        List<T> records = PayloadCodec.decode(
                format, shape, payload, payloadSizeBytes, wire.partitionKey, wire.explicitHashKey, wire.factory);
        owner.events().onDecrypted(new Decrypted(stream, format, records.size(), payloadSizeBytes, envelopeSizeBytes));
        return records;
    }

    /** Refuses what can be refused without a key, but for its wrapping keys. */
    private EncryptionSdkMessage admissible(byte[] envelope) {
        EncryptionSdkMessage layout = EncryptionSdkMessage.parse(envelope);
        if (!acceptedSuites.contains(layout.suite())) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_SUITE,
                    "The record is of the algorithm suite %s; this reader accepts %s"
                            .formatted(layout.suite(), acceptedSuites),
                    null);
        }
        required.check(EnvelopeFormat.AWS_ENCRYPTION_SDK, layout.encryptionContext());
        return layout;
    }
}
