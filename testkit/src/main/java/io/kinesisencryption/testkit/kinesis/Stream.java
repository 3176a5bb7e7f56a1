// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.StreamMode;

/** One stream: its settings, its shards (open and closed) and its fan-out consumers. Thread-safe. */
final class Stream {
    static final int DEFAULT_RETENTION_HOURS = 24;
    static final int DEFAULT_MAX_RECORD_KIB = 1024;

    private final String name;
    private final String arn;
    private final long incarnation;
    private final StreamMode mode;
    private final Instant createdAt;
    private final Clock clock;
    private final boolean limitThroughput;
    private final SequenceNumbers sequenceNumbers;
    private final ConcurrentMap<String, FanOutConsumer> consumers = new ConcurrentHashMap<>();

    private final Object reshardLock = new Object();
    private volatile Topology topology;
    private volatile int retentionHours = DEFAULT_RETENTION_HOURS;
    private volatile int maxRecordKiB;

    Stream(Settings settings, Clock clock, boolean limitThroughput) {
        this.name = settings.name();
        this.arn = settings.arn();
        this.incarnation = settings.incarnation();
        this.mode = settings.mode();
        this.maxRecordKiB = settings.maxRecordKiB();
        this.clock = clock;
        this.limitThroughput = limitThroughput;
        // The API's timestamps have milliseconds at most.
        this.createdAt = Instant.ofEpochMilli(clock.millis());
        this.sequenceNumbers = new SequenceNumbers(createdAt, incarnation);
        List<Shard> shards = new ArrayList<>();
        for (HashRange range : HashRange.partition(settings.shardCount())) {
            shards.add(newShard(shards.size(), range, List.of()));
        }
        this.topology = new Topology(shards);
    }

    /**
     * Puts a record into the open shard of its hash key.
     *
     * @return never {@link Shard.Appended#CLOSED}
     */
    Shard.Appended append(NewRecord put) {
        Shard.Appended appended = topology.openShardOf(put.hashKey()).append(put);
        while (appended.isClosed()) {
            appended = settledTopology().openShardOf(put.hashKey()).append(put);
        }
        return appended;
    }

    Shard openShardOf(HashKey key) {
        return topology.openShardOf(key);
    }

    /** The topology once a resharding that has closed a shard already has also published the successors. */
    private Topology settledTopology() {
        synchronized (reshardLock) {
            return topology;
        }
    }

    void split(Shard shard, HashKey at) {
        synchronized (reshardLock) {
            requireOpen(shard);
            if (!shard.range().canSplitAt(at)) {
                throw ServiceError.invalidArgument("NewStartingHashKey " + at + " used in SplitShard() on shard "
                        + shard.id() + " in stream " + name
                        + " is not both greater than one plus the shard's StartingHashKey "
                        + shard.range().start() + " and less than the shard's EndingHashKey "
                        + shard.range().end() + ".");
            }
            replace(
                    List.of(shard),
                    List.of(shard.range().below(at), shard.range().from(at)));
        }
        // Outside of the lock, because watchers may run a subscriber's code.
        shard.wakeWatchers();
    }

    /** Merges two adjacent open shards, named in any order. */
    void merge(Shard one, Shard other) {
        synchronized (reshardLock) {
            requireOpen(one);
            requireOpen(other);
            boolean inOrder = one.range().isFollowedBy(other.range());
            if (!inOrder && !other.range().isFollowedBy(one.range())) {
                throw ServiceError.invalidArgument("Shards " + one.id() + " and " + other.id() + " in stream " + name
                        + " are not an adjacent pair of shards eligible for merging");
            }
            HashRange joined = inOrder
                    ? one.range().joinedWith(other.range())
                    : other.range().joinedWith(one.range());
            replace(List.of(one, other), List.of(joined));
        }
        one.wakeWatchers();
        other.wakeWatchers();
    }

    /** Splits the widest shards or merges the narrowest neighbours until {@code target} shards are open. */
    void scaleTo(int target) {
        while (topology.open().size() < target) {
            Shard widest = topology.open().stream()
                    .max(Comparator.comparing((Shard shard) -> shard.range().size()))
                    .orElseThrow();
            split(widest, widest.range().middle());
        }
        while (topology.open().size() > target) {
            mergeNarrowest();
        }
    }

