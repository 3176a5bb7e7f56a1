// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the caches do, for metrics. Every method does nothing unless it is overridden. They are called by many threads at once, hits and
 * misses by the thread that encrypts or decrypts: return quickly. What they throw is logged and goes no further. Identities are those that the
 * format made.
 */
public interface KeyCacheEvents {
    /** A sink that does nothing. */
    KeyCacheEvents NONE = new KeyCacheEvents() {};

    /** Which cache. */
    enum Side {
        /** Keys that encrypt. */
        ENCRYPTION,
        /** Keys that decrypt. */
        DECRYPTION
    }

    /**
     * A key was there.
     *
     * @param side which cache
     * @param identity which key
     */
    default void onHit(Side side, Object identity) {}

    /**
     * A key was not there, or could not be used; the caller waits for it or fails.
     *
     * @param side which cache
     * @param identity which key
     */
    default void onMiss(Side side, Object identity) {}

    /**
     * A key of which it is known that it cannot be had was asked for again; the key service was not.
     *
     * @param identity which key
     * @param code the failure
     */
    default void onRejected(Object identity, ErrorCode code) {}

    /**
     * A load begins. {@link #onLoadEnded} follows.
     *
     * @param event what happened
     */
    default void onLoadStarted(LoadStarted event) {}

    /**
     * A load ended.
     *
     * @param event what happened
     */
    default void onLoadEnded(LoadEnded event) {}

    /**
     * A key that encrypts came into use. {@link #onKeyRetired} follows.
     *
     * @param event what happened
     */
    default void onKeyInstalled(KeyInstalled event) {}

    /**
     * A key is no longer used.
     *
     * @param event what happened
     */
    default void onKeyRetired(KeyRetired event) {}

    /**
     * A key that is due to be replaced is still used, because the key service does not answer. Told once a minute at most for each identity.
     *
     * @param event what happened
     */
    default void onOldKeyUsed(OldKeyUsed event) {}

    /**
     * A key was replaced after so few records that key calls cost more than they need. Told once an hour at most for each identity.
     *
     * @param event what happened
     */
    default void onFewRecords(FewRecords event) {}

    /**
     * A load begins.
     *
     * @param side which cache
     * @param identity which key
     * @param reason why
     */
    record LoadStarted(Side side, Object identity, KeyLoadReason reason) {}

    /**
     * A load ended.
     *
     * @param side which cache
     * @param identity which key
     * @param reason why
     * @param duration how long the key service took; the wait for the limits is not in it
     * @param failure what went wrong, or null
     */
    record LoadEnded(
            Side side,
            Object identity,
            KeyLoadReason reason,
            Duration duration,
            @Nullable ErrorCode failure) {}

    /**
     * A key that encrypts came into use.
     *
     * @param identity which key
     * @param number the key's number, which no other key of the process has
     * @param age how old it is: as long as its load took, or more
     * @param refreshAfter at which age it is to be replaced
     * @param maxAge at which age it is dropped
     */
    record KeyInstalled(Object identity, long number, Duration age, Duration refreshAfter, Duration maxAge) {}

    /**
     * A key is no longer used.
     *
     * @param side which cache
     * @param identity which key
     * @param number the number that it was installed with; 0 for keys that decrypt
     * @param reason why
     * @param age how old it was
     * @param records how many records were reserved under it; 0 for keys that decrypt, whose uses are not counted
     * @param bytes how many bytes were reserved under it; 0 for keys that decrypt
     */
    record KeyRetired(
            Side side, Object identity, long number, KeyRetirement reason, Duration age, long records, long bytes) {}

    /**
     * A key that is due to be replaced is still used.
     *
     * @param identity which key
     * @param age how old it is
     * @param timeLeft how long it can still be used
     * @param failure why it could not be replaced
     */
    record OldKeyUsed(Object identity, Duration age, Duration timeLeft, ErrorCode failure) {}

    /**
     * A key was replaced after few records.
     *
     * @param identity which key
     * @param records how many records it encrypted
     * @param expected how many make key calls a small part of the cost
     */
    record FewRecords(Object identity, long records, long expected) {}
}
