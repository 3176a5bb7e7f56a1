// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One user record of an aggregate. The data is not copied on the way in or out; records that came from one aggregate share the strings of their
 * keys but never the array of their data. {@link #toString()} shows neither.
 */
public final class AggregatedUserRecord {
    private final String partitionKey;
    private final @Nullable String explicitHashKey;
    private final byte[] data;
    private final List<AggregateTag> tags;

    private AggregatedUserRecord(
            String partitionKey, @Nullable String explicitHashKey, byte[] data, List<AggregateTag> tags) {
        this.partitionKey = Objects.requireNonNull(partitionKey, "partitionKey");
        this.explicitHashKey = explicitHashKey;
        this.data = Objects.requireNonNull(data, "data");
        this.tags = tags;
    }

    /**
     * A user record without tags.
     *
     * @param partitionKey the partition key; the format does not bound its length
     * @param explicitHashKey a decimal number, as text, or null
     * @param data the plaintext, not copied
     * @return the record
     */
    public static AggregatedUserRecord of(String partitionKey, @Nullable String explicitHashKey, byte[] data) {
        return new AggregatedUserRecord(partitionKey, explicitHashKey, data, List.of());
    }

    /**
     * A user record with tags.
     *
     * @param partitionKey the partition key; the format does not bound its length
     * @param explicitHashKey a decimal number, as text, or null
     * @param data the plaintext, not copied
     * @param tags the tags in their order, copied
     * @return the record
     */
    public static AggregatedUserRecord of(
            String partitionKey, @Nullable String explicitHashKey, byte[] data, List<AggregateTag> tags) {
        return new AggregatedUserRecord(partitionKey, explicitHashKey, data, List.copyOf(tags));
    }

    /**
     * The partition key.
     *
     * @return the key; may be empty
     */
    public String partitionKey() {
        return partitionKey;
    }

    /**
     * The explicit hash key.
     *
     * @return the text of the aggregate, which nobody has checked to be a number, or null if the record has none
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
     * The tags.
     *
     * @return in the order of the aggregate, unmodifiable, nearly always empty
     */
    public List<AggregateTag> tags() {
        return tags;
    }

    /**
     * The size of the data, never the data or the keys.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "AggregatedUserRecord[" + data.length + " bytes]";
    }
}
