// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The hash-key space in equal parts, whose number is a power of two. Not thread-safe. */
final class Slices {
    static final int LARGEST_COUNT = 1 << 16;

    /** Where the stream does not say how many open shards it has. */
    static final int ASSUMED_SHARDS = 16;

    private static final int PER_SHARD = 8;

    /** How many slices are looked at for one that has room. */
    private static final int TRIES = 8;

    private final int bits;
    private final @Nullable Slice[] slices;
    private @Nullable Slice roomy;

    Slices(int count) {
        this.bits = Integer.numberOfTrailingZeros(count);
        this.slices = new Slice[count];
    }

    /** How many slices a stream gets: at least eight for each open shard. */
    static int countFor(int openShards) {
        long wanted = (long) PER_SHARD * (openShards == 0 ? ASSUMED_SHARDS : openShards);
        int count = PER_SHARD;
        while (count < wanted && count < LARGEST_COUNT) {
            count *= 2;
        }
        return count;
    }

    int count() {
        return slices.length;
    }

    /** The slice of a hash key, by its first 64 bits. */
    Slice of(long hashKeyHigh) {
        return at(bits == 0 ? 0 : (int) (hashKeyHigh >>> (Long.SIZE - bits)));
    }

    /** A slice for a record without a key: the one that the last such record went to while that has an open aggregate, and then one that is idle. */
    Slice withRoom(double random, long nowNanos) {
        Slice last = roomy;
        if (last != null && last.open != null) {
            return last;
        }
        int start = (int) (random * slices.length);
        Slice chosen = at(start);
        for (int i = 1; i < TRIES && isBusy(chosen, nowNanos); i++) {
            chosen = at((start + i * (slices.length / TRIES + 1)) % slices.length);
        }
        roomy = chosen;
        return chosen;
    }

    /** Every slice that was used, in no particular order. */
    List<Slice> used() {
        return Arrays.stream(slices).filter(Objects::nonNull).toList();
    }

    private static boolean isBusy(Slice slice, long nowNanos) {
        return slice.underWay > 0
                || !slice.closed.isEmpty()
                || (slice.pace != null && slice.pace.waitNanos(nowNanos) > 0);
    }

    private Slice at(int index) {
        Slice slice = slices[index];
        if (slice == null) {
            slice = new Slice(index, bits);
            slices[index] = slice;
        }
        return slice;
    }
}
