// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import io.kinesisencryption.StreamIdentity;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a record was read. Immutable.
 *
 * @param stream the stream
 * @param shardId the shard: 1 to 128 letters, digits, underscores, points and hyphens
 * @param sequenceNumber the record's sequence number: 1 to 129 letters, digits, underscores and hyphens; the service makes digits alone
 * @param subSequenceNumber its place in an aggregate of the Kinesis Producer Library that was taken apart before it was opened; 0 otherwise
 * @param arrival its approximate time of arrival at the service, or null if that is not known
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html">PutRecord: ShardId, SequenceNumber</a>
 */
public record RecordOrigin(
        StreamIdentity stream,
        String shardId,
        String sequenceNumber,
        long subSequenceNumber,
        @Nullable Instant arrival) {
    private static final Pattern SHARD_ID = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    private static final Pattern SEQUENCE_NUMBER = Pattern.compile("[A-Za-z0-9_-]{1,129}");

    /**
     * Checks all: they become names of files and objects.
     *
     * @throws IllegalArgumentException if one is not as it must be
     */
    public RecordOrigin {
        Objects.requireNonNull(stream, "stream");
        require("shard id", shardId, SHARD_ID);
        require("sequence number", sequenceNumber, SEQUENCE_NUMBER);
        if (subSequenceNumber < 0) {
            throw new IllegalArgumentException(
                    "The sub-sequence number is %d; it must be 0 or more".formatted(subSequenceNumber));
        }
    }

    private static void require(String what, @Nullable String value, Pattern pattern) {
        if (value == null || !pattern.matcher(value).matches()) {
            throw new IllegalArgumentException("'%s' is not a %s: it must match %s".formatted(value, what, pattern));
        }
    }
}
