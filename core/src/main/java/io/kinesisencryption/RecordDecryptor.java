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
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.WrappingKeys;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Opens records of one stream. Made by {@link KinesisEncryption#decryptor}, usable until that is closed. Needs no thread of its own but those that
 * load keys. Make one for each shard: shards take turns at the key service, so that one full of records whose keys are missing does not hold up
 * the others. Thread-safe.
 */
public final class RecordDecryptor {
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
        Ciphers ciphers = owner.ciphers();
        try {
            byte[] envelope = record.data();
            if (CompactLayout.recognises(envelope)) {
                return openCompact(ciphers, record);
            }
            if (EncryptionSdkMessage.recognises(envelope)) {
                return openEncryptionSdk(ciphers, record);
            }
            throw new PlaintextRecordException(
                    "The record's %d bytes of data are not an envelope, and plaintext is not accepted"
                            .formatted(envelope.length),
                    null);
        } catch (KinesisEncryptionException e) {
            owner.events().onFailure(new Failure(stream, Operation.DECRYPT, e));
            throw e;
        }
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
            byte[] envelope = record.data();
            if (CompactLayout.recognises(envelope)) {
                compact.add(envelope);
            } else if (EncryptionSdkMessage.recognises(envelope)) {
                try {
                    messages.add(admissible(envelope));
                } catch (KinesisEncryptionException e) {
                    // Refused without a key, and refused again when it is opened.
                }
            }
        }
        return ciphers.compact().prefetch(this, compact, required, acceptedSuites)
                + ciphers.encryptionSdk().prefetch(this, messages);
    }

    private List<UserRecord> openCompact(Ciphers ciphers, KinesisRecord record) {
        try (OpenedPayload opened =
                ciphers.compact().decrypt(this, record.data(), record.partitionKey(), required, acceptedSuites)) {
            PayloadShape shape = new PayloadShape(
                    (opened.flags() & CompactLayout.FLAG_AGGREGATE) != 0 ? PayloadKind.AGGREGATE : PayloadKind.RECORD,
                    (opened.flags() & CompactLayout.FLAG_ZSTD) != 0 ? Compression.ZSTD : Compression.NONE);
            return handOut(EnvelopeFormat.COMPACT, shape, opened.bytes(), opened.sizeBytes(), record);
        }
    }

    private List<UserRecord> openEncryptionSdk(Ciphers ciphers, KinesisRecord record) {
        EncryptionSdkMessage layout = admissible(record.data());
        byte[] payload = ciphers.encryptionSdk().decrypt(this, record.data(), layout);
        return handOut(
                EnvelopeFormat.AWS_ENCRYPTION_SDK,
                PayloadShape.of(layout.encryptionContext()),
                payload,
                payload.length,
                record);
    }

    private List<UserRecord> handOut(
            EnvelopeFormat format, PayloadShape shape, byte[] payload, int sizeBytes, KinesisRecord record) {
        List<UserRecord> records = PayloadCodec.decode(format, shape, payload, sizeBytes, record);
        owner.events().onDecrypted(new Decrypted(stream, format, records.size(), sizeBytes, record.data().length));
        return records;
    }

    /** Refuses what can be refused without a key. */
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
        Keyring keyring = owner.keyring();
        WrappingKeys.requireConfigured(layout.encryptedDataKeys(), keyring::recognises, keyring.toString());
        return layout;
    }
}
