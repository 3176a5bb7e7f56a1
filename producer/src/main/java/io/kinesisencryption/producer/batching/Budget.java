// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that user records which are not settled may take, by bytes and by count. Both are one number, so that neither is taken without
 * the other, not even for a moment: a moment would be long enough to refuse somebody who then waits for ever. Thread-safe.
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
    private final Condition freed = lock.newCondition();
    private volatile boolean closed;

    Budget(long maxBytes, int maxRecords) {
        this.maxBytes = maxBytes;
        this.maxRecords = maxRecords;
    }

    /** Takes room for a record if there is any now. */
    boolean tryTake(int sizeBytes) {
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
        long left = timeoutNanos;
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        try {
            while (!closed) {
                if (tryTake(sizeBytes)) {
                    return true;
                }
                if (left <= 0) {
                    return false;
                }
                left = freed.awaitNanos(left);
            }
            return false;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
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
            signal();
        }
    }

    /** Refuses whoever waits or will wait. */
    void close() {
        closed = true;
        signal();
    }

    long bytes() {
        return bytes(used.get());
    }

    int records() {
        return records(used.get());
    }

    private void signal() {
        lock.lock();
        try {
            freed.signalAll();
        } finally {
            lock.unlock();
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
