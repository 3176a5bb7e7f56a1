// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.ArrayList;
import java.util.List;

/** Writes down the events of holds. Thread-safe. */
final class RecordingHoldListener implements HoldListener {
    private final List<String> events = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();

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

    private synchronized void add(String event, Hold hold) {
        events.add(event + " " + hold.code());
        holds.add(hold);
    }
}
