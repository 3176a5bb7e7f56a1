// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The clock by which shards wait, and the one place where they do. A seam: tests pass simulated time through it. Thread-safe. */
interface HoldTimer {
    /** The time of day, for people. */
    Instant now();

    /** A time that never jumps, in nanoseconds from an arbitrary start: for intervals. */
    long nanoTime();

    /**
     * Waits.
     *
     * @param duration how long, unless something ends the wait
     * @param leave asked by the waiting thread, at first and then a few times a second, whether to end the wait
     * @return what ended it; after an interrupt the thread's flag is set again
     */
    Wake await(Duration duration, BooleanSupplier leave);

    /** Ends every wait, now and from now on. May be called at any time, more than once. */
    void stop();

    /** What ended a wait. */
    enum Wake {
        TIME,
        LEFT,
        STOPPED,
        INTERRUPTED
    }

    /** The machine's clock. */
    final class OfTheSystem implements HoldTimer {
        private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        private final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Wake await(Duration duration, BooleanSupplier leave) {
            long start = nanoTime();
            long waited = 0;
            try {
                while (waited < duration.toNanos()) {
                    if (leave.getAsBoolean()) {
                        return Wake.LEFT;
                    }
                    if (stopped.await(Math.min(POLL_NANOS, duration.toNanos() - waited), TimeUnit.NANOSECONDS)) {
                        return Wake.STOPPED;
                    }
                    waited = nanoTime() - start;
                }
                return Wake.TIME;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Wake.INTERRUPTED;
            }
        }

        @Override
        public void stop() {
            stopped.countDown();
        }
    }
}
