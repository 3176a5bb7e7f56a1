// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.TimeUnit;

/**
 * Lets so many things begin in any one second, however the second is laid: it remembers when the last so many began. A token bucket of the same
 * rate and burst would let twice as many begin in its first second. Not thread-safe.
 */
final class RateWindow {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long[] beganNanos;
    private int count;
    private int next;

    RateWindow(int perSecond) {
        this.beganNanos = new long[perSecond];
    }

    /** How long until one may begin: 0 if now. */
    long waitNanos(long nowNanos) {
        if (count < beganNanos.length) {
            return 0;
        }
        return Math.max(0, beganNanos[next] + WINDOW_NANOS - nowNanos);
    }

    /** One begins. */
    void begin(long nowNanos) {
        beganNanos[next] = nowNanos;
        next = (next + 1) % beganNanos.length;
        count = Math.min(count + 1, beganNanos.length);
    }
}
