// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.Random;

/** Random test inputs whose seed a failing test shows, so that it can be run again with {@code -Dtest.seed=}. */
public final class SeededRandom {
    private final long seed;
    private final Random random;

    private SeededRandom(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    public static SeededRandom create() {
        return new SeededRandom(Long.getLong("test.seed", System.nanoTime()));
    }

    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public String toString() {
        return "-Dtest.seed=" + seed;
    }
}
