// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.examples.failure.CommandException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between calls to the service. A test replaces it by one that does not wait. */
@FunctionalInterface
public interface Pauses {
    /**
     * Waits that really take their time. An interrupt ends one with a {@link CommandException}.
     */
    Pauses REAL = duration -> {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    };

    /**
     * Waits.
     *
     * @param duration how long
     */
    void pause(Duration duration);

    /**
     * Waits before another attempt: a random time up to a bound that doubles with each attempt, so that many clients that were throttled together
     * do not come back together.
     *
     * @param attempt how many attempts have failed in a row, from 1
     */
    default void beforeAttempt(int attempt) {
        long boundMillis = Math.min(5_000L, 100L << Math.min(attempt - 1, 10));
        pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(boundMillis / 2, boundMillis + 1)));
    }
}
