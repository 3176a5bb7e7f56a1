// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An array for ciphertexts that come in somebody's buffer, where ciphers cannot reach them. One that was used before is near to the processor, a new
 * one would have to be fetched from memory. Thread-safe: whoever finds it taken makes another.
 */
final class Scratch {
    private static final int MIN_BYTES = 1 << 12;

    /** A larger array is not kept. */
    private static final int MAX_BYTES = 1 << 20;

    private final AtomicReference<byte @Nullable []> kept = new AtomicReference<>();

    /** Takes an array that has at least so many bytes, for one thread alone. What it holds is of no use. */
    byte[] take(int sizeBytes) {
        byte[] array = kept.getAndSet(null);
        if (array != null && array.length >= sizeBytes) {
            return array;
        }
        return new byte[sizeBytes > MAX_BYTES ? sizeBytes : Math.max(MIN_BYTES, powerOfTwoFrom(sizeBytes))];
    }

    /** Takes it back. */
    void giveBack(byte[] array) {
        if (array.length <= MAX_BYTES) {
            kept.set(array);
        }
    }

    private static int powerOfTwoFrom(int size) {
        return size <= 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
    }
}
