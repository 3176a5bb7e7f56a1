// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
     * @return what ended it; after an interrupt the thread's flag is set again
     */
    Wake await(Duration duration);

    /** Ends every wait, now and from now on. May be called at any time, more than once. */
    void stop();

    /** What ended a wait. */
    enum Wake {
        TIME,
        STOPPED,
        INTERRUPTED
    }

    /** The machine's clock. */
    final class OfTheSystem implements HoldTimer {
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
        public Wake await(Duration duration) {
            try {
                return stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS) ? Wake.STOPPED : Wake.TIME;
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
