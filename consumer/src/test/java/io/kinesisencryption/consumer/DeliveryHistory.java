// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.DeliveryJournal.Entry;
import io.kinesisencryption.consumer.LeaseTable.Lease;
import io.kinesisencryption.producer.batching.PutReceipt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What worker processes delivered, checked while it comes against what must always hold, whoever is killed when: records come as they were put; within a
 * delivery run each comes once and in the order of the stream; the records of one key come in their order, within each run and, looking at the
 * first delivery of each, altogether; and no checkpoint passes a record that has not been delivered. What does not hold is written down, not thrown.
 * Not thread-safe.
 */
final class DeliveryHistory {
    private static final int MAX_PROBLEMS = 20;

    private final NumberedOrders orders;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<String, ShardTimes> shards = new HashMap<>();
    private final Set<String> places = new HashSet<>();
    private final BitSet delivered = new BitSet();
    private final Map<String, Integer> lastOfKey = new HashMap<>();
    /** By shard and sequence number, the records that were put and have not been delivered. */
    private final Map<String, TreeMap<BigInteger, BitSet>> undelivered = new HashMap<>();

    private final Map<Integer, PutReceipt> receipts = new HashMap<>();
    private final Map<String, Lease> furthest = new HashMap<>();
    private final Map<String, Integer> deliveriesOfWorkers = new HashMap<>();
    private int entries;
    private int deliveries;
    private int storedTwice;
    private int holds;
    private int checkpoints;
    private int checkpointsInTheMiddle;

    /** A record's place in its shard. */
    private record Position(BigInteger sequenceNumber, long subSequenceNumber) implements Comparable<Position> {
        private static final Comparator<Position> ORDER =
                Comparator.comparing(Position::sequenceNumber).thenComparing(Position::subSequenceNumber);

        @Override
        public int compareTo(Position other) {
            return ORDER.compare(this, other);
        }
    }

    /** One record processor's life. */
    private static final class Run {
        final String worker;
        final String shardId;
        final BitSet numbers = new BitSet();
        final Map<String, Integer> lastOfKey = new HashMap<>();
        Position last = new Position(BigInteger.valueOf(-1), 0);
        /** Whether it has checkpointed in the middle of a Kinesis record since its last delivery. */
        boolean inTheMiddle;

        Run(String worker, String shardId) {
            this.worker = worker;
            this.shardId = shardId;
        }
    }

    /** When something first happened in a shard, in entries of the journal. */
    private static final class ShardTimes {
        final int firstRun;
        int lastNewDelivery;

        ShardTimes(int firstRun) {
            this.firstRun = firstRun;
            this.lastNewDelivery = firstRun;
        }
    }

    DeliveryHistory(NumberedOrders orders) {
        this.orders = orders;
    }

    /** Takes the next entry of the journal. */
    void add(Entry entry) {
        entries++;
        switch (entry.kind()) {
            case INITIALIZED -> {
                String shardId = entry.fields().get(0);
                runs.put(entry.runId(), new Run(entry.worker(), shardId));
                shards.putIfAbsent(shardId, new ShardTimes(entries));
            }
            case DELIVERED -> delivered(entry);
            case CHECKPOINTED -> {
                boolean middle = entry.fields().get(0).equals("MIDDLE");
                runs.get(entry.runId()).inTheMiddle = middle;
                checkpoints++;
                checkpointsInTheMiddle += middle ? 1 : 0;
            }
            case HELD -> holds++;
            case FAILED -> problem(entry.toString());
            case SHARD_ENDED, LEASE_LOST, RELEASED -> {
                // Nothing to hold against it.
            }
        }
    }

    private void delivered(Entry entry) {
        Run run = runs.get(entry.runId());
        int number = Integer.parseInt(entry.fields().get(0));
        Position position = new Position(
                new BigInteger(entry.fields().get(1)),
                Long.parseLong(entry.fields().get(2)));
        run.inTheMiddle = false;
        deliveries++;
        deliveriesOfWorkers.merge(entry.worker(), 1, Integer::sum);
        if (!entry.fields().get(3).equals("INTACT") || number < 0) {
            problem("altered: %s".formatted(entry));
            return;
        }
        if (run.last.compareTo(position) >= 0) {
            problem("behind %s in its delivery run: %s".formatted(run.last, entry));
        }
        run.last = position;
        String key = orders.of(number).partitionKey();
        boolean firstOfRun = !run.numbers.get(number);
        boolean first = !delivered.get(number);
        if (key != null && firstOfRun) {
            inOrder(run.lastOfKey, key, number, "in delivery run " + entry.runId());
        }
        if (key != null && first) {
            inOrder(lastOfKey, key, number, "of all first deliveries");
        }
        run.numbers.set(number);
        delivered.set(number);
        boolean newPlace = places.add(run.shardId + "/" + position);
        if (newPlace) {
            shards.get(run.shardId).lastNewDelivery = entries;
            storedTwice += first ? 0 : 1;
        }
        if (first && receipts.containsKey(number)) {
            PutReceipt receipt = receipts.get(number);
            TreeMap<BigInteger, BitSet> ofShard = undelivered.get(receipt.shardId());
            BigInteger sequenceNumber = new BigInteger(receipt.sequenceNumber());
            BitSet numbers = ofShard.get(sequenceNumber);
            numbers.clear(number);
            if (numbers.isEmpty()) {
                ofShard.remove(sequenceNumber);
            }
        }
    }

