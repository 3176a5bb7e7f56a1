// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * Hashes of what strangers write, for maps: whoever does not know the seed, which is another one in each process, cannot choose bytes that meet in
 * one bucket. Not a cryptographic hash, so none is shown to anybody. Thread-safe.
 */
public final class SeededHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long[] SEED = seed();

    private SeededHash() {}

    /** The hash of 32 bytes. */
    static int of32Bytes(byte[] bytes, int offset) {
        long mixed = mix(word(bytes, offset, 0), word(bytes, offset, 1))
                ^ mix(word(bytes, offset, 2), word(bytes, offset, 3));
        return Long.hashCode(mixed);
    }

    private static long word(byte[] bytes, int offset, int index) {
        return (long) LONG.get(bytes, offset + Long.BYTES * index) ^ SEED[index];
    }

    /**
     * Takes more bytes into a hash.
     *
     * @param before the hash of what comes before them, or 0
     * @param bytes those from the buffer's position to its limit, which do not move
     * @return the hash of both, of which all bits are as good
     */
    public static long add(long before, ByteBuffer bytes) {
        // The length first, so that it matters where one part ends and the next begins.
        long hash = mix(before ^ SEED[0], bytes.remaining() ^ SEED[1]);
        int at = bytes.position();
        for (; at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
            hash = mix(hash ^ SEED[2], bytes.getLong(at) ^ SEED[3]);
        }
        long rest = 0;
        for (; at < bytes.limit(); at++) {
            rest = (rest << Byte.SIZE) | (bytes.get(at) & 0xFF);
        }
        return mix(hash ^ SEED[3], rest ^ SEED[1]);
    }

    /** Random UUIDs come from a cryptographically strong generator: 122 bits of each, the rest are constants. */
    private static long[] seed() {
        UUID one = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        return new long[] {
            one.getMostSignificantBits(),
            one.getLeastSignificantBits(),
            other.getMostSignificantBits(),
            other.getLeastSignificantBits()
        };
    }

    private static long mix(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }
}
