// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.ArrayList;
import java.util.List;

/** Writes down the events of a consumer, those of holds above all. Thread-safe. */
final class RecordingHoldListener implements ConsumerListener {
    private final List<String> events = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<RecordFailure> failures = new ArrayList<>();
    private final List<PassedRecord> passed = new ArrayList<>();
    private final List<BatchReceived> received = new ArrayList<>();
    private final List<Delivered> delivered = new ArrayList<>();
    private final List<ShardHalted> halted = new ArrayList<>();

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized List<Hold> holds() {
        return List.copyOf(holds);
    }

    @Override
    public void onHoldStarted(Hold hold) {
        add("started", hold);
    }

    @Override
    public void onStillHolding(Hold hold) {
        add("holding", hold);
    }

    @Override
    public void onHoldEnded(Hold hold, Outcome outcome) {
        add(outcome.name(), hold);
    }

    @Override
    public synchronized void onRecordFailed(RecordFailure failure) {
        failures.add(failure);
    }

    @Override
    public synchronized void onRecordPassedOver(PassedRecord record) {
        passed.add(record);
    }

    @Override
    public synchronized void onBatchReceived(BatchReceived batch) {
        received.add(batch);
    }

    @Override
    public synchronized void onDelivered(Delivered delivery) {
        delivered.add(delivery);
    }

    @Override
    public synchronized void onShardHalted(ShardHalted shard) {
        halted.add(shard);
    }

    synchronized List<BatchReceived> received() {
        return List.copyOf(received);
    }

    synchronized List<Delivered> delivered() {
        return List.copyOf(delivered);
    }

    synchronized List<ShardHalted> halted() {
        return List.copyOf(halted);
    }

    synchronized List<RecordFailure> failures() {
        return List.copyOf(failures);
    }

    /** The records that were passed over, as "how why". */
    synchronized List<String> passed() {
        return passed.stream()
                .map(record -> record.passage() + " " + record.code() + (record.deadLettered() ? " kept" : ""))
                .toList();
    }

    synchronized int plaintext() {
        return delivered.stream().mapToInt(Delivered::plaintextRecords).sum();
    }

    private synchronized void add(String event, Hold hold) {
        events.add(event + " " + hold.code());
        holds.add(hold);
    }
}
