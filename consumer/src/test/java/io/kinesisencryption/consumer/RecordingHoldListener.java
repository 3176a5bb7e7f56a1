// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import java.util.ArrayList;
import java.util.List;

/** Writes down the events of holds. Thread-safe. */
final class RecordingHoldListener implements HoldListener {
    private final List<String> events = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<RecordFailure> failures = new ArrayList<>();
    private final List<PassedRecord> passed = new ArrayList<>();
    private int plaintext;

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
    public synchronized void onPlaintextAccepted(StreamIdentity stream, String shardId, int records) {
        plaintext += records;
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
        return plaintext;
    }

    private synchronized void add(String event, Hold hold) {
        events.add(event + " " + hold.code());
        holds.add(hold);
    }
}
