// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes aggregates apart. Reads what the Kinesis Producer Library and its imitations write and whatever else protobuf allows for the same
 * message: fields in any order, fields that are not known, numbers in longer forms, single fields that come again (the last one counts). Refuses
 * everything that is not such a message, and an aggregate without records, which would be a loss without a trace. Thread-safe.
 *
 * <p>Time and memory are bounded by the size of the payload, whatever its bytes are: lengths and counts are checked against the bytes that are
 * left, and the result takes at most some twenty times the payload, reached only by records and keys of hardly any bytes.
 *
 * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">KPL aggregated record format</a>
 */
public final class AggregateReader {
    /** The most user records that an aggregate may hold unless another limit is set: more than fit the largest Kinesis record with any use. */
    public static final int DEFAULT_MAX_RECORDS = 1 << 20;

    /**
     * Makes whatever a caller wants of a user record.
     *
     * @param <T> what it makes
     */
    @FunctionalInterface
    public interface RecordFactory<T> {
        /**
         * Makes one user record. Called in the order of the aggregate, possibly before a later record turns out to be malformed.
         *
         * @param partitionKey the partition key; may be empty
         * @param explicitHashKey the explicit hash key, which nobody has checked to be a number, or null
         * @param data the data, in an array of its own
         * @param tags the tags, unmodifiable, nearly always empty
         * @return the record
         */
        T record(String partitionKey, @Nullable String explicitHashKey, byte[] data, List<AggregateTag> tags);
    }

    private final int maxRecords;

    /** A reader with the default limit. */
    public AggregateReader() {
        this(DEFAULT_MAX_RECORDS);
    }

    /**
     * A reader with a limit of its own.
     *
     * @param maxRecords the most user records, and the most entries of each table, that an aggregate may hold; from 1
     * @throws IllegalArgumentException if the limit is below 1
     */
    public AggregateReader(int maxRecords) {
        if (maxRecords < 1) {
            throw new IllegalArgumentException("maxRecords is %d; it must be at least 1".formatted(maxRecords));
        }
        this.maxRecords = maxRecords;
    }

    /**
     * The user records of an aggregate.
     *
     * @param payload the whole aggregate; not changed and not kept
     * @param framing what stands around its protobuf
     * @param verifyDigest whether the MD5 of a KPL framing is compared; inside an authenticated envelope it proves nothing more and costs more
     *     than decryption. Without meaning for the bare protobuf
     * @return the records in their order, unmodifiable, never empty; each with its data in an array of its own
     * @throws MalformedPayloadException if the bytes are not such an aggregate or exceed the limit
     */
    public List<AggregatedUserRecord> read(byte[] payload, AggregateFraming framing, boolean verifyDigest) {
        return read(payload, framing, verifyDigest, AggregatedUserRecord::of);
    }

    /**
     * The user records of an aggregate as objects of the caller's own kind, which spares it a conversion.
     *
     * @param <T> the kind
     * @param payload the whole aggregate; not changed and not kept
     * @param framing what stands around its protobuf
     * @param verifyDigest whether the MD5 of a KPL framing is compared; without meaning for the bare protobuf
     * @param factory makes each of them
     * @return in the order of the records, unmodifiable, never empty
     * @throws MalformedPayloadException if the bytes are not such an aggregate or exceed the limit
     */
    public <T> List<T> read(byte[] payload, AggregateFraming framing, boolean verifyDigest, RecordFactory<T> factory) {
        return read(payload, payload.length, framing, verifyDigest, factory);
    }

    /**
     * The user records of an aggregate that need not fill its array.
     *
     * @param <T> the kind of object that is made of each
     * @param bytes begins with the aggregate; not changed and not kept
     * @param sizeBytes the size of the aggregate
     * @param framing what stands around its protobuf
     * @param verifyDigest whether the MD5 of a KPL framing is compared; without meaning for the bare protobuf
     * @param factory makes each of them
     * @return in the order of the records, unmodifiable, never empty
     * @throws MalformedPayloadException if the bytes are not such an aggregate or exceed the limit
     */
    public <T> List<T> read(
            byte[] bytes, int sizeBytes, AggregateFraming framing, boolean verifyDigest, RecordFactory<T> factory) {
        Objects.checkFromIndexSize(0, sizeBytes, bytes.length);
        framing.check(bytes, sizeBytes, verifyDigest);
        int start = framing.prefixSizeBytes();
        int end = sizeBytes - framing.suffixSizeBytes();
        return new AggregateParser<>(bytes, start, end, maxRecords, factory).records();
    }
}
