// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.examples.stream.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compares what came back from a stream with what was put there, record by record: the place that PutRecords named for a record is the place where
 * the consumer must find it, with the same bytes and the same partition key. A record may come back before its acknowledgement does. Thread-safe.
 */
final class Deliveries {
    private final Map<Place, Sent> sent = new HashMap<>();
    private final Map<Place, List<Returned>> early = new HashMap<>();
    private final Map<String, Long> returnedByShard = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();
    private long distinctReturned;
    private long duplicates;
    private long returnedBytes;
    private long firstReturnNanos;
    private long lastReturnNanos;
    private @Nullable String obstacle;

    private static final class Sent {
        private final OutgoingRecord record;
        private boolean returned;

        Sent(OutgoingRecord record) {
            this.record = record;
        }
    }

    /** Not a record: it would compare its array by identity. */
    private static final class Returned {
        private final @Nullable String partitionKey;
        private final byte[] data;

        Returned(@Nullable String partitionKey, byte[] data) {
            this.partitionKey = partitionKey;
            this.data = data;
        }
    }

    /** What had come back at one time. */
    record Count(long sent, long returned, boolean obstructed) {
        boolean complete(long expected) {
            return sent == expected && returned >= expected;
        }
    }

    /**
     * How it ended.
     *
     * @param sent how many records were acknowledged
     * @param kinesisRecords in how many Kinesis records they are
     * @param differences what is wrong, a line each; empty if exactly the set that was sent came back
     */
    record Outcome(
            long sent,
            long kinesisRecords,
            long returned,
            long duplicates,
            long returnedBytes,
            Map<String, Long> returnedByShard,
            long firstReturnNanos,
            long lastReturnNanos,
            List<String> differences) {}

    /** The service has acknowledged a record. */
    synchronized void sent(OutgoingRecord record, Place place) {
        Sent entry = new Sent(record);
        if (sent.put(place, entry) != null) {
            differences.add("two records were acknowledged at %s".formatted(where(place)));
        }
        List<Returned> waiting = early.remove(place);
        if (waiting != null) {
            waiting.forEach(returned -> compare(place, entry, returned));
        }
        notifyAll();
    }

    /** A record has come out of the consumer. */
    synchronized void returned(Place place, @Nullable String partitionKey, byte[] data) {
        lastReturnNanos = System.nanoTime();
        if (firstReturnNanos == 0) {
            firstReturnNanos = lastReturnNanos;
        }
        returnedByShard.merge(place.shardId(), 1L, Long::sum);
        Returned record = new Returned(partitionKey, data);
        Sent entry = sent.get(place);
        if (entry == null) {
            early.computeIfAbsent(place, p -> new ArrayList<>()).add(record);
        } else {
            compare(place, entry, record);
        }
        notifyAll();
    }

    /** Nothing more will come out of a shard. */
    synchronized void obstructed(String reason) {
        if (obstacle == null) {
            obstacle = reason;
        }
        notifyAll();
    }

    /** What there is now. */
    synchronized Count count() {
        return new Count(sent.size(), distinctReturned, obstacle != null);
    }

    /** Waits for a change, for so long at most. */
    synchronized void awaitChange(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.timedWait(this, millis);
    }

    /** What came of it, once nothing more is expected. */
    synchronized Outcome outcome(long expected) {
        List<String> wrong = new ArrayList<>(differences);
        if (obstacle != null) {
            wrong.add(obstacle);
        }
        if (distinctReturned < expected) {
            wrong.add("%d of %d records did not come back".formatted(expected - distinctReturned, expected));
        }
        if (!early.isEmpty()) {
            wrong.add("%d records came back that were not sent".formatted(early.size()));
        }
        return new Outcome(
                sent.size(),
                sent.keySet().stream()
                        .map(place -> place.shardId() + ' ' + place.sequenceNumber())
                        .distinct()
                        .count(),
                distinctReturned,
                duplicates,
                returnedBytes,
                new TreeMap<>(returnedByShard),
                firstReturnNanos,
                lastReturnNanos,
                wrong);
    }

    private static String where(Place place) {
        return "%s of %s%s"
                .formatted(
                        place.sequenceNumber(),
                        place.shardId(),
                        place.subSequenceNumber() == 0 ? "" : ", number %d in it".formatted(place.subSequenceNumber()));
    }

    private void compare(Place place, Sent entry, Returned record) {
        if (entry.returned) {
            duplicates++;
        } else {
            entry.returned = true;
            distinctReturned++;
            returnedBytes += record.data.length;
        }
        long line = entry.record.line().number();
        if (!Arrays.equals(entry.record.line().data(), record.data)) {
            differences.add("line %d came back with other bytes, at %s".formatted(line, where(place)));
        }
        if (!entry.record.partitionKey().equals(record.partitionKey)) {
            differences.add("line %d came back with another partition key, at %s".formatted(line, where(place)));
        }
    }
}
