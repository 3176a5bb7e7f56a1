// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.emulator.KinesisLocal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** A stream of a Kinesis emulator whose shards are split and merged at random. */
record ReshardedStream(KinesisClient client, String name) implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    static ReshardedStream create(KinesisLocal emulator, String name, int shards) {
        ReshardedStream stream = new ReshardedStream(emulator.client(), name);
        stream.client().createStream(r -> r.streamName(name).shardCount(shards));
        stream.awaitActive();
        return stream;
    }

    /** All shards, open and closed. */
    List<Shard> shards() {
        return client.listShards(r -> r.streamName(name)).shards();
    }

    static boolean isClosed(Shard shard) {
        return shard.sequenceNumberRange().endingSequenceNumber() != null;
    }

    /** Divides one of the open shards in two halves. */
    void split(Random random) {
        List<Shard> open = open();
        Shard shard = open.get(random.nextInt(open.size()));
        BigInteger middle = start(shard)
                .add(new BigInteger(shard.hashKeyRange().endingHashKey()))
                .shiftRight(1);
        client.splitShard(r -> r.streamName(name).shardToSplit(shard.shardId()).newStartingHashKey(middle.toString()));
        awaitActive();
    }

    /** Makes one of two open shards. */
    void merge(Random random) {
        List<Shard> open = open();
        int first = random.nextInt(open.size() - 1);
        client.mergeShards(r -> r.streamName(name)
                .shardToMerge(open.get(first).shardId())
                .adjacentShardToMerge(open.get(first + 1).shardId()));
        awaitActive();
    }

    private List<Shard> open() {
        return shards().stream()
                .filter(shard -> !isClosed(shard))
                .sorted(Comparator.comparing(ReshardedStream::start))
                .toList();
    }

    private static BigInteger start(Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private void awaitActive() {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (client.describeStreamSummary(r -> r.streamName(name))
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            assertThat(System.nanoTime()).as("%s becomes active", name).isLessThan(end);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
