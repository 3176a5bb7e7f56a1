// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Arrays for what is taken apart and then of no more use. One that was used before is in the processor's cache, where a new one has to be fetched from
 * memory: for an aggregate of half a megabyte that takes as long as to decrypt it. Plaintexts are overwritten as soon as they are given back. Thread-safe.
 */
public final class ReusedArrays {
    /** Arrays that are kept, of 64 KiB to 1 MiB each: larger ones, of streams with large records, are new each time. */
    static final int CAPACITY = 8;

    private static final int MIN_BYTES = 1 << 16;
    private static final int MAX_BYTES = 1 << 20;

    private static final byte[] ZEROS = new byte[1 << 13];

    private final AtomicReferenceArray<byte @Nullable []> arrays = new AtomicReferenceArray<>(CAPACITY);

    /**
     * Takes an array, for one thread alone.
     *
     * @param sizeBytes how many bytes it has at least
     * @return the array; zeros, unless it was given back with something in it
     */
    public byte[] take(int sizeBytes) {
        for (int i = 0; i < CAPACITY; i++) {
            byte[] array = arrays.get(i);
            if (array != null && array.length >= sizeBytes && arrays.compareAndSet(i, array, null)) {
                return array;
            }
        }
        return new byte[sizeBytes > MAX_BYTES ? sizeBytes : Math.max(MIN_BYTES, powerOfTwoFrom(sizeBytes))];
    }

    /** Overwrites what was used of an array and keeps it. */
    void giveBack(byte[] array, int usedBytes) {
        overwrite(array, usedBytes);
        giveBack(array);
    }

    /**
     * Keeps an array as it is, in the place of a smaller one if there is no other. Not for plaintexts.
     *
     * @param array one that was taken here
     */
    public void giveBack(byte[] array) {
        if (array.length > MAX_BYTES) {
            return;
        }
        for (int i = 0; i < CAPACITY; i++) {
            byte[] kept = arrays.get(i);
            if ((kept == null || kept.length < array.length) && arrays.compareAndSet(i, kept, array)) {
                return;
            }
        }
    }

    /** By copying, which is always quick: a loop that fills half a megabyte is compiled well at some times and badly at others. */
    private static void overwrite(byte[] array, int usedBytes) {
        for (int done = 0; done < usedBytes; done += ZEROS.length) {
            System.arraycopy(ZEROS, 0, array, done, Math.min(ZEROS.length, usedBytes - done));
        }
    }

    private static int powerOfTwoFrom(int size) {
        return size <= 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
    }
}
