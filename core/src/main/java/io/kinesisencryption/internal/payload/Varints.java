// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

/**
 * Protobuf's numbers of variable length, as a writer makes them: seven bits a byte, lowest first, in as few bytes as hold the number.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/#varints">Protocol Buffers encoding: base 128 varints</a>
 */
final class Varints {
    private Varints() {}

    /** The bytes that a number from 0 takes: one to five. */
    static int sizeBytes(int value) {
        if (value < 1 << 7) {
            return 1;
        }
        return value < 1 << 14 ? 2 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }

    /** Writes a number from 0 and returns the offset after it. */
    static int write(int value, byte[] target, int offset) {
        int rest = value;
        int position = offset;
        while (rest > 0x7F) {
            target[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[position++] = (byte) rest;
        return position;
    }
}
