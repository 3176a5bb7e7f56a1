// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Everything random of one service, drawn from one seed. Thread-safe; the order of draws is the order of calls. */
final class SharedRandom {
    private final Random random;
    private final long seed;
    private final AtomicLong requests = new AtomicLong();

    SharedRandom(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    double nextDouble() {
        return random.nextDouble();
    }

    /** A request id shaped like the service's; unlike the other draws it takes no turn of the generator. */
    String requestId() {
        long number = requests.incrementAndGet();
        return new UUID(mixed(seed + number), mixed(seed ^ ~number)).toString();
    }

    /** Spreads a counter over all bits, so that ids look as different as the service's. */
    private static long mixed(long value) {
        long spread = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        spread = (spread ^ (spread >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return spread ^ (spread >>> 31);
    }
}
