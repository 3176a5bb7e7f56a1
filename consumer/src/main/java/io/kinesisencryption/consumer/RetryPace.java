// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.policy.HoldReason;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a record is tried again. While the key service, the sink or the application does not work: doubling from 200 milliseconds up to 30 seconds, each time
 * a random part between half and all of it, so that the shards of a fleet do not come back together. For every other reason a minute: an operator
 * mends those. Serves one hold. Not thread-safe.
 */
final class RetryPace {
    static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
    static final Duration LARGEST_BACKOFF = Duration.ofSeconds(30);
    static final Duration SLOW = Duration.ofMinutes(1);

    private final DoubleSupplier random;
    private Duration backoff = FIRST_BACKOFF;

    /** {@code random} gives numbers from 0 (inclusive) to 1 (exclusive). */
    RetryPace(DoubleSupplier random) {
        this.random = random;
    }

    Duration after(HoldReason reason) {
        if (!maySoonWork(reason)) {
            backoff = FIRST_BACKOFF;
            return SLOW;
        }
        long half = backoff.toNanos() / 2;
        Duration delay = Duration.ofNanos(half + (long) (half * random.getAsDouble()));
        Duration next = backoff.multipliedBy(2);
        backoff = next.compareTo(LARGEST_BACKOFF) < 0 ? next : LARGEST_BACKOFF;
        return delay;
    }

    private static boolean maySoonWork(HoldReason reason) {
        return switch (reason) {
            case KEY_UNAVAILABLE, SINK_UNAVAILABLE, APPLICATION_FAILED, SCHEMA_UNAVAILABLE -> true;
            case KEY_REFUSED, BAD_RECORD, TOO_MANY_BAD_RECORDS, UNKNOWN -> false;
        };
    }
}
