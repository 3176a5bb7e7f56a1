// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.PriorityQueue;

/** What is to be done later, by the engine's own thread. Not thread-safe. */
final class Timers {
    private final PriorityQueue<Timer> timers = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.dueNanos - b.dueNanos, 0);
        return byTime != 0 ? byTime : Long.compare(a.number, b.number);
    });
    private long count;

    private record Timer(long dueNanos, long number, Runnable task) {}

    void at(long dueNanos, Runnable task) {
        timers.add(new Timer(dueNanos, count++, task));
    }

    /** Does what is due, in the order of its time. */
    void run(long nowNanos) {
        for (Timer timer = timers.peek(); timer != null && timer.dueNanos - nowNanos <= 0; timer = timers.peek()) {
            timers.remove();
            timer.task.run();
        }
    }

    /** How long until the next is due, or the longest if there is none. */
    long waitNanos(long nowNanos) {
        Timer timer = timers.peek();
        return timer == null ? Long.MAX_VALUE : Math.max(0, timer.dueNanos - nowNanos);
    }

    void clear() {
        timers.clear();
    }
}
