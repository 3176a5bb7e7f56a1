// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.concurrent.TimeUnit;

/** How long to wait before another try: twice as long each time up to a limit, and by chance between half of that and the whole. */
final class Backoff {
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MOST_DOUBLINGS = 20;

    private Backoff() {}

    /**
     * @param attempts how many have failed, from 1
     * @param random from 0 to below 1
     */
    static long nanos(int attempts, double random) {
        long whole = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(attempts - 1, MOST_DOUBLINGS));
        return whole / 2 + (long) (random * whole / 2);
    }
}
