// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, up to a deadline that is far longer than it should ever take. */
final class Await {
    static final Duration DEADLINE = Duration.ofMinutes(3);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private Await() {}

    /** Fails with what was seen last if the condition does not come true in time. */
    static void until(String what, Callable<Boolean> condition, Callable<?> seen) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Not within %s: %s. Seen: %s".formatted(DEADLINE, what, seen.call()));
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }
}
