// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.internal.materials.LeasedKey;
import org.jspecify.annotations.Nullable;

/**
 * A key that decrypts, with its age; or, once that is too high, the memory that this identity was opened here. Thread-safe.
 */
final class DecryptionEntry<I, K extends LeasedKey> extends BoundedMap.Node<I, K, DecryptionEntry<I, K>> {
    private final long loadedNanos;
    private final long loadedWallMillis;

    DecryptionEntry(I identity, K key, long loadedNanos, long loadedWallMillis) {
        super(identity, key);
        this.loadedNanos = loadedNanos;
        this.loadedWallMillis = loadedWallMillis;
    }

    @Nullable
    K key() {
        return value;
    }

    long ageNanos(AgeClock clock, long nowNanos) {
        return clock.ageNanos(loadedNanos, loadedWallMillis, nowNanos);
    }

    /**
     * Lets go of the key and closes it.
     *
     * @return whether there was one
     */
    boolean drop() {
        K dropped;
        synchronized (this) {
            dropped = value;
            value = null;
        }
        if (dropped == null) {
            return false;
        }
        dropped.close();
        return true;
    }
}
