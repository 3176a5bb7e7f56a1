// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Everything that a stream stores, read with GetRecords: its shards, parents before their children. */
public final class StoredStream {
    /** The emulator takes a second for each megabyte or two of an answer. */
    private static final int RECORDS_OF_A_PAGE = 20;

    private final List<StoredShard> shards = new ArrayList<>();
    private final Map<String, Set<String>> ancestors = new HashMap<>();

    /** A shard, its records in order, and whether a reshard has closed it. */
    public record StoredShard(String shardId, boolean closed, List<Record> records) {}

    private StoredStream() {}

    /** Reads a stream to which nothing is put meanwhile. */
    public static StoredStream read(KinesisClient client, String stream) {
        StoredStream stored = new StoredStream();
        client.listShards(r -> r.streamName(stream)).shards().stream()
                // A child's identifier is greater than its parents'.
                .sorted(Comparator.comparing(Shard::shardId))
                .forEach(shard -> stored.add(client, stream, shard));
        return stored;
    }

    /** The shards, parents before their children. */
    public List<StoredShard> shards() {
        return shards;
    }

    /** Whether one of two shards has come of the other, or both are the same: a reader reads the older one to its end first. */
    public boolean related(String shardId, String otherShardId) {
        return shardId.equals(otherShardId)
                || ancestors.get(shardId).contains(otherShardId)
                || ancestors.get(otherShardId).contains(shardId);
    }

    private void add(KinesisClient client, String stream, Shard shard) {
        Set<String> ofShard = new HashSet<>();
        Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .forEach(parent -> {
                    ofShard.add(parent);
                    ofShard.addAll(ancestors.get(parent));
                });
        ancestors.put(shard.shardId(), ofShard);
        List<Record> records = new ArrayList<>();
        String iterator = client.getShardIterator(r ->
                        r.streamName(stream).shardId(shard.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        boolean closed = shard.sequenceNumberRange().endingSequenceNumber() != null;
        boolean more = true;
        while (more && iterator != null) {
            String next = iterator;
            GetRecordsResponse page =
                    client.getRecords(r -> r.shardIterator(next).limit(RECORDS_OF_A_PAGE));
            records.addAll(page.records());
            more = !page.records().isEmpty();
            iterator = page.nextShardIterator();
        }
        shards.add(new StoredShard(shard.shardId(), closed, records));
    }
}
