// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.UserRecord;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * User records without end. Each key is a new string, as it would be after parsing; data come from a few thousand arrays, so that making them costs
 * nothing and more of them are in use than a processor's cache next to it holds. Not thread-safe.
 */
final class Workload {
    private static final long SEED = 20_261_124L;
    private static final int KEY_CHARS = 36;
    private static final int KEY_NUMBER_DIGITS = 16;
    private static final int DISTINCT_KEYS = 1_000;
    private static final int DRAWN_KEYS = 1 << 16;
    private static final int DISTINCT_DATA = 1 << 12;

    /** Makes of successive numbers ones that differ in every digit. */
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] TEMPLATE = "0000000000000000-0000-4000-8000-0000".getBytes(StandardCharsets.ISO_8859_1);

    private final KeyKind keys;
    private final byte[][] data = new byte[DISTINCT_DATA][];
    private final short[] drawn = new short[DRAWN_KEYS];
    private final byte[] key = TEMPLATE.clone();
    private long count;

    Workload(KeyKind keys, int dataSizeBytes) {
        this.keys = keys;
        Random random = new Random(SEED);
        for (int i = 0; i < DISTINCT_DATA; i++) {
            data[i] = new byte[dataSizeBytes];
            random.nextBytes(data[i]);
        }
        int[] ranks = Samples.zipf(random, DISTINCT_KEYS, DRAWN_KEYS);
        for (int i = 0; i < DRAWN_KEYS; i++) {
            drawn[i] = (short) ranks[i];
        }
    }

    UserRecord next() {
        long number = count++;
        return UserRecord.of(
                switch (keys) {
                    case UNIQUE -> key(number);
                    case ZIPF -> key(drawn[(int) (number % DRAWN_KEYS)]);
                    case ABSENT -> null;
                },
                data[(int) (number % DISTINCT_DATA)]);
    }

    private String key(long number) {
        long mixed = number * MIX;
        for (int i = 0; i < KEY_NUMBER_DIGITS; i++) {
            key[i] = DIGITS[(int) (mixed >>> (4 * i)) & 0xF];
        }
        return new String(key, 0, KEY_CHARS, StandardCharsets.ISO_8859_1);
    }
}
