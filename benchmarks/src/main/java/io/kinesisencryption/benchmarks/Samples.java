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
        int[] ranks = zipf(random, DISTINCT_KEYS, count);
        List<UserRecord> records = new ArrayList<>(count);
        for (int rank : ranks) {
            byte[] data = new byte[size];
            random.nextBytes(data);
            records.add(UserRecord.of(key(rank), data));
        }
        return records;
    }

    /** Draws by Zipf's law from the numbers from 0 to below {@code distinct}. */
    static int[] zipf(Random random, int distinct, int count) {
        double[] cumulated = new double[distinct];
        double sum = 0;
        for (int i = 0; i < distinct; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
        int[] ranks = new int[count];
        for (int i = 0; i < count; i++) {
            double drawn = random.nextDouble() * sum;
            while (cumulated[ranks[i]] < drawn) {
                ranks[i]++;
            }
        }
        return ranks;
    }

    private static String key(int number) {
        return "customer-%06d".formatted(number);
    }
}
