// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;

/**
 * Which shards a ListShards request is about.
 *
 * <p>The AT filters are answered by lineage, not by creation times: the shards open at a moment are those that end no earlier
 * and have no parent that does. So a record written in the very millisecond of a split is never left out.
 *
 * @param type null for all retained shards
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html">ShardFilter</a>
 */
record ShardSelection(
        @Nullable ShardFilterType type,
        @Nullable String shardId,
        @Nullable Instant timestamp) {

    static final ShardSelection ALL = new ShardSelection(null, null, null);

    static ShardSelection of(@Nullable ShardFilter filter) {
        if (filter == null) {
            return ALL;
        }
        ShardFilterType type = filter.type();
        if (type == null) {
            throw ServiceError.constraint("shardFilter.type", "not be null");
        }
        if (type == ShardFilterType.UNKNOWN_TO_SDK_VERSION) {
            throw ServiceError.constraint(
                    "shardFilter.type", "satisfy enum value set: " + ShardFilterType.knownValues());
        }
        if (type == ShardFilterType.AFTER_SHARD_ID && filter.shardId() == null) {
            throw ServiceError.invalidArgument("ShardId must be specified for the AFTER_SHARD_ID shard filter type.");
        }
        boolean byTime = type == ShardFilterType.AT_TIMESTAMP || type == ShardFilterType.FROM_TIMESTAMP;
        if (byTime && filter.timestamp() == null) {
            throw ServiceError.invalidArgument("Timestamp must be specified for the " + type + " shard filter type.");
        }
        return new ShardSelection(type, filter.shardId(), filter.timestamp());
    }

    List<Shard> select(Stream stream) {
        List<Shard> retained = stream.retainedShards();
        if (type == null) {
            return retained;
        }
        return switch (type) {
            case AT_LATEST -> retained.stream().filter(Shard::isOpen).toList();
            case AT_TRIM_HORIZON -> withoutDescendants(retained);
            case AT_TIMESTAMP -> withoutDescendants(openSinceTimestamp(retained));
            case FROM_TIMESTAMP -> openSinceTimestamp(retained);
            case AFTER_SHARD_ID ->
                retained.stream().filter(shard -> isAfterShardId(shard)).toList();
            case FROM_TRIM_HORIZON, UNKNOWN_TO_SDK_VERSION -> retained;
        };
    }

    private boolean isAfterShardId(Shard shard) {
        return shardId == null || shard.id().compareTo(shardId) > 0;
    }

    private List<Shard> openSinceTimestamp(List<Shard> shards) {
        if (timestamp == null) {
            return shards;
        }
        long millis = timestamp.toEpochMilli();
        return shards.stream().filter(shard -> shard.isOpenSince(millis)).toList();
    }

    private static List<Shard> withoutDescendants(List<Shard> shards) {
        Set<Shard> present = new HashSet<>(shards);
        return shards.stream()
                .filter(shard -> shard.parents().stream().noneMatch(present::contains))
                .toList();
    }
}
