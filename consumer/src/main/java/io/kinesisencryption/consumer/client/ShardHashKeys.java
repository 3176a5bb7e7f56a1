// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.StreamIdentity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * The lowest hash key of each shard, which never changes. Asks ListShards for those that it does not know, and remembers the others that come with
 * them. Thread-safe.
 */
final class ShardHashKeys {
    private static final int MAX_SHARDS = 50_000;

    private record Place(String stream, String shardId) {}

    private final Function<ListShardsRequest, CompletableFuture<ListShardsResponse>> listShards;

    private final Map<Place, String> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, String> eldest) {
            return size() > MAX_SHARDS;
        }
    };

    ShardHashKeys(Function<ListShardsRequest, CompletableFuture<ListShardsResponse>> listShards) {
        this.listShards = listShards;
    }

    /**
     * Finds the hash key of a reader's shard, unless it has it.
     *
     * @return done once it has; fails as ListShards does, or if there is no such shard
     */
    CompletableFuture<Void> find(ShardReader reader) {
        if (reader.hashKey() != null) {
            return CompletableFuture.completedFuture(null);
        }
        Place place = new Place(reader.stream().toString(), Objects.requireNonNull(reader.shardId()));
        String found = get(place);
        if (found != null) {
            reader.hashKey(found);
            return CompletableFuture.completedFuture(null);
        }
        return page(reader.stream(), null).thenAccept(ignored -> {
            String listed = get(place);
            if (listed == null) {
                throw ReadFailures.refusal(
                        "The stream '%s' has no shard '%s'".formatted(reader.stream(), reader.shardId()));
            }
            reader.hashKey(listed);
        });
    }

    private CompletableFuture<Void> page(StreamIdentity stream, @Nullable String token) {
        ListShardsRequest.Builder request = ListShardsRequest.builder();
        if (token != null) {
            // The service takes a token alone.
            request.nextToken(token);
        } else if (stream.arn() != null) {
            request.streamARN(stream.arn());
        } else {
            request.streamName(stream.name());
        }
        return listShards.apply(request.build()).thenCompose(response -> {
            response.shards().forEach(shard -> add(stream, shard));
            return response.nextToken() == null
                    ? CompletableFuture.<Void>completedFuture(null)
                    : page(stream, response.nextToken());
        });
    }

    private void add(StreamIdentity stream, Shard shard) {
        synchronized (known) {
            known.put(
                    new Place(stream.toString(), shard.shardId()),
                    shard.hashKeyRange().startingHashKey());
        }
    }

    private @Nullable String get(Place place) {
        synchronized (known) {
            return known.get(place);
        }
    }
}
