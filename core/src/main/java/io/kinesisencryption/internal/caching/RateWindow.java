// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.TimeUnit;

/**
 * Lets so many things begin in any one second, however the second is laid: it remembers when the last so many began. A token bucket of the same
 * rate and burst would let twice as many begin in its first second. What began without asking is owed: the next that ask wait longer for it.
 * Not thread-safe.
 */
final class RateWindow {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long[] beganNanos;
    private int count;
    private int next;
    private int owed;

    RateWindow(int perSecond) {
        this.beganNanos = new long[perSecond];
    }

    /** How long until one may begin: 0 if now. */
    long waitNanos(long nowNanos) {
        long waitNanos = waitForPlaceNanos(nowNanos);
        while (owed > 0 && waitNanos == 0) {
            begin(nowNanos);
            owed--;
            waitNanos = waitForPlaceNanos(nowNanos);
        }
        return waitNanos;
    }

    private long waitForPlaceNanos(long nowNanos) {
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

    /** One began that did not ask. No more is ever owed than may begin in a second, so that nobody waits for more than one second longer. */
    void charge() {
        owed = Math.min(owed + 1, beganNanos.length);
    }
}
