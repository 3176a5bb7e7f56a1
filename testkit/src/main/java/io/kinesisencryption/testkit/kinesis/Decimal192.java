// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Unsigned 192-bit numbers as decimal strings. Every record that is put needs one such string, and {@code BigInteger} takes
 * several times as long for it as everything else that is done for the record.
 */
final class Decimal192 {
    private static final int BILLION = 1_000_000_000;
    private static final int DIGITS_OF_A_BILLION = 9;
    /** 2^192 has 58 digits; seven groups of nine hold them. */
    private static final int GROUPS = 7;

    private static final long LOW_32 = 0xFFFF_FFFFL;

    private Decimal192() {}

    /** The number whose 192 bits are those of the three longs, the most significant first. */
    static String toString(long top, long middle, long bottom) {
        long[] limbs = {top >>> 32, top & LOW_32, middle >>> 32, middle & LOW_32, bottom >>> 32, bottom & LOW_32};
        byte[] digits = new byte[GROUPS * DIGITS_OF_A_BILLION];
        int end = digits.length;
        for (int group = 0; group < GROUPS; group++) {
            int value = divideByABillion(limbs);
            for (int i = 0; i < DIGITS_OF_A_BILLION; i++) {
                digits[--end] = (byte) ('0' + value % 10);
                value /= 10;
            }
        }
        int first = 0;
        while (first < digits.length - 1 && digits[first] == '0') {
            first++;
        }
        return new String(Arrays.copyOfRange(digits, first, digits.length), StandardCharsets.ISO_8859_1);
    }

    /** Divides in place and returns the remainder. */
    private static int divideByABillion(long[] limbs) {
        long remainder = 0;
        int first = 0;
        while (first < limbs.length && limbs[first] == 0) {
            first++;
        }
        for (int i = first; i < limbs.length; i++) {
            long dividend = remainder << 32 | limbs[i];
            limbs[i] = dividend / BILLION;
            remainder = dividend % BILLION;
        }
        return (int) remainder;
    }
}
