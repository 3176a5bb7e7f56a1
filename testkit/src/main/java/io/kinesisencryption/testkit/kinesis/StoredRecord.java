// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * One Kinesis record as a stream of an {@link InMemoryKinesis} stores it. Immutable. {@link #toString()} tells sizes and
 * places, never the partition key or the data.
 *
 * @param shardId the shard that took the record, such as {@code shardId-000000000000}
 * @param sequenceNumber the record's sequence number, decimal, unique within the stream
 * @param partitionKey the partition key as it was put
 * @param explicitHashKey the explicit hash key as it was put, decimal, or null if there was none
 * @param data the record's data as it was put; take the bytes with {@code data().asByteArray()}
 * @param arrivalTime the service's time when it took the record, in milliseconds
 */
public record StoredRecord(
        String shardId,
        String sequenceNumber,
        String partitionKey,
        @Nullable String explicitHashKey,
        SdkBytes data,
        Instant arrivalTime) {

    @Override
    public String toString() {
        return "StoredRecord[shardId=" + shardId + ", sequenceNumber=" + sequenceNumber + ", arrivalTime=" + arrivalTime
                + ", dataSizeBytes=" + data.asByteBuffer().remaining() + "]";
    }
}
