// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceNumbersTest {
    private static final Instant CREATION = Instant.parse("2026-03-01T12:00:00Z");

    private final SequenceNumbers numbers = new SequenceNumbers(CREATION, 7);

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "1, 2147483647, 1772366400",
        "1152921504606846975, 5, 1772366400",
        "1152921504606846976, 5, 1772366400",
        "9223372036854775807, 1, 4294967295"
    })
    void whatWasFormattedParsesBack(long ordinal, int shardIndex, long epochSecond) {
        String number = numbers.format(ordinal, shardIndex, epochSecond);

        assertThat(number).hasSize(56).startsWith("49");
        assertThat(numbers.parse(number)).isEqualTo(new SequenceNumbers.Position(ordinal, shardIndex));
    }

    @Test
    void aLaterOrdinalIsALargerNumberWhateverElseDiffers() {
        BigInteger earlier = new BigInteger(numbers.format(41, Integer.MAX_VALUE, 4_294_967_295L));
        BigInteger later = new BigInteger(numbers.format(42, 0, 0));

        assertThat(later).isGreaterThan(earlier);
    }

    @Test
    void numbersOfOtherStreamsDoNotParse() {
        assertThat(new SequenceNumbers(CREATION, 8).parse(numbers.format(1, 0, 0)))
                .isNull();
        assertThat(new SequenceNumbers(CREATION.plusSeconds(1), 7).parse(numbers.format(1, 0, 0)))
                .isNull();
        assertThat(numbers.parse("0")).isNull();
        assertThat(numbers.parse("9".repeat(129))).isNull();
    }

    @Test
    void theVersionAndTheShardAreWhereTheServiceHasThem() {
        BigInteger number = new BigInteger(numbers.format(42, 3, 1));

        assertThat(number.bitLength()).isEqualTo(186);
        assertThat(number.shiftRight(184).intValue()).isEqualTo(2);
        assertThat(number.shiftRight(4).intValue()).isEqualTo(3);
    }

    @Test
    void decimalsOf192BitsAreThoseOfBigInteger() {
        long seed = 20260301;
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            int zeroBytes = i % 24;
            byte[] bytes = new byte[24];
            random.nextBytes(bytes);
            java.util.Arrays.fill(bytes, 0, zeroBytes, (byte) 0);
            ByteBuffer longs = ByteBuffer.wrap(bytes);

            assertThat(Decimal192.toString(longs.getLong(), longs.getLong(), longs.getLong()))
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(new BigInteger(1, bytes).toString());
        }
        assertThat(Decimal192.toString(0, 0, 0)).isEqualTo("0");
        assertThat(Decimal192.toString(-1, -1, -1))
                .isEqualTo(
                        BigInteger.ONE.shiftLeft(192).subtract(BigInteger.ONE).toString());
    }
}
