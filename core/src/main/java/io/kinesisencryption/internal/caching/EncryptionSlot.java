// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.internal.caching.KeyCacheEvents.OldKeyUsed;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key that encrypts for one identity, and the load that will replace it. Thread-safe.
 *
 * <p>A use takes the quick way (no lock) while the key is unquestioned. Otherwise {@link #decide} looks, under the lock, what holds:
 * <ul>
 *   <li>younger than {@code refreshAfter}: used; replaced in the background if it is nearly used up;
 *   <li>older: a load begins. For {@link #GRACE_NANOS} the key is still used while the load runs. After that the use waits for the load: so a
 *       producer that slept does not wake with an old key;
 *   <li>older, and the last load failed transiently: used, with a warning at intervals, until {@code maxAge};
 *   <li>older, and the last load failed permanently; or older than {@code maxAge}; or used up: dropped, and the use waits for a load.
 * </ul>
 */
final class EncryptionSlot<I, K extends LeasedKey> extends BoundedMap.Node<I, Void, EncryptionSlot<I, K>> {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionKeys.class);

    /** As long as a load can take, by the timeouts of the keyrings made here, and some. */
    static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long WARN_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MAX_BACKOFF_DOUBLINGS = 10;

    /** What all slots of a cache share. */
    record Shared<I, K extends LeasedKey>(
            KeyCacheOptions options, KeyLoads loads, KeyLoader<I, K> loader, KeyCacheEvents events, Sweeper sweeper) {}

    /** A load that runs or waits to run. Completed with null if it succeeded or nothing is known: look again. */
    private static final class Flight {
        final CompletableFuture<@Nullable KeyFailure> ended = new CompletableFuture<>();
        /** For those who do not wait themselves: as above, or the failure that it did not end in time. */
        final CompletableFuture<@Nullable KeyFailure> answered = ended.copy();

        final AtomicBoolean timed = new AtomicBoolean();
        final KeyLoadReason reason;

        Flight(KeyLoadReason reason) {
            this.reason = reason;
        }
    }

    /** What to do: use a key, wait for a load, or fail. Each may come with a load to begin. */
    private record Decision<K extends LeasedKey>(
            @Nullable CountedKey<K> key,
            @Nullable Flight awaited,
            @Nullable Flight begin,
            @Nullable KeyFailure failure) {}

    private final Shared<I, K> shared;
    private final AgeClock clock;
    private final long maxAgeNanos;
    private volatile @Nullable CountedKey<K> current;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Flight flight;
    /** Of the last load, until one succeeds. */
    private @Nullable KeyFailure failure;

    private int failures;
    private long retryAtNanos;
    private @Nullable Long warnedNanos;
    private boolean gone;
    private final KeyTurnover<K> turnover;

    EncryptionSlot(I identity, Shared<I, K> shared) {
        super(identity, null);
        this.shared = shared;
        this.clock = shared.loads.clock();
        this.maxAgeNanos = shared.options.maxAge().toNanos();
        this.turnover = new KeyTurnover<>(identity, shared.events, clock, shared.options.maxAge());
    }

    /**
     * Reserves a use and takes a lease.
     *
     * @return a leased key, or null if this slot has been dropped
     */
    @Nullable
    CountedKey<K> lease(long records, long bytes) {
        CountedKey<K> key = current;
        if (key != null && key.isUnquestioned(clock.nanoTime()) && key.tryUse(records, bytes)) {
            shared.events.onHit(Side.ENCRYPTION, identity);
            return key;
        }
        return leaseSlowly(records, bytes);
    }

    private @Nullable CountedKey<K> leaseSlowly(long records, long bytes) {
        long deadlineNanos = clock.nanoTime() + shared.loads.maxWaitNanos();
        KeyFailure outcome = null;
        boolean missed = false;
        while (true) {
            Decision<K> decision = decide(records, bytes, outcome);
            begin(decision.begin);
            if (decision.key == null && decision.awaited == null && decision.failure == null) {
                return null;
            }
            if (decision.key != null) {
                if (!missed) {
                    shared.events.onHit(Side.ENCRYPTION, identity);
                }
                return decision.key;
            }
            if (!missed) {
                missed = true;
                shared.events.onMiss(Side.ENCRYPTION, identity);
            }
            if (decision.failure != null) {
                throw decision.failure.toException();
            }
            outcome = await(Objects.requireNonNull(decision.awaited), deadlineNanos);
        }
    }

    /**
     * Begins a load if a use would have to wait for one.
     *
     * @return completed when a use need not wait, or with the failure; null if this slot has been dropped
     */
    @Nullable
    CompletableFuture<@Nullable KeyFailure> ready() {
        Decision<K> decision = decide(0, 0, null);
        begin(decision.begin);
        if (decision.key != null) {
            decision.key.key().release();
            return CompletableFuture.completedFuture(null);
        }
        if (decision.awaited != null) {
            giveUpLater(decision.awaited);
            return decision.awaited.answered.copy();
        }
        return decision.failure == null ? null : CompletableFuture.completedFuture(decision.failure);
    }

    /** Makes the next use wait for a key whose load begins after now. The old one stays as a reserve in case that the load fails transiently. */
    void rotate() {
        lock.lock();
        try {
            abandonFlight();
            if (current != null) {
                current.rotate();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops the key. A load that is under way does not bring it back. */
    void discard(KeyRetirement reason, boolean forGood) {
        lock.lock();
        try {
            gone |= forGood;
            retire(reason, clock.nanoTime());
            abandonFlight();
        } finally {
            lock.unlock();
        }
        turnover.settle();
    }

    /** Drops the key if it is too old, and says whether there still is one. */
    boolean sweep() {
        boolean left;
        lock.lock();
        try {
            dropIfUnusable(clock.nanoTime());
            left = current != null;
        } finally {
            lock.unlock();
        }
        turnover.settle();
        return left;
    }

    private Decision<K> decide(long records, long bytes, @Nullable KeyFailure outcome) {
        lock.lock();
        try {
            if (gone) {
                return new Decision<>(null, null, null, null);
            }
            long now = clock.nanoTime();
            dropIfUnusable(now);
            Flight begin = null;
            CountedKey<K> key = current;
            if (key != null) {
                long age = key.ageNanos(now);
                // Set before it is asked, so that a use that crosses the mark meanwhile is not lost.
                key.questionAt(key.refreshAfterNanos());
                boolean usable = mayUse(key, age);
                if (!usable && outcome != null) {
                    key.questionAt(0);
                    return new Decision<>(null, null, null, outcome);
                }
                if (key.isDue(age)) {
                    begin = beginFlight(usable ? KeyLoadReason.REFRESH : KeyLoadReason.MISS, now);
                    key.questionAt(usable ? Math.min(age + LOOK_AGAIN_NANOS, maxAgeNanos) : 0);
                }
                if (usable && !key.isUsedUp() && key.tryUse(records, bytes)) {
                    warnIfOld(key, age, now);
                    return new Decision<>(key, null, begin, null);
                }
                if (usable) {
                    retire(KeyRetirement.EXHAUSTED, now);
                }
            } else if (outcome != null) {
                return new Decision<>(null, null, null, outcome);
            }
            if (begin == null) {
                begin = beginFlight(KeyLoadReason.MISS, now);
            }
            return new Decision<>(null, flight, begin, flight == null ? failure : null);
        } finally {
            lock.unlock();
            turnover.settle();
        }
    }

    private boolean mayUse(CountedKey<K> key, long ageNanos) {
        if (!key.isOverdue(ageNanos)) {
            return true;
        }
        return failure == null ? key.isInGrace(ageNanos, GRACE_NANOS) : failure.isTransient();
    }

    private void dropIfUnusable(long now) {
        CountedKey<K> key = current;
        if (key == null) {
            return;
        }
        long age = key.ageNanos(now);
        if (age >= maxAgeNanos) {
            retire(KeyRetirement.EXPIRED, now);
        } else if (key.isOverdue(age) && failure != null && !failure.isTransient()) {
            retire(KeyRetirement.FAILED, now);
        }
    }

    /** A load for the caller to begin once it has given back the lock; null if one is under way or the last failure is too fresh. */
    private @Nullable Flight beginFlight(KeyLoadReason reason, long now) {
        if (flight != null || (failure != null && now - retryAtNanos < 0)) {
            return null;
        }
        flight = new Flight(reason);
        return flight;
    }

    private void abandonFlight() {
        failure = null;
        failures = 0;
        if (flight != null) {
            // Whoever waits for it looks again, finds nothing, and begins another.
            flight.ended.complete(null);
            flight = null;
        }
    }

    private void begin(@Nullable Flight begun) {
        if (begun == null) {
            return;
        }
        shared.loads.submit(KeyLoads.Kind.ENCRYPTION, this, new KeyLoads.Load() {
            @Override
            public void run() {
                // Nobody wants the key of a load that was abandoned before it began: that call is saved.
                if (!begun.ended.isDone()) {
                    end(
                            begun,
                            TimedLoad.call(
                                    shared.loader, identity, Side.ENCRYPTION, begun.reason, shared.events, clock));
                }
            }

            @Override
            public void refuse(KeyFailure refusal) {
                end(begun, new TimedLoad<>(null, refusal, 0, 0));
            }
        });
    }

    private void end(Flight ended, TimedLoad<K> load) {
        K key = load.key();
        boolean kept = false;
        lock.lock();
        try {
            if (flight == ended) {
                flight = null;
                if (key != null) {
                    install(key, load);
                    kept = true;
                } else {
                    fail(Objects.requireNonNull(load.failure()));
                }
            }
        } finally {
            lock.unlock();
        }
        if (key != null && !kept) {
            key.close();
        }
        turnover.settle();
        if (kept) {
            shared.sweeper.start();
        }
        ended.ended.complete(load.failure());
    }

    private void install(K key, TimedLoad<K> load) {
        retire(KeyRetirement.REPLACED, clock.nanoTime());
        double spread = 0.9 + 0.2 * shared.loads.environment().random();
        long refreshAfterNanos = (long) (shared.options.refreshAfter().toNanos() * spread);
        CountedKey<K> installed = new CountedKey<>(
                key, clock, load.beganNanos(), load.beganWallMillis(), refreshAfterNanos, shared.options);
        current = installed;
        turnover.installed(installed, installed.ageNanos(clock.nanoTime()));
        failure = null;
        failures = 0;
    }

    private void fail(KeyFailure newFailure) {
        long now = clock.nanoTime();
        failure = newFailure;
        long backoffNanos =
                Math.min(MAX_BACKOFF_NANOS, FIRST_BACKOFF_NANOS << Math.min(failures, MAX_BACKOFF_DOUBLINGS));
        failures++;
        retryAtNanos = now
                + (long) (backoffNanos * (0.5 + 0.5 * shared.loads.environment().random()));
        dropIfUnusable(now);
    }

    /** Bounds the wait of those who hold only a future: a load that never ends must not keep it open for ever. */
    private void giveUpLater(Flight awaited) {
        if (awaited.timed.compareAndSet(false, true)) {
            try {
                shared.loads
                        .environment()
                        .schedule(
                                () -> {
                                    if (!awaited.ended.isDone()) {
                                        awaited.answered.complete(late(awaited));
                                    }
                                },
                                shared.loads.maxWaitNanos());
            } catch (RejectedExecutionException e) {
                // Closed, and with it the load is over.
            }
        }
    }

    private @Nullable KeyFailure await(Flight awaited, long deadlineNanos) {
        try {
            long leftNanos = deadlineNanos - clock.nanoTime();
            // Not asked again and again by one who is always too slow for the keys that come.
            if (leftNanos > 0 && shared.loads.environment().await(awaited.ended, leftNanos)) {
                return awaited.ended.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return KeyFailure.notNow("Interrupted while a data key for %s was loaded".formatted(identity));
        }
        return late(awaited);
    }

    /** Takes note that a load did not end in time. */
    private KeyFailure late(Flight awaited) {
        KeyFailure late = KeyFailure.notNow(
                "No data key for %s was loaded within %s (maxWait)".formatted(identity, shared.options.maxWait()));
        lock.lock();
        try {
            // A load that does not end is a load that fails: the old key, if it is not too old, serves on.
            if (flight == awaited && failure == null) {
                failure = late;
            }
        } finally {
            lock.unlock();
        }
        return late;
    }

    private void retire(KeyRetirement reason, long now) {
        CountedKey<K> key = current;
        if (key != null) {
            current = null;
            turnover.retired(key, reason, key.ageNanos(now));
        }
    }

    private void warnIfOld(CountedKey<K> key, long ageNanos, long now) {
        KeyFailure reason = failure;
        if (reason == null
                || !key.isOverdue(ageNanos)
                || (warnedNanos != null && now - warnedNanos < WARN_AGAIN_NANOS)) {
            return;
        }
        warnedNanos = now;
        Duration age = Duration.ofNanos(ageNanos);
        Duration timeLeft = Duration.ofNanos(maxAgeNanos - ageNanos);
        LOG.warn(
                "No new data key for {}: {}. The one of {} ago is used for another {} at most",
                identity,
                reason.message(),
                age,
                timeLeft);
        shared.events.onOldKeyUsed(new OldKeyUsed(identity, age, timeLeft, reason.code()));
    }
}
