// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.UserRecord;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;

/** User records as the Kinesis Producer Library aggregates them, for consumers that take them apart. */
final class KplAggregates {
    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private KplAggregates() {}

    /** Whether a consumer might take data apart that is none of its own. */
    static boolean beginsLikeOne(byte[] data) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (i >= data.length || data[i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * One aggregate.
     *
     * @param hashKey one of the shard that they were read from, which each gets: what tells a user record's shard is otherwise its own explicit hash key, or
     *     the MD5 of its partition key, and a slice of keys or a blinded key travels by another
     */
    static SdkBytes of(List<UserRecord> records, String hashKey) {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL, records.size());
        for (UserRecord record : records) {
            String partitionKey = record.partitionKey();
            writer.add(partitionKey == null ? "" : partitionKey, hashKey, record.data());
        }
        return SdkBytes.fromByteArrayUnsafe(writer.toByteArray());
    }
}
