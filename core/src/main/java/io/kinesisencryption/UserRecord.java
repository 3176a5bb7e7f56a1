// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an application puts into a stream and gets back: a partition key, an optional explicit hash key, and data in plaintext. The data is
 * neither copied on the way in nor on the way out: treat the array as given away. {@link #toString()} never shows it.
 */
public final class UserRecord {
    private final @Nullable String partitionKey;
    private final @Nullable String explicitHashKey;
    private final byte[] data;

    private UserRecord(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data) {
        this.partitionKey = partitionKey;
        this.explicitHashKey = explicitHashKey;
        this.data = Objects.requireNonNull(data, "data");
    }

    /**
     * A user record.
     *
     * @param partitionKey the partition key; null only where the stream distributes records by itself
     * @param data the plaintext, not copied
     * @return the record
     */
    public static UserRecord of(@Nullable String partitionKey, byte[] data) {
        return new UserRecord(partitionKey, null, data);
    }

    /**
     * A user record with an explicit hash key.
     *
     * @param partitionKey the partition key; null only where the stream distributes records by itself
     * @param explicitHashKey a decimal number of 128 bits that chooses the shard, or null
     * @param data the plaintext, not copied
     * @return the record
     */
    public static UserRecord of(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data) {
        return new UserRecord(partitionKey, explicitHashKey, data);
    }

    /**
     * The partition key.
     *
     * @return the key, or null if the record has none
     */
    public @Nullable String partitionKey() {
        return partitionKey;
    }

    /**
     * The explicit hash key.
     *
     * @return a decimal number, or null if the record has none
     */
    public @Nullable String explicitHashKey() {
        return explicitHashKey;
    }

    /**
     * The plaintext.
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
        return "UserRecord[" + data.length + " bytes]";
    }
}
