// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that user records which are not settled may take, by bytes and by count. Both are one number, so that neither is taken without
 * the other, not even for a moment: a moment would be long enough to refuse somebody who then waits for ever. Who waits is served in turn; who does
 * not wait may pass by, but nobody is passed by twice, or small records would keep a large one out for ever. Thread-safe.
 */
final class Budget {
    /** The lower bits count records, the upper ones bytes. */
    private static final int RECORD_BITS = 24;

    /** Half of what the bits hold: {@link #takeAnyway} may go over a limit. */
    static final int LARGEST_MAX_RECORDS = 1 << (RECORD_BITS - 1);

    static final long LARGEST_MAX_BYTES = (1L << (Long.SIZE - 1 - RECORD_BITS)) - 1;

    private final long maxBytes;
    private final int maxRecords;
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();

    /** One for each who waits, in the order in which they came. Guarded by the lock. */
    private final Queue<Condition> turns = new ArrayDeque<>();

    /** Whether somebody who had been woken found no room: nobody else takes any until he has. Changed under the lock. */
    private volatile boolean passedBy;

    private volatile boolean closed;

    Budget(long maxBytes, int maxRecords) {
        this.maxBytes = maxBytes;
        this.maxRecords = maxRecords;
    }

    /** Takes room for a record if there is any now that nobody waits for. */
    boolean tryTake(int sizeBytes) {
        return !passedBy && reserve(sizeBytes);
    }

    private boolean reserve(int sizeBytes) {
        while (true) {
            long now = used.get();
            if (bytes(now) + sizeBytes > maxBytes || records(now) >= maxRecords) {
                return false;
            }
            if (used.compareAndSet(now, now + packed(sizeBytes, 1))) {
                return true;
            }
        }
    }

    /**
     * Takes room for a record, waiting for it if need be.
     *
     * @return false if there was none in time, or none will be had because this was closed
     */
    boolean take(int sizeBytes, long timeoutNanos) throws InterruptedException {
        if (tryTake(sizeBytes)) {
            return true;
        }
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        Condition turn = lock.newCondition();
        turns.add(turn);
        try {
            return await(turn, sizeBytes, timeoutNanos);
        } finally {
            if (turns.peek() == turn) {
                passedBy = false;
            }
            turns.remove(turn);
            waiting.decrementAndGet();
            signalFirst();
            lock.unlock();
        }
    }

    private boolean await(Condition turn, int sizeBytes, long timeoutNanos) throws InterruptedException {
        long left = timeoutNanos;
        boolean woken = false;
        while (!closed) {
            if (turns.peek() == turn) {
                if (reserve(sizeBytes)) {
                    return true;
                }
                passedBy = woken;
            }
            if (left <= 0) {
                return false;
            }
            left = turn.awaitNanos(left);
            woken = true;
        }
        return false;
    }

    /** Takes room for a record whether there is any or not. Always true. */
    boolean takeAnyway(int sizeBytes) {
        used.addAndGet(packed(sizeBytes, 1));
        return true;
    }

    /** Gives room back. */
    void give(long sizeBytes, int count) {
        used.addAndGet(-packed(sizeBytes, count));
        if (waiting.get() > 0) {
            // Whoever holds the lock to wait has seen the old count; after this it sees the new one.
            lock.lock();
            try {
                signalFirst();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Refuses whoever waits or will wait. */
    void close() {
        closed = true;
        lock.lock();
        try {
            turns.forEach(Condition::signal);
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        return bytes(used.get());
    }

    int records() {
        return records(used.get());
    }

    private void signalFirst() {
        Condition first = turns.peek();
        if (first != null) {
            first.signal();
        }
    }

    private static long packed(long bytes, int records) {
        return (bytes << RECORD_BITS) + records;
    }

    private static long bytes(long packed) {
        return packed >>> RECORD_BITS;
    }

    private static int records(long packed) {
        return (int) packed & ((1 << RECORD_BITS) - 1);
    }
}
