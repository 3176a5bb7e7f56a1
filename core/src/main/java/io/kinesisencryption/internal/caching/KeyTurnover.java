// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.internal.caching.KeyCacheEvents.FewRecords;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyInstalled;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyRetired;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that encrypt, as they come into use and leave it: on their way from under a lock to where they are closed and reported, both of which run
 * code from elsewhere that must not run under the lock. What is reported has the order in which it happened. Thread-safe.
 */
final class KeyTurnover<K extends LeasedKey> {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionKeys.class);

    /** Under this many records to a key, each key call of each reader serves few records. */
    static final long EXPECTED_RECORDS = 100;

    private static final long WARN_AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);

    /** A key came into use, or left it for a reason. */
    private record Change<K extends LeasedKey>(
            CountedKey<K> key, @Nullable KeyRetirement retired, long ageNanos) {}

    private final Object identity;
    private final KeyCacheEvents events;
    private final AgeClock clock;
    private final Duration maxAge;
    private final Queue<CountedKey<K>> unclosed = new ConcurrentLinkedQueue<>();
    private final Queue<Change<K>> untold = new ConcurrentLinkedQueue<>();
    private final ReentrantLock telling = new ReentrantLock();
    private @Nullable Long warnedNanos;

    KeyTurnover(Object identity, KeyCacheEvents events, AgeClock clock, Duration maxAge) {
        this.identity = identity;
        this.events = events;
        this.clock = clock;
        this.maxAge = maxAge;
    }

    /** Takes note of a key that came into use. {@link #settle} must follow once the lock is given back. */
    void installed(CountedKey<K> key, long ageNanos) {
        untold.add(new Change<>(key, null, ageNanos));
    }

    /** Takes note of a key that is to be closed. {@link #settle} must follow once the lock is given back. */
    void retired(CountedKey<K> key, KeyRetirement reason, long ageNanos) {
        unclosed.add(key);
        untold.add(new Change<>(key, reason, ageNanos));
    }

    /** Closes and reports what was noted. A thread that finds another reporting leaves its own to that one. */
    void settle() {
        for (CountedKey<K> next = unclosed.poll(); next != null; next = unclosed.poll()) {
            next.key().close();
        }
        while (!untold.isEmpty() && telling.tryLock()) {
            try {
                for (Change<K> next = untold.poll(); next != null; next = untold.poll()) {
                    tell(next);
                }
            } finally {
                telling.unlock();
            }
        }
    }

    private void tell(Change<K> change) {
        CountedKey<K> key = change.key;
        Duration age = Duration.ofNanos(change.ageNanos);
        if (change.retired == null) {
            events.onKeyInstalled(
                    new KeyInstalled(identity, key.number(), age, Duration.ofNanos(key.refreshAfterNanos()), maxAge));
            return;
        }
        events.onKeyRetired(new KeyRetired(
                Side.ENCRYPTION, identity, key.number(), change.retired, age, key.records(), key.bytes()));
        warnIfFew(key, change.retired, change.ageNanos);
    }

    private void warnIfFew(CountedKey<K> key, KeyRetirement reason, long ageNanos) {
        long records = key.records();
        // A key that was rotated early says nothing about the traffic.
        if (reason == KeyRetirement.REPLACED
                && ageNanos >= key.refreshAfterNanos()
                && records < EXPECTED_RECORDS
                && mayWarn()) {
            LOG.warn(
                    "A data key for {} was replaced after {} records; under {} records to a key, key calls cost more than they need:"
                            + " use fewer producers, a longer refreshAfter or a hierarchical keyring",
                    identity,
                    records,
                    EXPECTED_RECORDS);
            events.onFewRecords(new FewRecords(identity, records, EXPECTED_RECORDS));
        }
    }

    private synchronized boolean mayWarn() {
        long now = clock.nanoTime();
        if (warnedNanos != null && now - warnedNanos < WARN_AGAIN_NANOS) {
            return false;
        }
        warnedNanos = now;
        return true;
    }
}
