// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** The shards of a stream and which of them may be read now: a shard waits until its parents have been read to their end. Not thread-safe. */
final class ShardLineage {
    private final KinesisClient client;
    private final String stream;
    private final StartPosition from;
    private final Pauses pauses;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private boolean listed;

    ShardLineage(KinesisClient client, String stream, StartPosition from, Pauses pauses) {
        this.client = client;
        this.stream = stream;
        this.from = from;
        this.pauses = pauses;
    }

    /** A shard and the shards that it came from. */
    private record Member(ShardReader reader, List<String> parents) {}

    /** Lists the stream's shards and takes in those that are new. */
    void refresh() {
        for (Shard shard : list()) {
            boolean closed = shard.sequenceNumberRange() != null
                    && shard.sequenceNumberRange().endingSequenceNumber() != null;
            boolean wanted = listed || from == StartPosition.TRIM_HORIZON || !closed;
            if (wanted && !members.containsKey(shard.shardId())) {
                add(shard);
            }
        }
        listed = true;
    }

    private void add(Shard shard) {
        StartPosition start = listed ? StartPosition.TRIM_HORIZON : from;
        ShardReader reader = new ShardReader(client, stream, shard.shardId(), start, pauses);
        List<String> parents = Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .toList();
        members.put(shard.shardId(), new Member(reader, parents));
        if (start == StartPosition.LATEST) {
            reader.open();
        }
    }

    /** The shards that have records to come and whose parents have none. */
    List<ShardReader> readable() {
        List<ShardReader> readable = new ArrayList<>();
        for (Member member : members.values()) {
            if (!member.reader().ended() && member.parents().stream().allMatch(this::finished)) {
                readable.add(member.reader());
            }
        }
        return readable;
    }

    /** Whether every shard has been read to its tip. */
    boolean caughtUp() {
        return members.values().stream().allMatch(member -> member.reader().caughtUp());
    }

    /** A parent that is not listed is older than the stream's retention, or than the place to start at. */
    private boolean finished(String shardId) {
        Member member = members.get(shardId);
        return member == null || member.reader().ended();
    }

    private List<Shard> list() {
        List<Shard> shards = new ArrayList<>();
        @Nullable String nextToken = null;
        do {
            ListShardsResponse page = page(nextToken);
            shards.addAll(page.shards());
            nextToken = page.nextToken();
        } while (nextToken != null);
        return shards;
    }

    private ListShardsResponse page(@Nullable String nextToken) {
        ListShardsRequest request = nextToken == null
                ? ListShardsRequest.builder().streamName(stream).build()
                : ListShardsRequest.builder().nextToken(nextToken).build();
        return Retries.call(
                "the shards of the stream '%s' cannot be listed".formatted(stream),
                () -> client.listShards(request),
                pauses);
    }
}
