// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.ConsumerListener.Hold;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What a factory's shards are at: for gauges. Thread-safe. */
final class WaitingShards {
    private final Map<HoldStatus, Hold> holds = new ConcurrentHashMap<>();
    private final AtomicLong recordsInProgress = new AtomicLong();

    void waits(HoldStatus status, Hold hold) {
        holds.put(status, hold);
    }

    void goesOn(HoldStatus status) {
        holds.remove(status);
    }

    /** Those that wait now, the longest first. */
    List<Hold> holds() {
        return holds.values().stream().sorted(Comparator.comparing(Hold::since)).toList();
    }

    void began(int records) {
        recordsInProgress.addAndGet(records);
    }

    void ended(int records) {
        recordsInProgress.addAndGet(-records);
    }

    long recordsInProgress() {
        return recordsInProgress.get();
    }
}