    private void mergeNarrowest() {
        List<Shard> open = topology.open();
        int best = 0;
        for (int i = 1; i < open.size() - 1; i++) {
            HashRange pair = open.get(i).range().joinedWith(open.get(i + 1).range());
            HashRange bestPair =
                    open.get(best).range().joinedWith(open.get(best + 1).range());
            if (pair.size().compareTo(bestPair.size()) < 0) {
                best = i;
            }
        }
        merge(open.get(best), open.get(best + 1));
    }

    private void requireOpen(Shard shard) {
        if (!shard.isOpen()) {
            throw new ServiceError(
                    ErrorCode.RESOURCE_IN_USE,
                    "Shard " + shard.id() + " in stream " + name
                            + " has already been merged or split, and thus is not eligible for merging or splitting.");
        }
    }

    private void replace(List<Shard> parents, List<HashRange> ranges) {
        parents.forEach(Shard::close);
        List<Shard> all = new ArrayList<>(topology.all());
        List<Shard> successors = new ArrayList<>();
        for (HashRange range : ranges) {
            Shard successor = newShard(all.size(), range, parents);
            all.add(successor);
            successors.add(successor);
        }
        topology = new Topology(all);
        parents.forEach(parent -> parent.succeededBy(successors));
    }

    private Shard newShard(int index, HashRange range, List<Shard> parents) {
        return new Shard(index, range, parents, sequenceNumbers, clock, limitThroughput);
    }

    String name() {
        return name;
    }

    String arn() {
        return arn;
    }

    /** Tells a stream from an earlier one of the same name. */
    long incarnation() {
        return incarnation;
    }

    StreamMode mode() {
        return mode;
    }

    Instant createdAt() {
        return createdAt;
    }

    SequenceNumbers sequenceNumbers() {
        return sequenceNumbers;
    }

    ConcurrentMap<String, FanOutConsumer> consumers() {
        return consumers;
    }

    int retentionHours() {
        return retentionHours;
    }

    void retentionHours(int hours) {
        retentionHours = hours;
    }

    int maxRecordKiB() {
        return maxRecordKiB;
    }

    void maxRecordKiB(int kib) {
        maxRecordKiB = kib;
    }

    /** The trim horizon: records that arrived before it are gone. */
    long horizonMillis() {
        return clock.millis() - Duration.ofHours(retentionHours).toMillis();
    }

    List<Shard> openShards() {
        return topology.open();
    }

    /** The shards that can hold records still: open ones, and those closed within the retention period; by index. */
    List<Shard> retainedShards() {
        long horizon = horizonMillis();
        return topology.all().stream()
                .filter(shard -> shard.isOpenSince(horizon))
                .toList();
    }

    /** The shard of that index, retained or not, or null. */
    @Nullable
    Shard shardAt(int index) {
        List<Shard> all = topology.all();
        return index >= 0 && index < all.size() ? all.get(index) : null;
    }

    List<StoredRecord> storedRecords() {
        long horizon = horizonMillis();
        return topology.all().stream()
                .flatMap(shard -> shard.stored(horizon).stream())
                .toList();
    }

    /** What a stream is created with. */
    record Settings(String name, String arn, long incarnation, int shardCount, StreamMode mode, int maxRecordKiB) {}

    /** The shards at one moment: all of them by index, and the open ones by hash range. */
    private static final class Topology {
        private final List<Shard> all;
        private final List<Shard> open;

        Topology(List<Shard> all) {
            this.all = List.copyOf(all);
            this.open = all.stream()
                    .filter(Shard::isOpen)
                    .sorted(Comparator.comparing((Shard shard) -> shard.range().start()))
                    .toList();
        }

        List<Shard> all() {
            return all;
        }

        List<Shard> open() {
            return open;
        }

        Shard openShardOf(HashKey key) {
            int low = 0;
            int high = open.size() - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (open.get(middle).range().start().compareTo(key) <= 0) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return open.get(low);
        }
    }
}
