// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a stream stores and its readers see: the partition key and explicit hash key of the wire, and an envelope as data. The data is neither
 * copied on the way in nor on the way out: treat the array as given away.
 */
public final class KinesisRecord {
    private final @Nullable String partitionKey;
    private final @Nullable String explicitHashKey;
    private final byte[] data;

    private KinesisRecord(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data) {
        this.partitionKey = partitionKey;
        this.explicitHashKey = explicitHashKey;
        this.data = Objects.requireNonNull(data, "data");
    }

    /**
     * A record as a stream stores it.
     *
     * @param partitionKey the partition key; null where the stream distributes records by itself
     * @param explicitHashKey a decimal number of 128 bits that chose the shard, or null; readers do not learn it from the service
     * @param data the record's data, not copied
     * @return the record
     */
    public static KinesisRecord of(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data) {
        return new KinesisRecord(partitionKey, explicitHashKey, data);
    }

    /**
     * A record as a reader gets it that holds data in buffers, as AWS Lambda does. Needs no type of an SDK.
     *
     * @param partitionKey the partition key; null where the stream distributes records by itself
     * @param data the record's data: the bytes between the buffer's position and its limit, which are copied. The buffer may be read-only, and its position
     *     stays.
     * @return the record
     */
    public static KinesisRecord of(@Nullable String partitionKey, ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return new KinesisRecord(partitionKey, null, bytes);
    }

    /**
     * The partition key of the wire.
     *
     * @return the key, or null if the record has none
     */
    public @Nullable String partitionKey() {
        return partitionKey;
    }

    /**
     * The explicit hash key of the wire.
     *
     * @return a decimal number, or null if the record has none or the reader does not know it
     */
    public @Nullable String explicitHashKey() {
        return explicitHashKey;
    }

    /**
     * The record's data: an envelope, if the record is encrypted.
     *
     * @return the record's own array, exactly as long as the data
     */
    public byte[] data() {
        return data;
    }

    /**
     * The size of the data, never the data or the keys.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "KinesisRecord[" + data.length + " bytes]";
    }
}
