// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import org.jspecify.annotations.Nullable;

/**
 * The user records that are not settled, in the order in which they were accepted, which is that of their deadlines. One that is settled leaves
 * from wherever it is at once: a record that is stuck must not keep those behind it in memory. Not thread-safe.
 */
final class PendingList {
    private @Nullable Pending first;
    private @Nullable Pending last;
    private long added;

    /** Gives the record its number, from 1. */
    void add(Pending pending) {
        pending.number = ++added;
        pending.previous = last;
        if (last == null) {
            first = pending;
        } else {
            last.next = pending;
        }
        last = pending;
    }

    void remove(Pending pending) {
        if (pending.previous == null) {
            first = pending.next;
        } else {
            pending.previous.next = pending.next;
        }
        if (pending.next == null) {
            last = pending.previous;
        } else {
            pending.next.previous = pending.previous;
        }
        pending.previous = null;
        pending.next = null;
    }

    @Nullable
    Pending first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** The number of the record that was added last, or 0. */
    long added() {
        return added;
    }
}
