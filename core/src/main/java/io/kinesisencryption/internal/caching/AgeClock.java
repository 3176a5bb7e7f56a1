// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.TimeUnit;

/**
 * Tells ages by two clocks and believes the larger: the monotonic one stands still while a machine is suspended, the wall clock can be set back.
 * The wall clock is read ten times a second at most, because each reading costs as much as the rest of a look-up. Thread-safe.
 */
final class AgeClock {
    private static final long WALL_READING_LASTS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final CacheEnvironment environment;
    private volatile long wallMillis;
    private volatile long readAtNanos;

    AgeClock(CacheEnvironment environment) {
        this.environment = environment;
        this.wallMillis = environment.currentTimeMillis();
        this.readAtNanos = environment.nanoTime();
    }

    long nanoTime() {
        return environment.nanoTime();
    }

    /** The wall time, read when something begins to age. */
    long exactWallMillis() {
        return environment.currentTimeMillis();
    }

    /** The age of what began at the two times, at a reading of {@link #nanoTime}. Short of the truth by 0.1 s at most, after a jump of the wall clock. */
    long ageNanos(long beganNanos, long beganWallMillis, long nowNanos) {
        if (nowNanos - readAtNanos >= WALL_READING_LASTS_NANOS) {
            wallMillis = environment.currentTimeMillis();
            readAtNanos = nowNanos;
        }
        return Math.max(nowNanos - beganNanos, TimeUnit.MILLISECONDS.toNanos(wallMillis - beganWallMillis));
    }
}
