// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The records of a shard in order, each at an absolute position that never changes, so that an iterator is a number: reading
 * on costs what is read, and finding a place by sequence number or time is a binary search. Not thread-safe: its shard locks.
 */
final class RecordLog {
    private static final int INITIAL_CAPACITY = 64;

    private @Nullable StoredEntry[] entries = new @Nullable StoredEntry[INITIAL_CAPACITY];
    /** The position of {@code entries[head]}. */
    private long start;

    private int head;
    private int size;

    /** The position of the oldest record kept. */
    long start() {
        return start;
    }

    /** The position that the next record will get. */
    long end() {
        return start + size;
    }

    void append(StoredEntry entry) {
        if (head + size == entries.length) {
            makeRoom();
        }
        entries[head + size] = entry;
        size++;
    }

    StoredEntry get(long position) {
        if (position < start || position >= end()) {
            throw new IndexOutOfBoundsException(
                    "Position " + position + " is outside the log's " + start + " to " + end());
        }
        StoredEntry entry = entries[head + (int) (position - start)];
        if (entry == null) {
            throw new IllegalStateException("Position " + position + " of the log is empty");
        }
        return entry;
    }

    /** The first position whose record has that ordinal or a later one; the end if there is none. */
    long firstAtOrAfterOrdinal(long ordinal) {
        return firstAtOrAfter(StoredEntry::ordinal, ordinal);
    }

    /** The first position whose record arrived at that time or later; the end if there is none. */
    long firstAtOrAfterTime(long epochMillis) {
        return firstAtOrAfter(StoredEntry::arrivalMillis, epochMillis);
    }

    /** Forgets the records that arrived before that time. */
    void trimBefore(long epochMillis) {
        if (size == 0 || get(start).arrivalMillis() >= epochMillis) {
            return;
        }
        int dropped = (int) (firstAtOrAfterTime(epochMillis) - start);
        Arrays.fill(entries, head, head + dropped, null);
        head += dropped;
        start += dropped;
        size -= dropped;
    }

    private long firstAtOrAfter(ToLongFunction<StoredEntry> key, long wanted) {
        long low = start;
        long high = end();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (key.applyAsLong(get(middle)) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Moves to the front of the array when trimming has freed half of it, into an array twice as long otherwise. */
    private void makeRoom() {
        @Nullable
        StoredEntry[] target = head > entries.length / 2 ? entries : new @Nullable StoredEntry[entries.length * 2];
        System.arraycopy(entries, head, target, 0, size);
        if (target == entries) {
            Arrays.fill(entries, size, head + size, null);
        }
        entries = target;
        head = 0;
    }
}
