// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One load that many wait for. Each of them gets a lease at the moment at which it ends, so that a key that is evicted at once has still served
 * everybody who waited for it. Thread-safe.
 *
 * @param <K> the key
 */
final class SharedLoad<K extends LeasedKey> {
    /** What a load came to: a leased key, a failure, or neither if it was abandoned. */
    record Outcome<K extends LeasedKey>(
            @Nullable K key, @Nullable KeyFailure failure) {}

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final KeyLoadReason reason;
    private int waiting;
    private boolean over;
    private @Nullable K key;
    private @Nullable KeyFailure failure;

    SharedLoad(KeyLoadReason reason) {
        this.reason = reason;
    }

    KeyLoadReason reason() {
        return reason;
    }

    /** Completed when it is over, for better or worse. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /**
     * Waits with the others.
     *
     * @return null if it is not over: {@link #collect} or {@link #leave} must follow. Otherwise what it came to; neither a key nor a failure if
     *     its key is closed already.
     */
    synchronized @Nullable Outcome<K> join() {
        if (!over) {
            waiting++;
            return null;
        }
        K loaded = key;
        return new Outcome<>(loaded != null && loaded.tryLease() ? loaded : null, failure);
    }

    /** What it came to, for one who waited until it was over. The lease was taken for the caller. */
    synchronized Outcome<K> collect() {
        return new Outcome<>(key, failure);
    }

    /** Waits no longer. */
    synchronized void leave() {
        if (!over) {
            waiting--;
        } else if (key != null) {
            key.release();
        }
    }

    /** Why it failed, or null. */
    synchronized @Nullable KeyFailure failure() {
        return failure;
    }

    /**
     * Ends it with a key that nobody else has yet.
     *
     * @return false if it was over: then nobody was served with the key
     */
    synchronized boolean succeed(K loaded) {
        if (over) {
            return false;
        }
        for (int i = 0; i < waiting; i++) {
            if (!loaded.tryLease()) {
                throw new IllegalStateException("A key was closed by somebody who does not own it");
            }
        }
        over = true;
        key = loaded;
        return true;
    }

    /** Ends it without a key. With null, whoever waits looks again. */
    synchronized void fail(@Nullable KeyFailure cause) {
        if (!over) {
            over = true;
            failure = cause;
        }
    }

    /** Wakes those who wait. After everything that they will look at is in its place. */
    void wake() {
        ended.complete(null);
    }
}
