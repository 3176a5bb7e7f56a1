// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.SequenceNumberRange;

/** One shard: its hash range, lineage and records. Its monitor guards the log and the state, so shards do not wait for each other. */
final class Shard {
    private static final String ID_PREFIX = "shardId-";

    private final int index;
    private final String id;
    private final HashRange range;
    private final List<Shard> parents;
    private final SequenceNumbers sequenceNumbers;
    private final Clock clock;
    private final @Nullable WriteCapacity capacity;
    private final String startingSequenceNumber;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    private final RecordLog log = new RecordLog();
    private long lastArrivalMillis;
    private @Nullable Closure closure;
    private volatile List<Shard> children = List.of();

    /**
     * @param parents none for a shard that the stream was created with, one after a split, two (lower first) after a merge
     */
    Shard(
            int index,
            HashRange range,
            List<Shard> parents,
            SequenceNumbers sequenceNumbers,
            Clock clock,
            boolean limitThroughput) {
        this.index = index;
        this.id = idOf(index);
        this.range = range;
        this.parents = List.copyOf(parents);
        this.sequenceNumbers = sequenceNumbers;
        this.clock = clock;
        long nowMillis = clock.millis();
        this.capacity = limitThroughput ? new WriteCapacity(nowMillis) : null;
        this.startingSequenceNumber = sequenceNumbers.format(sequenceNumbers.nextOrdinal(), index, nowMillis / 1_000);
    }

    static String idOf(int index) {
        return ID_PREFIX + String.format(Locale.ROOT, "%012d", index);
    }

    int index() {
        return index;
    }

    String id() {
        return id;
    }

    HashRange range() {
        return range;
    }

    List<Shard> parents() {
        return parents;
    }

    /** Stores a record, refuses it for lack of capacity, or tells that the shard is closed. */
    Appended append(NewRecord put) {
        String sequenceNumber;
        synchronized (this) {
            if (closure != null) {
                return Appended.CLOSED;
            }
            // A test may set its clock back; a log stays searchable by time only if times never fall.
            long nowMillis = Math.max(clock.millis(), lastArrivalMillis);
            if (capacity != null && !capacity.tryTake(put.sizeBytes(), nowMillis)) {
                return Appended.throttled(this);
            }
            lastArrivalMillis = nowMillis;
            long ordinal = sequenceNumbers.nextOrdinal();
            sequenceNumber = sequenceNumbers.format(ordinal, index, nowMillis / 1_000);
            Record record = Record.builder()
                    .sequenceNumber(sequenceNumber)
                    .approximateArrivalTimestamp(Instant.ofEpochMilli(nowMillis))
                    .partitionKey(put.partitionKey())
                    .data(put.data())
                    .build();
            log.append(new StoredEntry(ordinal, nowMillis, put.sizeBytes(), put.explicitHashKey(), record));
        }
        wakeWatchers();
        return Appended.stored(this, sequenceNumber);
    }

    /** Ends the shard. Readers see its end once {@link #succeededBy} has named the successors. */
    synchronized void close() {
        long nowMillis = Math.max(clock.millis(), lastArrivalMillis);
        String last = sequenceNumbers.format(sequenceNumbers.nextOrdinal(), index, nowMillis / 1_000);
        closure = new Closure(nowMillis, last);
    }

    void succeededBy(List<Shard> successors) {
        children = List.copyOf(successors);
    }

    synchronized boolean isOpen() {
        return closure == null;
    }

    /** Whether the shard is open, or was closed at that time or later. */
    synchronized boolean isOpenSince(long epochMillis) {
        return closure == null || closure.atMillis() >= epochMillis;
    }

    synchronized long start(long horizonMillis) {
        log.trimBefore(horizonMillis);
        return log.start();
    }

    synchronized long end() {
        return log.end();
    }

    synchronized long positionOfOrdinal(long ordinal) {
        return log.firstAtOrAfterOrdinal(ordinal);
    }

    synchronized long positionOfTime(long epochMillis) {
        return log.firstAtOrAfterTime(epochMillis);
    }

