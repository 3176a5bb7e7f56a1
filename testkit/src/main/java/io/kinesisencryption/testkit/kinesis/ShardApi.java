// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;

/** Listing and resharding. Changes take effect at once. Thread-safe. */
final class ShardApi {
    private static final int DEFAULT_PAGE = 1_000;
    private static final int MAX_PAGE = 10_000;

    private final Account account;
    private final StreamApi streams;

    ShardApi(Account account, StreamApi streams) {
        this.account = account;
        this.streams = streams;
    }

    ListShardsResponse.Builder list(ListShardsRequest request) {
        int limit = Numbers.orDefault("maxResults", request.maxResults(), DEFAULT_PAGE, 1, MAX_PAGE);
        String token = request.nextToken();
        return token == null ? firstPage(request, limit) : nextPage(request, token, limit);
    }

    private ListShardsResponse.Builder firstPage(ListShardsRequest request, int limit) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        return page(stream, ShardSelection.of(request.shardFilter()), request.exclusiveStartShardId(), limit);
    }

    private ListShardsResponse.Builder nextPage(ListShardsRequest request, String token, int limit) {
        if (request.streamName() != null) {
            throw ServiceError.invalidArgument("NextToken and StreamName cannot be provided together.");
        }
        if (request.exclusiveStartShardId() != null) {
            throw ServiceError.invalidArgument("NextToken and ExclusiveStartShardId cannot be provided together.");
        }
        NextTokens.ShardPage last = NextTokens.decodeShards(token, account.clock());
        Stream stream = account.named(last.streamName());
        if (stream.incarnation() != last.incarnation()) {
            throw ServiceError.invalidArgument("Invalid NextToken.");
        }
        return page(stream, last.selection(), last.lastShardId(), limit);
    }

    private ListShardsResponse.Builder page(
            Stream stream, ShardSelection selection, @Nullable String after, int limit) {
        List<Shard> following = selection.select(stream).stream()
                .filter(shard -> after == null || shard.id().compareTo(after) > 0)
                .toList();
        List<Shard> page = following.subList(0, Math.min(limit, following.size()));
        ListShardsResponse.Builder response = ListShardsResponse.builder()
                .shards(page.stream().map(Shard::toSdk).toList());
        if (page.size() == following.size()) {
            return response;
        }
        String lastId = page.get(page.size() - 1).id();
        return response.nextToken(NextTokens.encodeShards(
                new NextTokens.ShardPage(stream.name(), stream.incarnation(), lastId, selection), account.clock()));
    }

    SplitShardResponse.Builder split(SplitShardRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        Shard shard = account.shard(stream, "shardToSplit", request.shardToSplit());
        if (request.newStartingHashKey() == null) {
            throw ServiceError.constraint("newStartingHashKey", "not be null");
        }
        HashKey at = PutValidation.hashKey("newStartingHashKey", request.newStartingHashKey(), "NewStartingHashKey");
        streams.requireShardsWithinLimit(1);
        stream.split(shard, at);
        return SplitShardResponse.builder();
    }

    MergeShardsResponse.Builder merge(MergeShardsRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        Shard one = account.shard(stream, "shardToMerge", request.shardToMerge());
        Shard other = account.shard(stream, "adjacentShardToMerge", request.adjacentShardToMerge());
        stream.merge(one, other);
        return MergeShardsResponse.builder();
    }

    UpdateShardCountResponse.Builder updateCount(UpdateShardCountRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        int target = Numbers.inRange("targetShardCount", request.targetShardCount(), 1, Integer.MAX_VALUE);
        if (request.scalingType() == null) {
            throw ServiceError.constraint("scalingType", "not be null");
        }
        int current = stream.openShards().size();
        if (target > 2L * current) {
            throw new ServiceError(
                    ErrorCode.LIMIT_EXCEEDED,
                    "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: "
                            + current + " Target shard count: " + target);
        }
        if (2L * target < current) {
            throw new ServiceError(
                    ErrorCode.LIMIT_EXCEEDED,
                    "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: "
                            + current + " Target shard count: " + target);
        }
        streams.requireShardsWithinLimit(Math.max(0, target - current));
        stream.scaleTo(target);
        return UpdateShardCountResponse.builder()
                .streamName(stream.name())
                .streamARN(stream.arn())
                .currentShardCount(current)
                .targetShardCount(target);
    }
}
