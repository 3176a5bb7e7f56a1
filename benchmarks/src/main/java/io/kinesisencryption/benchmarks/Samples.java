// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What is sealed and opened: the same each time. */
final class Samples {
    static final StreamIdentity STREAM = StreamIdentity.of("orders");

    private static final long SEED = 20_261_123L;
    private static final int DISTINCT_KEYS = 1_000;

    private Samples() {}

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED + size).nextBytes(bytes);
        return bytes;
    }

    static UserRecord record(int size) {
        return UserRecord.of(key(size), bytes(size));
    }

    /** User records whose partition keys are as unequal as those of real traffic are: Zipf's law over a thousand keys. */
    static List<UserRecord> records(int count, int size) {
        Random random = new Random(SEED);
        double[] cumulated = new double[DISTINCT_KEYS];
        double sum = 0;
        for (int i = 0; i < DISTINCT_KEYS; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
        List<UserRecord> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[size];
            random.nextBytes(data);
            double drawn = random.nextDouble() * sum;
            int rank = 0;
            while (cumulated[rank] < drawn) {
                rank++;
            }
            records.add(UserRecord.of(key(rank), data));
        }
        return records;
    }

    private static String key(int number) {
        return "customer-%06d".formatted(number);
    }
}
