// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A key that encrypts, with its age and with what was reserved under it. A reservation is never given back: an encryption that failed halfway may
 * have used a nonce. Thread-safe.
 *
 * @param <K> the key
 */
final class CountedKey<K extends LeasedKey> {
    /** The last 32nd of a cap is left for the load of the next key: 10 s at 50,000 records a second. */
    private static final int LEAD = 32;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final long number = NUMBERS.incrementAndGet();
    private final K key;
    private final AgeClock clock;
    private final long loadedNanos;
    private final long loadedWallMillis;
    private final long refreshAfterNanos;
    private final long maxRecords;
    private final long maxBytes;
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** From which age on somebody has to look more closely whether this key may be used. */
    private volatile long checkAgeNanos;

    private boolean rotated;

    /**
     * Wraps a key.
     *
     * @param loadedNanos when its load began: it cannot be older than that
     * @param loadedWallMillis the same by the wall clock
     */
    CountedKey(
            K key,
            AgeClock clock,
            long loadedNanos,
            long loadedWallMillis,
            long refreshAfterNanos,
            KeyCacheOptions options) {
        this.key = key;
        this.clock = clock;
        this.loadedNanos = loadedNanos;
        this.loadedWallMillis = loadedWallMillis;
        this.refreshAfterNanos = refreshAfterNanos;
        this.maxRecords = options.maxRecordsPerKey();
        this.maxBytes = options.maxBytesPerKey();
        this.checkAgeNanos = refreshAfterNanos;
    }

    K key() {
        return key;
    }

    /** Another one for each key of the process, from 1. */
    long number() {
        return number;
    }

    long ageNanos(long nowNanos) {
        return clock.ageNanos(loadedNanos, loadedWallMillis, nowNanos);
    }

    /** Whether nothing is to be thought about before this key is used. */
    boolean isUnquestioned(long nowNanos) {
        return ageNanos(nowNanos) < checkAgeNanos;
    }

    /** Leaves the key unquestioned until an age. */
    void questionAt(long ageNanos) {
        checkAgeNanos = ageNanos;
    }

    /** Takes a use out of what is left, and a lease with it. If it returns false, the key is used up or closed. */
    boolean tryUse(long useRecords, long useBytes) {
        return tryReserve(useRecords, useBytes) && key.tryLease();
    }

    private boolean tryReserve(long useRecords, long useBytes) {
        return take(records, useRecords, maxRecords) && take(bytes, useBytes, maxBytes);
    }

    private boolean take(AtomicLong counter, long amount, long max) {
        long before = counter.get();
        while (amount <= max - before) {
            if (counter.compareAndSet(before, before + amount)) {
                if (isNearlyUsedUp(before + amount, max) && !isNearlyUsedUp(before, max)) {
                    checkAgeNanos = 0;
                }
                return true;
            }
            before = counter.get();
        }
        return false;
    }

    private static boolean isNearlyUsedUp(long used, long max) {
        return used > max - max / LEAD;
    }

    /** Whether nothing more can be encrypted under this key: a look, which takes nothing, does not find that out. */
    boolean isUsedUp() {
        return records.get() >= maxRecords || bytes.get() >= maxBytes;
    }

    /** Whether this key should be replaced, at an age. */
    boolean isDue(long ageNanos) {
        return isOverdue(ageNanos)
                || isNearlyUsedUp(records.get(), maxRecords)
                || isNearlyUsedUp(bytes.get(), maxBytes);
    }

    /** Whether this key should have been replaced before any further use, at an age. */
    boolean isOverdue(long ageNanos) {
        return rotated || ageNanos >= refreshAfterNanos;
    }

    /** Whether the load of the next key still has time to end in the background, at an age. */
    boolean isInGrace(long ageNanos, long graceNanos) {
        return !rotated && ageNanos < refreshAfterNanos + graceNanos;
    }

    long refreshAfterNanos() {
        return refreshAfterNanos;
    }

    /** Makes this key overdue. Under the lock of whoever holds it. */
    void rotate() {
        rotated = true;
        checkAgeNanos = 0;
    }

    long records() {
        return records.get();
    }

    long bytes() {
        return bytes.get();
    }
}
