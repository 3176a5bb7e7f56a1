// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of keys that could not be had: separate from the keys, bounded and short-lived, so that nothing in it can cost a good key its
 * place. Thread-safe.
 *
 * <p>Two things are remembered. A permanent or record failure, for {@link #LASTS_NANOS}: less than the minute after which a consumer that holds
 * tries again, so each such try asks the key service. And since when an identity that was never opened here has failed transiently: after {@link
 * #PATIENCE_NANOS} it counts as a permanent failure, because nothing says that this key ever worked. The count begins anew if nobody asked for
 * {@link #GAP_NANOS}.
 */
final class Rejections<I> {
    static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(30);
    static final long PATIENCE_NANOS = TimeUnit.HOURS.toNanos(1);
    static final long GAP_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final int MAX_ENTRIES = 10_000;

    private static final class Rejection<I> extends BoundedMap.Node<I, KeyFailure, Rejection<I>> {
        final long atNanos;
        final long atWallMillis;

        Rejection(I identity, KeyFailure failure, long atNanos, long atWallMillis) {
            super(identity, failure);
            this.atNanos = atNanos;
            this.atWallMillis = atWallMillis;
        }
    }

    private static final class Trouble<I> extends BoundedMap.Node<I, Void, Trouble<I>> {
        final long sinceNanos;
        final long sinceWallMillis;
        volatile long lastNanos;
        volatile long lastWallMillis;

        Trouble(I identity, long sinceNanos, long sinceWallMillis) {
            super(identity, null);
            this.sinceNanos = sinceNanos;
            this.sinceWallMillis = sinceWallMillis;
            this.lastNanos = sinceNanos;
            this.lastWallMillis = sinceWallMillis;
        }
    }

    private final AgeClock clock;
    private final BoundedMap<I, Rejection<I>> rejected;
    private final BoundedMap<I, Trouble<I>> troubled;

    /**
     * Makes one.
     *
     * @param maxKeys how many keys there may be: there are never more rejections than keys
     */
    Rejections(AgeClock clock, int maxKeys) {
        this.clock = clock;
        this.rejected = new BoundedMap<>(Math.min(MAX_ENTRIES, maxKeys));
        this.troubled = new BoundedMap<>(Math.min(MAX_ENTRIES, maxKeys));
    }

    /** Why an identity is not worth a load now, or null. */
    @Nullable
    KeyFailure find(I identity) {
        Rejection<I> rejection = rejected.get(identity);
        if (rejection == null) {
            return null;
        }
        if (clock.ageNanos(rejection.atNanos, rejection.atWallMillis, clock.nanoTime()) >= LASTS_NANOS) {
            rejected.remove(rejection);
            return null;
        }
        return rejection.value;
    }

    /**
     * A load failed.
     *
     * @param known whether the identity was opened here before
     * @return the failure that callers are told
     */
    KeyFailure failed(I identity, KeyFailure failure, boolean known) {
        if (!failure.isTransient()) {
            // Without its cause: ten thousand stack traces of an SDK are memory that forged records must not be able to
            // take.
            rejected.put(
                    new Rejection<>(identity, failure.withoutCause(), clock.nanoTime(), clock.exactWallMillis()),
                    rejected.epoch(),
                    new ArrayList<>());
            return failure;
        }
        return known ? failure : troubled(identity, failure);
    }

    private KeyFailure troubled(I identity, KeyFailure failure) {
        long now = clock.nanoTime();
        long wallMillis = clock.exactWallMillis();
        Trouble<I> trouble = troubled.get(identity);
        if (trouble == null || clock.ageNanos(trouble.lastNanos, trouble.lastWallMillis, now) >= GAP_NANOS) {
            troubled.put(new Trouble<>(identity, now, wallMillis), troubled.epoch(), new ArrayList<>());
            return failure;
        }
        trouble.lastNanos = now;
        trouble.lastWallMillis = wallMillis;
        long sinceNanos = clock.ageNanos(trouble.sinceNanos, trouble.sinceWallMillis, now);
        if (sinceNanos < PATIENCE_NANOS) {
            return failure;
        }
        return new KeyFailure(
                ErrorCode.KEY_FAILURE,
                "A data key that was never opened here has failed for %s: %s"
                        .formatted(Duration.ofSeconds(TimeUnit.NANOSECONDS.toSeconds(sinceNanos)), failure.message()),
                failure.cause());
    }

    /** A load succeeded. */
    void succeeded(I identity) {
        Rejection<I> rejection = rejected.peek(identity);
        if (rejection != null) {
            rejected.remove(rejection);
        }
        Trouble<I> trouble = troubled.peek(identity);
        if (trouble != null) {
            troubled.remove(trouble);
        }
    }

    int size() {
        return rejected.size() + troubled.size();
    }

    /** Forgets everything that no longer counts, and says whether anything is left. */
    boolean sweep() {
        long now = clock.nanoTime();
        rejected.removeIf(r -> clock.ageNanos(r.atNanos, r.atWallMillis, now) >= LASTS_NANOS);
        troubled.removeIf(t -> clock.ageNanos(t.lastNanos, t.lastWallMillis, now) >= GAP_NANOS);
        return size() > 0;
    }

    void clear() {
        rejected.clear(new ArrayList<>());
        troubled.clear(new ArrayList<>());
    }
}
