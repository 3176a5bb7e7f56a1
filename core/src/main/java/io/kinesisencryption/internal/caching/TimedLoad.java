// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.internal.caching.KeyCacheEvents.LoadEnded;
import io.kinesisencryption.internal.caching.KeyCacheEvents.LoadStarted;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a loader gave, and when it began: a key cannot be older than that. Either a key or a failure.
 *
 * @param key the key, or null
 * @param failure why there is none, or null
 * @param beganNanos the monotonic time
 * @param beganWallMillis the wall time
 */
record TimedLoad<K extends LeasedKey>(
        @Nullable K key, @Nullable KeyFailure failure, long beganNanos, long beganWallMillis) {

    /** Calls a loader. Whatever it throws, errors too, is the load's failure: those who wait must hear of it, and this thread serves others. */
    static <I, K extends LeasedKey> TimedLoad<K> call(
            KeyLoader<I, K> loader,
            I identity,
            Side side,
            KeyLoadReason reason,
            KeyCacheEvents events,
            AgeClock clock) {
        long beganNanos = clock.nanoTime();
        long beganWallMillis = clock.exactWallMillis();
        events.onLoadStarted(new LoadStarted(side, identity, reason));
        K key = null;
        KeyFailure failure = null;
        try {
            key = Objects.requireNonNull(loader.load(identity), "The loader returned no key");
            if (key.tryLease()) {
                key.release();
            } else {
                throw new IllegalStateException("The loader returned a closed key");
            }
        } catch (Throwable e) {
            key = null;
            failure = KeyFailure.of(e);
        }
        Duration duration = Duration.ofNanos(clock.nanoTime() - beganNanos);
        events.onLoadEnded(new LoadEnded(side, identity, reason, duration, failure == null ? null : failure.code()));
        return new TimedLoad<>(key, failure, beganNanos, beganWallMillis);
    }
}