    private void inOrder(Map<String, Integer> lastNumbers, String key, int number, String where) {
        Integer last = lastNumbers.put(key, number);
        if (last != null && last > number) {
            problem("record %d of %s came after %d %s".formatted(number, key, last, where));
        }
    }

    /** Where the stream holds a record. */
    void stored(int number, PutReceipt receipt) {
        receipts.put(number, receipt);
        if (!delivered.get(number)) {
            undelivered
                    .computeIfAbsent(receipt.shardId(), shard -> new TreeMap<>())
                    .computeIfAbsent(new BigInteger(receipt.sequenceNumber()), at -> new BitSet())
                    .set(number);
        }
    }

    /** Checks leases that were read before the newest entries were. */
    void check(Collection<Lease> leases) {
        for (Lease lease : leases) {
            Lease before = furthest.put(lease.shardId(), lease);
            if (before != null && isBehind(lease, before)) {
                problem("the checkpoint went back from %s to %s".formatted(before, lease));
            }
            TreeMap<BigInteger, BitSet> waiting = undelivered.getOrDefault(lease.shardId(), new TreeMap<>());
            var passed = lease.isComplete()
                    ? waiting
                    : lease.sequenceNumber()
                            .map(checkpoint -> waiting.headMap(checkpoint, true))
                            .orElseGet(TreeMap::new);
            if (!passed.isEmpty()) {
                problem("%s passes records that were not delivered: %s".formatted(lease, passed.values()));
            }
        }
    }

    private static boolean isBehind(Lease lease, Lease before) {
        if (lease.isComplete() || before.sequenceNumber().isEmpty()) {
            return before.isComplete() && !lease.isComplete();
        }
        return lease.sequenceNumber().isEmpty()
                || lease.sequenceNumber()
                                .get()
                                .compareTo(before.sequenceNumber().get())
                        < 0;
    }

    /** Whether a shard is done: its lease says so, or did and is gone since. */
    boolean isComplete(String shardId, Map<String, Lease> leases) {
        return leases.containsKey(shardId) ? leases.get(shardId).isComplete() : furthest.containsKey(shardId);
    }

    /** Checks that a shard began to be read only after all of its parent had been delivered. */
    void checkBegunAfter(String shardId, String parentShardId) {
        ShardTimes child = shards.get(shardId);
        ShardTimes parent = shards.get(parentShardId);
        if (child == null || parent == null) {
            problem("nobody read %s".formatted(child == null ? shardId : parentShardId));
        } else if (child.firstRun < parent.lastNewDelivery) {
            problem("%s began before its parent %s was delivered".formatted(shardId, parentShardId));
        }
    }

    private void problem(String problem) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(problem);
        }
    }

    /** What did not hold, the first twenty. */
    List<String> problems() {
        return problems;
    }

    /** How many records have been delivered at least once. */
    int distinct() {
        return delivered.cardinality();
    }

    /** The numbers, up to an exclusive end, that have not been delivered. */
    List<Integer> missing(int end) {
        BitSet missing = new BitSet();
        missing.set(0, end);
        missing.andNot(delivered);
        return missing.stream().boxed().toList();
    }

    /** Whether a worker has just checkpointed in the middle of a Kinesis record, and not delivered the rest of it yet. */
    boolean isInTheMiddle(String worker) {
        return runs.values().stream().anyMatch(run -> run.inTheMiddle && run.worker.equals(worker));
    }

    /** How many records one worker delivered. */
    int deliveriesOf(String worker) {
        return deliveriesOfWorkers.getOrDefault(worker, 0);
    }

    int deliveries() {
        return deliveries;
    }

    /** How many deliveries were of a record in a place that had been delivered before. */
    int redelivered() {
        return deliveries - places.size();
    }

    /** How many copies the producer stored beyond the first of each record. */
    int storedTwice() {
        return storedTwice;
    }

    /** How often a shard waited, which is only because KMS was slow. */
    int holds() {
        return holds;
    }

    int runs() {
        return runs.size();
    }

    int checkpoints() {
        return checkpoints;
    }

    int checkpointsInTheMiddle() {
        return checkpointsInTheMiddle;
    }
}
