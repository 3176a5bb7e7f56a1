// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.EncryptionListener.Encrypted;
import io.kinesisencryption.EncryptionListener.Failure;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.internal.crypto.KeyBlinder;
import io.kinesisencryption.internal.crypto.PartitionKeyHash;
import io.kinesisencryption.internal.encryptionsdk.EncryptionSdkCipher;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.internal.payload.ZstdCompressor;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Seals user records for one stream. Made by {@link KinesisEncryption#encryptor}, usable until that is closed. Thread-safe.
 */
public final class RecordEncryptor {
    private static final int UNKNOWN = -1;

    private final KinesisEncryption owner;
    private final StreamIdentity stream;
    private final EncryptorOptions options;
    private final PayloadShape shape;
    private final WriterKey key;
    private final int flags;

    /** What the last envelope had beside its payload; another data key can change it. A race costs a look at the key. */
    private volatile int overheadBytes = UNKNOWN;

    RecordEncryptor(
            KinesisEncryption owner, StreamIdentity stream, EncryptorOptions options, Map<String, String> userPairs) {
        this.owner = owner;
        this.stream = stream;
        this.options = options;
        this.shape = options.shape();
        this.flags = flagsOf(options);
        this.key = new WriterKey(
                options.suite(),
                options.format() == EnvelopeFormat.COMPACT
                        ? WriterContext.of(stream.name(), stream.arn(), userPairs)
                        : WriterContext.of(stream.name(), stream.arn(), userPairs, shape));
    }

    /**
     * The stream that records are sealed for.
     *
     * @return the stream
     */
    public StreamIdentity stream() {
        return stream;
    }

    /**
     * How this encryptor seals.
     *
     * @return the options
     */
    public EncryptorOptions options() {
        return options;
    }

    /**
     * Seals one user record as one Kinesis record. The result's size is not checked against the stream's limit, which this class does not know.
     *
     * @param record a record whose data is at most 10 MiB, the largest that any stream can be set to take; its array is not changed
     * @return the record to put: put its keys as well as its data
     * @throws RecordTooLargeException if the data is larger than that
     * @throws KinesisEncryptionException if no data key can be had; see {@link KinesisEncryptionException#failureClass()}
     * @throws IllegalArgumentException if the record has no partition key and is to be bound to it, or has a key that is no text
     * @throws IllegalStateException if the owner is closed
     */
    public KinesisRecord encrypt(UserRecord record) {
        return tellingFailures(() -> {
            KeyBlinder blinder = blinder();
            String partitionKey = record.partitionKey();
            String explicitHashKey = record.explicitHashKey();
            if (blinder != null) {
                partitionKey = partitionKey == null ? null : blinder.partitionKey(partitionKey);
                explicitHashKey = explicitHashKey == null ? null : blinder.explicitHashKey(explicitHashKey);
            }
            return seal(partitionKey, explicitHashKey, List.of(record));
        });
    }

    /**
     * Seals many user records as one Kinesis record. Their own keys travel inside.
     *
     * @param partitionKey the partition key of the wire, which everybody sees; blinding does not change it
     * @param explicitHashKey the explicit hash key of the wire, or null
     * @param records from 1 to 1,048,576; at most 10 MiB of data, before it is compressed
     * @return the record to put: put its keys as well as its data
     * @throws RecordTooLargeException if the aggregate is larger than that
     * @throws KinesisEncryptionException if no data key can be had; see {@link KinesisEncryptionException#failureClass()}
     * @throws IllegalArgumentException if there is no record or too many, a record has a key that is no text, or this encryptor does not seal
     *     aggregates
     * @throws IllegalStateException if the owner is closed
     */
    public KinesisRecord encryptAggregate(
            @Nullable String partitionKey, @Nullable String explicitHashKey, List<UserRecord> records) {
        checkAggregate(records);
        return tellingFailures(() -> seal(partitionKey, explicitHashKey, records));
    }

    /**
     * The size for which the service will count a record once it is encrypted: the data that the stream will store and the partition key of the
     * wire, blinded if that is asked for. Nothing is encrypted, and nothing of a data key's budget is used.
     *
     * <p>It is exact while the keyring encrypts each data key to the same size, as those of AWS KMS and of raw AES do; otherwise it is that of the
     * data key that was used last. With {@link Compression#ZSTD} it is an upper bound, some hundreds of bytes or half a per cent above what an
     * incompressible record takes. Data over 10 MiB, which cannot be encrypted, has a size over 10 MiB, which need not be exact.
     *
     * @param record the record; not changed
     * @return bytes
     * @throws KinesisEncryptionException a key failure: if nothing was encrypted here yet, the data key is asked for as {@link #encrypt} would do,
     *     and this thread waits for it. Never after that; {@link #ready} does it beforehand.
     * @throws IllegalArgumentException if {@link #encrypt} would throw one
     * @throws IllegalStateException if the owner is closed
     */
    public long sizeOf(UserRecord record) {
        String partitionKey = record.partitionKey();
        boolean blinded = options.blindingSecret() != null && partitionKey != null;
        return sizeOf(blinded ? KeyBlinder.PSEUDONYM_CHARS : utf8Bytes(partitionKey), partitionKey, List.of(record));
    }

    /**
     * Where a partition key lies in the space of hash keys, without showing it to those who see the stream: the first 64 bits of its MD5, or where
     * keys are blinded of its pseudonym. For producers that sort records by it. Quick enough to be asked for each record.
     *
     * @param partitionKey the application's partition key, any text
     * @return an unsigned number, the upper half of one of 128 bits
     * @throws KinesisEncryptionException a key failure: if keys are blinded by a secret of AWS KMS that was not asked for yet, this thread asks for
     *     it and waits. Never after that; {@link #ready} does it beforehand.
     * @throws IllegalStateException if the blinding secret is closed
     * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html">PutRecord: PartitionKey</a>
     */
    public long hashKeyHigh(String partitionKey) {
        KeyBlinder blinder = blinder();
        return blinder == null ? PartitionKeyHash.high(partitionKey) : blinder.hashKeyHigh(partitionKey);
    }

    /**
     * The size for which the service will count an aggregate once it is encrypted, as {@link #sizeOf(UserRecord)} says.
     *
     * @param partitionKey the partition key of the wire; blinding does not change it
     * @param records from 1 to 1,048,576; not changed
     * @return bytes
     * @throws KinesisEncryptionException a key failure, as for {@link #sizeOf(UserRecord)}
     * @throws IllegalArgumentException if {@link #encryptAggregate} would throw one
     * @throws IllegalStateException if the owner is closed
     */
    public long sizeOfAggregate(@Nullable String partitionKey, List<UserRecord> records) {
        checkAggregate(records);
        return sizeOf(utf8Bytes(partitionKey), partitionKey, records);
    }

    /**
     * Begins to ask the key service for whatever an encryption would have to wait for: the data key, and where keys are blinded by a secret of AWS
     * KMS that was not asked for yet, that as well. For callers whose thread must not wait for the key service: everything is asked for on threads
     * of the caches'.
     *
     * @return completed once an encryption will most likely not wait, or exceptionally with the {@link KinesisEncryptionException}, after
     *     {@code maxWait} at the latest; possibly by a thread that must not be held up
     * @throws IllegalStateException if the owner or the blinding secret is closed
     */
    public CompletableFuture<Void> ready() {
        Ciphers ciphers = owner.ciphers();
        CompletableFuture<Void> blinding = blindingReady(ciphers);
        CompletableFuture<Void> dataKey = options.format() == EnvelopeFormat.COMPACT
                ? ciphers.compact().ready(key)
                : ciphers.encryptionSdk().ready(key);
        return CompletableFuture.allOf(dataKey, blinding);
    }

    private CompletableFuture<Void> blindingReady(Ciphers ciphers) {
        BlindingSecret secret = options.blindingSecret();
        if (secret == null || !secret.asksFor(stream)) {
            return CompletableFuture.completedFuture(null);
        }
        return ciphers.sharedCalls().begin(new Blinding(secret, stream), () -> secret.blinder(stream));
    }

    /** What a key service is asked for to blind the keys of a stream. */
    private record Blinding(BlindingSecret secret, StreamIdentity stream) {
        @Override
        public String toString() {
            return "The blinding secret of the stream %s from %s".formatted(stream, secret);
        }
    }

    private long sizeOf(int wireKeyBytes, @Nullable String partitionKey, List<UserRecord> records) {
        Ciphers ciphers = owner.ciphers();
        if (options.partitionKeyBound()) {
            var unused = bound(partitionKey);
        }
        long payloadBytes = dataBytes(records);
        if (payloadBytes <= EncryptionSdkCipher.MAX_PAYLOAD_BYTES) {
            payloadBytes =
                    PayloadCodec.encode(options.format(), shape.kind(), records).sizeBytes();
            if (shape.compression() == Compression.ZSTD) {
                payloadBytes = ZstdCompressor.maxSizeBytes(payloadBytes);
            }
        }
        return wireKeyBytes + payloadBytes + overheadBytes(ciphers);
    }

    private int overheadBytes(Ciphers ciphers) {
        int known = overheadBytes;
        if (known == UNKNOWN) {
            known = tellingFailures(() -> options.format() == EnvelopeFormat.COMPACT
                    ? ciphers.compact().overheadBytes(key)
                    : ciphers.encryptionSdk().overheadBytes(key));
            overheadBytes = known;
        }
        return known;
    }

    private static int utf8Bytes(@Nullable String partitionKey) {
        return partitionKey == null ? 0 : partitionKey.getBytes(StandardCharsets.UTF_8).length;
    }

    private void checkAggregate(List<UserRecord> records) {
        if (options.payloadKind() != PayloadKind.AGGREGATE) {
            throw new IllegalArgumentException(
                    "This encryptor seals single records: set payloadKind(AGGREGATE) in its options");
        }
        if (records.isEmpty()) {
            throw new IllegalArgumentException("An aggregate holds at least one user record");
        }
        if (records.size() > AggregateReader.DEFAULT_MAX_RECORDS) {
            throw new IllegalArgumentException("%d user records are given; a reader accepts at most %d in an aggregate"
                    .formatted(records.size(), AggregateReader.DEFAULT_MAX_RECORDS));
        }
    }

    private static long dataBytes(List<UserRecord> records) {
        long dataBytes = 0;
        for (UserRecord record : records) {
            dataBytes += record.data().length;
        }
        return dataBytes;
    }

    private KinesisRecord seal(
            @Nullable String partitionKey, @Nullable String explicitHashKey, List<UserRecord> records) {
        Ciphers ciphers = owner.ciphers();
        checkSize(dataBytes(records));
        Payload payload = PayloadCodec.encode(options.format(), shape.kind(), records);
        // Before it is compressed as well: no reader decompresses more than this, however small the frame.
        checkSize(payload.sizeBytes());
        if (shape.compression() == Compression.ZSTD) {
            payload = PayloadCodec.compress(payload);
            checkSize(payload.sizeBytes());
        }
        byte[] envelope;
        if (options.format() == EnvelopeFormat.COMPACT) {
            String boundKey = options.partitionKeyBound() ? bound(partitionKey) : null;
            envelope = ciphers.compact().encrypt(key, flags, boundKey, payload);
        } else {
            envelope = ciphers.encryptionSdk().encrypt(key, payload.toByteArray());
        }
        int newOverheadBytes = envelope.length - payload.sizeBytes();
        if (newOverheadBytes != overheadBytes) {
            overheadBytes = newOverheadBytes;
        }
        owner.events()
                .onEncrypted(
                        new Encrypted(stream, options.format(), records.size(), payload.sizeBytes(), envelope.length));
        return KinesisRecord.of(partitionKey, explicitHashKey, envelope);
    }

    private @Nullable KeyBlinder blinder() {
        BlindingSecret secret = options.blindingSecret();
        return secret == null ? null : secret.blinder(stream);
    }

    private static String bound(@Nullable String partitionKey) {
        if (partitionKey == null) {
            throw new IllegalArgumentException(
                    "A record without a partition key cannot be bound to it: leave bindPartitionKey out on streams that distribute records by themselves");
        }
        return partitionKey;
    }

    private static void checkSize(long sizeBytes) {
        if (sizeBytes > EncryptionSdkCipher.MAX_PAYLOAD_BYTES) {
            throw new RecordTooLargeException(
                    0,
                    sizeBytes,
                    EncryptionSdkCipher.MAX_PAYLOAD_BYTES,
                    "The record's data has %d bytes; no stream takes more than %d"
                            .formatted(sizeBytes, EncryptionSdkCipher.MAX_PAYLOAD_BYTES));
        }
    }

    private static int flagsOf(EncryptorOptions options) {
        return (options.payloadKind() == PayloadKind.AGGREGATE ? CompactLayout.FLAG_AGGREGATE : 0)
                | (options.compression() == Compression.ZSTD ? CompactLayout.FLAG_ZSTD : 0)
                | (options.partitionKeyBound() ? CompactLayout.FLAG_PARTITION_KEY_BOUND : 0);
    }

    private <T> T tellingFailures(Supplier<T> sealing) {
        try {
            return sealing.get();
        } catch (KinesisEncryptionException e) {
            owner.events().onFailure(new Failure(stream, Operation.ENCRYPT, e));
            throw e;
        }
    }
}
