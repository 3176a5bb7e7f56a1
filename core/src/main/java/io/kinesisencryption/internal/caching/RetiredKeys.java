// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.internal.caching.KeyCacheEvents.FewRecords;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyRetired;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that encrypt no more, on their way from under a lock to where they are closed and reported: both run code from elsewhere, which must not run
 * under the lock. Thread-safe.
 */
final class RetiredKeys<K extends LeasedKey> {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionKeys.class);

    /** Under this many records to a key, each key call of each reader serves few records. */
    static final long EXPECTED_RECORDS = 100;

    private static final long WARN_AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);

    private record Retired<K extends LeasedKey>(CountedKey<K> key, KeyRetirement reason, long ageNanos) {}

    private final Object identity;
    private final KeyCacheEvents events;
    private final AgeClock clock;
    private final Queue<Retired<K>> retired = new ConcurrentLinkedQueue<>();
    private @Nullable Long warnedNanos;

    RetiredKeys(Object identity, KeyCacheEvents events, AgeClock clock) {
        this.identity = identity;
        this.events = events;
        this.clock = clock;
    }

    /** Takes note of a key. {@link #close} must follow once the lock is given back. */
    void add(CountedKey<K> key, KeyRetirement reason, long ageNanos) {
        retired.add(new Retired<>(key, reason, ageNanos));
    }

    /** Closes and reports the keys that were added. */
    void close() {
        for (Retired<K> next = retired.poll(); next != null; next = retired.poll()) {
            next.key.key().close();
            events.onKeyRetired(new KeyRetired(
                    Side.ENCRYPTION,
                    identity,
                    next.reason,
                    Duration.ofNanos(next.ageNanos),
                    next.key.records(),
                    next.key.bytes()));
            warnIfFew(next);
        }
    }

    private void warnIfFew(Retired<K> key) {
        long records = key.key.records();
        // A key that was rotated early says nothing about the traffic.
        if (key.reason == KeyRetirement.REPLACED
                && key.ageNanos >= key.key.refreshAfterNanos()
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
