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
        return new UUID(seed * 0x9E37_79B9_7F4A_7C15L, requests.incrementAndGet() * 0xD1B5_4A32_D192_ED03L).toString();
    }
}
