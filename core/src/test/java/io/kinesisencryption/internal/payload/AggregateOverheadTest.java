// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an aggregate of 1,000 records of 512 bytes adds to them: 8 or 9 bytes a record, and each key once with 2 bytes before it. */
class AggregateOverheadTest {
    private static final int RECORDS = 1_000;
    private static final int DATA_BYTES = 512;

    private final Random random = new Random(20261124);

    private double overhead(AggregateFraming framing, Supplier<String> keys) {
        AggregateWriter writer = new AggregateWriter(framing);
        for (int i = 0; i < RECORDS; i++) {
            writer.add(keys.get(), null, new byte[DATA_BYTES]);
        }
        return (writer.toByteArray().length - RECORDS * DATA_BYTES) / (double) (RECORDS * DATA_BYTES);
    }

    /** One of 1,000 values, the n-th n times rarer than the first. */
    private int zipf() {
        double sum = 0;
        for (int i = 1; i <= RECORDS; i++) {
            sum += 1.0 / i;
        }
        double left = random.nextDouble() * sum;
        int rank = 1;
        while (left > 1.0 / rank && rank < RECORDS) {
            left -= 1.0 / rank;
            rank++;
        }
        return rank;
    }

    @ParameterizedTest
    @EnumSource
    void aThousandZipfDistributedNumbersAsKeys(AggregateFraming framing) {
        assertThat(overhead(framing, () -> Integer.toString(zipf()))).isBetween(0.017, 0.02);
    }

    @ParameterizedTest
    @EnumSource
    void aThousandUniqueKeysOf36Characters(AggregateFraming framing) {
        assertThat(overhead(framing, () -> new UUID(random.nextLong(), random.nextLong()).toString()))
                .isBetween(0.09, 0.12);
    }
}
