// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be opened, as the stream stored it, with its place and the reason. It holds no plaintext that the record did not hold in the
 * clear. Immutable, as far as nobody changes the array of its data.
 */
public final class DeadLetter {
    private static final int LONGEST_REASON = 4_000;
    /** Of what a stream takes. Inside an aggregate of the KPL keys can be of any length, and with those a letter would be more than readers read. */
    private static final int LONGEST_PARTITION_KEY = 256;

    private static final int LONGEST_EXPLICIT_HASH_KEY = 39;

    private final RecordOrigin origin;
    private final @Nullable String partitionKey;
    private final @Nullable String explicitHashKey;
    private final byte @Nullable [] data;
    private final int sizeBytes;
    private final List<String> wrappingKeys;
    private final @Nullable ErrorCode code;
    private final String reason;
    private final Instant failedAt;

    DeadLetter(
            RecordOrigin origin,
            @Nullable String partitionKey,
            @Nullable String explicitHashKey,
            byte @Nullable [] data,
            int sizeBytes,
            List<String> wrappingKeys,
            @Nullable ErrorCode code,
            String reason,
            Instant failedAt) {
        this.origin = Objects.requireNonNull(origin, "origin");
        this.partitionKey = partitionKey;
        this.explicitHashKey = explicitHashKey;
        this.data = data;
        this.sizeBytes = sizeBytes;
        this.wrappingKeys = List.copyOf(wrappingKeys);
        this.code = code;
        this.reason = Objects.requireNonNull(reason, "reason");
        this.failedAt = Objects.requireNonNull(failedAt, "failedAt");
    }

    /**
     * Makes one of a record that has just failed to open. A record that is no envelope is plaintext, and its bytes stay out unless that is asked for.
     *
     * @param origin where it was read
     * @param record the record as it is stored; its data is not copied
     * @param failure why it could not be opened; its message must hold no plaintext
     * @param withPlaintext whether the data of a record that is no envelope is kept
     * @param failedAt when that was
     * @return the letter
     */
    public static DeadLetter of(
            RecordOrigin origin, KinesisRecord record, Throwable failure, boolean withPlaintext, Instant failedAt) {
        byte[] data = record.data();
        boolean kept = withPlaintext || EnvelopeInfo.recognises(data);
        ErrorCode code = failure instanceof KinesisEncryptionException known ? known.code() : null;
        // Of other failures nobody knows what they quote.
        String reason = code == null ? failure.getClass().getName() : String.valueOf(failure.getMessage());
        return new DeadLetter(
                origin,
                ifAtMost(LONGEST_PARTITION_KEY, record.partitionKey()),
                ifAtMost(LONGEST_EXPLICIT_HASH_KEY, record.explicitHashKey()),
                kept ? data : null,
                data.length,
                wrappingKeysOf(data),
                code,
                reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason,
                failedAt);
    }

    private static @Nullable String ifAtMost(int characters, @Nullable String key) {
        return key == null || key.codePointCount(0, key.length()) > characters ? null : key;
    }

    private static List<String> wrappingKeysOf(byte[] data) {
        try {
            return EnvelopeInfo.read(data).wrappingKeys();
        } catch (KinesisEncryptionException e) {
            return List.of();
        }
    }

    /**
     * Reads what {@link #toBytes()} wrote.
     *
     * @param bytes not changed and not kept
     * @return the letter
     * @throws IllegalArgumentException if they are not a whole dead letter
     */
    public static DeadLetter parse(byte[] bytes) {
        return DeadLetterFormat.parse(bytes);
    }

    /**
     * The form in which this library's sinks keep a letter: a few lines of text that say everything but the data, an empty line, and the data as it is.
     * Later versions read what earlier ones wrote.
     *
     * @return a new array
     */
    public byte[] toBytes() {
        return DeadLetterFormat.write(this);
    }

    /**
     * A name that this record has and no other, the same each time: {@code account=…/region=…/stream=…/shard=…/sequence number-sub-sequence
     * number.dead-letter}, the first two only if the stream's ARN is known. No part of it is {@code .} or {@code ..}. A letter that lacks its data has
     * another name than one that has it.
     *
     * @return letters, digits, underscores, points, hyphens, equals signs and slashes
     */
    public String name() {
        String arn = origin.stream().arn();
        String where = "";
        if (arn != null) {
            String[] parts = arn.split(":", -1);
            where = "account=%s/region=%s/".formatted(parts[4], parts[3]);
        }
        // Whose digits %d writes depends on the language of the machine.
        return "%sstream=%s/shard=%s/%s-%s%s%s"
                .formatted(
                        where,
                        origin.stream().name(),
                        origin.shardId(),
                        origin.sequenceNumber(),
                        Long.toString(origin.subSequenceNumber()),
                        isWithheld() ? ".withheld" : "",
                        DeadLetters.SUFFIX);
    }

    /**
     * Tries to open the record again, for example once a key is configured that was missing.
     *
     * @param decryptor of the record's stream
     * @return the user records in it, in order; never empty
     * @throws KinesisEncryptionException if it still cannot be opened
     * @throws IllegalStateException if the letter lacks its data, or the decryptor's owner is closed
     */
    public List<UserRecord> open(RecordDecryptor decryptor) {
        byte[] kept = data;
        if (kept == null) {
            throw new IllegalStateException(
                    "The dead letter of record %s of shard %s of stream %s lacks its %d bytes of data, which are plaintext"
                            .formatted(origin.sequenceNumber(), origin.shardId(), origin.stream(), sizeBytes));
        }
        return decryptor.decrypt(KinesisRecord.of(partitionKey, explicitHashKey, kept));
    }

    /**
     * Where the record was read.
     *
     * @return its stream, shard and sequence number
     */
    public RecordOrigin origin() {
        return origin;
    }

    /**
     * The partition key of the wire.
     *
     * @return the key, or null if the record has none, or one of more than 256 characters, which no stream takes
     */
    public @Nullable String partitionKey() {
        return partitionKey;
    }

    /**
     * The explicit hash key of the wire.
     *
     * @return a decimal number, or null if it is not known or has more than 39 digits
     */
    public @Nullable String explicitHashKey() {
        return explicitHashKey;
    }

    /**
     * The record's data as it was stored.
     *
     * @return the letter's own array, or null if {@link #isWithheld()}
     */
    public byte @Nullable [] data() {
        return data;
    }

    /**
     * Whether the data was plaintext and was left out.
     *
     * @return whether {@link #data()} is null
     */
    public boolean isWithheld() {
        return data == null;
    }

    /**
     * The size of the record's data, left out or not.
     *
     * @return bytes
     */
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * The wrapping keys that the record claims its data key is encrypted under; not authenticated.
     *
     * @return their names; empty if they cannot be told
     */
    public List<String> wrappingKeys() {
        return wrappingKeys;
    }

    /**
     * The stable name of the failure.
     *
     * @return the code, or null if it is none of this library's or none that this version knows
     */
    public @Nullable ErrorCode code() {
        return code;
    }

    /**
     * What the failure was, for people.
     *
     * @return text without plaintext or key bytes, at most 4,000 characters
     */
    public String reason() {
        return reason;
    }

    /**
     * When the record was given up.
     *
     * @return the time by the consumer's clock
     */
    public Instant failedAt() {
        return failedAt;
    }

    /**
     * Where the record was and why it failed, never the data or the keys.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "DeadLetter[%s, %s, %d bytes]".formatted(origin, code, sizeBytes);
    }
}
