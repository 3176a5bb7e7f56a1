// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Timers that go off when a test says so. */
final class ManualTimers implements Timers {
    final List<Timer> all = new CopyOnWriteArrayList<>();

    @Override
    public Runnable start(long delayNanos, Runnable action) {
        Timer timer = new Timer(delayNanos, action);
        all.add(timer);
        return timer.cancelled::countDown;
    }

    /** One of them. */
    static final class Timer {
        final long delayNanos;
        private final Runnable action;
        /** Counted down when it is cancelled. */
        final CountDownLatch cancelled = new CountDownLatch(1);

        Timer(long delayNanos, Runnable action) {
            this.delayNanos = delayNanos;
            this.action = action;
        }

        /** Even if it was cancelled: it may have gone off at that very moment. */
        void goOff() {
            action.run();
        }
    }
}