    /**
     * Reads on from a position.
     *
     * @param maxBytes bound on the sum of record sizes; one record is returned whatever its size
     */
    synchronized Batch read(long from, int maxRecords, long maxBytes, long horizonMillis) {
        log.trimBefore(horizonMillis);
        long position = Math.max(from, log.start());
        List<Record> records = new ArrayList<>((int) Math.min(maxRecords, log.end() - position));
        long bytes = 0;
        while (position < log.end() && records.size() < maxRecords) {
            StoredEntry entry = log.get(position);
            bytes += entry.sizeBytes();
            if (bytes > maxBytes && !records.isEmpty()) {
                break;
            }
            records.add(entry.record());
            position++;
        }
        boolean atTip = position >= log.end();
        // Never 0 while records remain, even within one tick of the clock: callers read "0" as "caught up".
        long behindMillis =
                atTip ? 0 : Math.max(1, clock.millis() - log.get(position).arrivalMillis());
        String continuation = records.isEmpty()
                ? sequenceNumbers.format(sequenceNumbers.lastOrdinal(), index, clock.millis() / 1_000)
                : records.get(records.size() - 1).sequenceNumber();
        // Between the closing and the naming of successors a reader just waits at the tip.
        boolean ended = atTip && closure != null && !children.isEmpty();
        return new Batch(records, position, behindMillis, continuation, ended);
    }

    synchronized List<StoredRecord> stored(long horizonMillis) {
        log.trimBefore(horizonMillis);
        List<StoredRecord> stored = new ArrayList<>((int) (log.end() - log.start()));
        for (long position = log.start(); position < log.end(); position++) {
            StoredEntry entry = log.get(position);
            Record record = entry.record();
            stored.add(new StoredRecord(
                    id,
                    record.sequenceNumber(),
                    record.partitionKey(),
                    entry.explicitHashKey(),
                    record.data(),
                    record.approximateArrivalTimestamp()));
        }
        return stored;
    }

    List<ChildShard> childShards() {
        return children.stream()
                .map(child -> ChildShard.builder()
                        .shardId(child.id)
                        .parentShards(child.parents.stream().map(Shard::id).toList())
                        .hashKeyRange(child.range.toSdk())
                        .build())
                .toList();
    }

    synchronized software.amazon.awssdk.services.kinesis.model.Shard toSdk() {
        SequenceNumberRange.Builder numbers =
                SequenceNumberRange.builder().startingSequenceNumber(startingSequenceNumber);
        if (closure != null) {
            numbers.endingSequenceNumber(closure.endingSequenceNumber());
        }
        return software.amazon.awssdk.services.kinesis.model.Shard.builder()
                .shardId(id)
                .parentShardId(parents.isEmpty() ? null : parents.get(0).id)
                .adjacentParentShardId(parents.size() < 2 ? null : parents.get(1).id)
                .hashKeyRange(range.toSdk())
                .sequenceNumberRange(numbers.build())
                .build();
    }

    /** Runs {@code watcher} after every record and at the shard's end, on the writer's thread: it must be quick and not throw. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    void wakeWatchers() {
        for (Runnable watcher : watchers) {
            watcher.run();
        }
    }

    private record Closure(long atMillis, String endingSequenceNumber) {}

    /**
     * What {@link #append} did: a shard and a sequence number (stored), a shard without one (throttled), neither (closed).
     */
    record Appended(@Nullable Shard shard, @Nullable String sequenceNumber) {
        static final Appended CLOSED = new Appended(null, null);

        static Appended stored(Shard shard, String sequenceNumber) {
            return new Appended(shard, sequenceNumber);
        }

        static Appended throttled(Shard shard) {
            return new Appended(shard, null);
        }

        boolean isClosed() {
            return shard == null;
        }

        String shardId() {
            if (shard == null) {
                throw new IllegalStateException("No shard took the record");
            }
            return shard.id();
        }
    }

    /**
     * A stretch of a shard's log.
     *
     * @param next the position to read on from
     * @param behindMillis how far the stretch's end is from the tip, 0 exactly when it reaches it
     * @param continuation a sequence number after which everything not in this stretch or before it follows
     * @param ended whether the shard is closed and this stretch reaches its end
     */
    record Batch(List<Record> records, long next, long behindMillis, String continuation, boolean ended) {}
}
