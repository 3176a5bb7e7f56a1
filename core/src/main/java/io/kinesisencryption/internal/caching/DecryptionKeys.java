// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyRetired;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import io.kinesisencryption.internal.caching.SharedLoad.Outcome;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys that decrypt. Thread-safe.
 *
 * <p>What holds:
 * <ul>
 *   <li>A key is found by its whole identity, never by a part of it. Its age is absolute: after {@code maxAge}, by the larger of monotonic and
 *       wall time, it is loaded anew.
 *   <li>At most so many keys are kept. Which one goes says {@link BoundedMap}; a key that is in use is destroyed when that use has ended.
 *   <li>At most one load for each identity is under way, and all loads keep to the limits of {@link KeyLoads}. A caller waits for {@code maxWait}
 *       at most, and an interrupt ends its wait but not the load.
 *   <li>Permanent and record failures are answered from memory for half a minute, transient ones are not. A transient failure of a key that was
 *       never opened here becomes a permanent one after an hour of trying.
 *   <li>What a use does or throws changes nothing here: a record that fails its tag or commitment cannot cost a good key its place.
 * </ul>
 *
 * @param <I> which key; its {@code equals} covers everything that the loader looks at and everything that the key is bound to; its {@code
 *     hashCode} may be a part that is hard to choose, such as a commitment; its {@code toString} may be logged
 * @param <K> the key
 */
public final class DecryptionKeys<I, K extends LeasedKey> implements AutoCloseable {
    /** How long it is remembered, where there is room, that a key was opened here whose age was too high. */
    private static final long REMEMBERED_NANOS = TimeUnit.DAYS.toNanos(1);

    private final KeyCacheOptions options;
    private final KeyLoads loads;
    private final AgeClock clock;
    private final long maxAgeNanos;
    private final KeyLoader<I, K> loader;
    private final UnaryOperator<I> keep;
    private final KeyCacheEvents events;
    private final BoundedMap<I, DecryptionEntry<I, K>> entries;
    private final ConcurrentHashMap<I, SharedLoad<K>> underWay = new ConcurrentHashMap<>();
    private final Rejections<I> rejections;
    private final Sweeper sweeper;
    private volatile boolean closed;

    /**
     * Makes one. It makes no call.
     *
     * @param options how long and how many
     * @param loads the loads of the process; stays the caller's to close, after this
     * @param loader where keys come from
     * @param keep makes an identity that may be kept of one that a caller looks up: an equal one that holds no more memory than it must. For
     *     identities that point into a record, or {@link UnaryOperator#identity()}.
     * @param events who is told
     */
    public DecryptionKeys(
            KeyCacheOptions options,
            KeyLoads loads,
            KeyLoader<I, K> loader,
            UnaryOperator<I> keep,
            KeyCacheEvents events) {
        this.options = Objects.requireNonNull(options, "options");
        this.loads = Objects.requireNonNull(loads, "loads");
        this.loader = Objects.requireNonNull(loader, "loader");
        this.keep = Objects.requireNonNull(keep, "keep");
        this.events = new SafeEvents(Objects.requireNonNull(events, "events"));
        this.clock = loads.clock();
        this.maxAgeNanos = options.maxAge().toNanos();
        this.entries = new BoundedMap<>(options.maxCachedKeys());
        this.rejections = new Rejections<>(clock, options.maxCachedKeys());
        this.sweeper = new Sweeper(loads.environment(), this::sweep);
    }

    /**
     * Uses the key of an identity, loading it if need be.
     *
     * @param group whom a load is for, a shard for example: groups take turns at the limits, and are told apart by {@code equals}
     * @param identity which key
     * @param admission called with the identity before a load may begin; if it throws, so does this, and nothing is loaded or remembered
     * @param use what is done; it is called once at most, on this thread
     * @param argument handed to {@code use}
     * @return what {@code use} returned
     * @throws KinesisEncryptionException if the key cannot be had; a transient failure if the thread was interrupted (it stays so), waited for
     *     {@code maxWait}, or too many loads wait already
     * @throws IllegalStateException if this is closed
     */
    public <A, R> R use(
            Object group,
            I identity,
            Consumer<? super I> admission,
            KeyUse<? super K, ? super A, ? extends R> use,
            A argument) {
        K key = find(identity);
        if (key == null) {
            admission.accept(identity);
            key = load(group, identity);
        }
        try {
            return use.apply(key, argument);
        } finally {
            key.release();
        }
    }

    /**
     * Finds the key of an identity if it is here. For callers who have to check something before a key may be loaded.
     *
     * @param identity which key; not kept
     * @return the key with a lease, for the caller to release; or null
     */
    public @Nullable K find(I identity) {
        K key = leaseCached(identity);
        if (key != null) {
            events.onHit(Side.DECRYPTION, identity);
        }
        return key;
    }

    /**
     * Whether the key of an identity is here. Not counted as a look-up.
     *
     * @param identity which key; not kept
     * @return whether {@link #find} would most likely find it
     */
    public boolean has(I identity) {
        DecryptionEntry<I, K> entry = entries.get(identity);
        return entry != null && entry.key() != null && entry.ageNanos(clock, clock.nanoTime()) < maxAgeNanos;
    }

    /**
     * Loads the key of an identity that {@link #find} did not find.
     *
     * @param group whom the load is for, as for {@link #use}
     * @param identity which key
     * @return the key with a lease, for the caller to release
     * @throws KinesisEncryptionException as {@link #use} does
     * @throws IllegalStateException if this is closed
     */
    public K load(Object group, I identity) {
        events.onMiss(Side.DECRYPTION, identity);
        return leaseLoaded(group, identity);
    }

    /**
     * Loads the keys that a batch will need and that are not here, in parallel as far as the limits allow, and waits for them. The keys are then in
     * the cache if they fit.
     *
     * @param group whom the loads are for, as for {@link #use}
     * @param identities which keys, in the order in which they will be needed; some may be equal
     * @return the identities whose keys cannot be had, and why: a transient failure if the thread was interrupted (it stays so), {@code maxWait}
     *     has passed, or too many loads wait. {@link #use} will try again, but for what is answered from memory.
     * @throws IllegalStateException if this is closed
     */
    public Map<I, KinesisEncryptionException> prefetch(Object group, Collection<? extends I> identities) {
        Map<I, SharedLoad<K>> awaited = new LinkedHashMap<>();
        Map<I, KinesisEncryptionException> failures = new LinkedHashMap<>();
        for (I identity : identities) {
            if (awaited.containsKey(identity) || failures.containsKey(identity)) {
                continue;
            }
            KeyFailure rejected = has(identity) ? null : rejections.find(identity);
            if (rejected != null) {
                events.onRejected(identity, rejected.code());
                failures.put(identity, rejected.toException());
            } else if (!has(identity)) {
                awaited.put(identity, begin(group, keep.apply(identity), KeyLoadReason.PREFETCH));
            }
        }
        long deadlineNanos = clock.nanoTime() + loads.maxWaitNanos();
        KeyFailure stopped = null;
        for (Map.Entry<I, SharedLoad<K>> load : awaited.entrySet()) {
            SharedLoad<K> shared = load.getValue();
            if (stopped == null && !shared.ended().isDone()) {
                stopped = await(shared, deadlineNanos);
            }
            KeyFailure failure = shared.ended().isDone() ? shared.failure() : stopped;
            if (failure != null) {
                failures.put(load.getKey(), failure.toException());
            }
        }
        checkOpen();
        return failures;
    }

    /**
     * Drops every key and everything that is remembered of keys, now. Uses that have begun end, and so do those that wait for a load, whose key is
     * then dropped.
     */
    public void discardAll() {
        List<DecryptionEntry<I, K>> removed = new ArrayList<>();
        entries.clear(removed);
        underWay.clear();
        rejections.clear();
        removed.forEach(entry -> retire(entry, KeyRetirement.DISCARDED));
    }

    /** Drops every key for good. Whoever waits for one gets an {@link IllegalStateException}. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        List<DecryptionEntry<I, K>> removed = new ArrayList<>();
        entries.close(removed);
        for (SharedLoad<K> load : underWay.values()) {
            load.fail(null);
            load.wake();
        }
        underWay.clear();
        rejections.clear();
        removed.forEach(entry -> retire(entry, KeyRetirement.CLOSED));
    }

    /**
     * How many keys there are, those included of which it is only known that they were opened here.
     *
     * @return from 0 to {@code maxCachedKeys}
     */
    public int size() {
        return entries.size();
    }

    private @Nullable K leaseCached(I identity) {
        // Before the look-up: reading a clock makes the processor wait for all memory that it has asked for.
        long now = clock.nanoTime();
        // If it is overlooked, nothing is loaded before the second look that comes first.
        DecryptionEntry<I, K> entry = entries.getQuickly(identity);
        if (entry == null) {
            return null;
        }
        if (entry.ageNanos(clock, now) >= maxAgeNanos) {
            retire(entry, KeyRetirement.EXPIRED);
            return null;
        }
        K key = entry.key();
        if (key == null || key.tryLease()) {
            return key;
        }
        if (entry.key() == key) {
            // Closed by somebody who does not own it. Left here, it would be found again and again.
            entries.remove(entry);
        }
        return null;
    }

    private K leaseLoaded(Object group, I asked) {
        long deadlineNanos = clock.nanoTime() + loads.maxWaitNanos();
        I identity = keep.apply(asked);
        while (true) {
            checkOpen();
            KeyFailure rejected = rejections.find(identity);
            if (rejected != null) {
                events.onRejected(identity, rejected.code());
                throw rejected.toException();
            }
            SharedLoad<K> load = begin(group, identity, KeyLoadReason.MISS);
            Outcome<K> outcome = load.join();
            if (outcome == null) {
                KeyFailure stopped = await(load, deadlineNanos);
                if (stopped != null) {
                    load.leave();
                    checkOpen();
                    throw stopped.toException();
                }
                outcome = load.collect();
            }
            if (outcome.key() != null) {
                return outcome.key();
            }
            if (outcome.failure() != null) {
                throw outcome.failure().toException();
            }
            K key = leaseCached(identity);
            if (key != null) {
                return key;
            }
            underWay.remove(identity, load);
        }
    }

    /** The load of an identity that is under way, or a new one. */
    private SharedLoad<K> begin(Object group, I identity, KeyLoadReason reason) {
        SharedLoad<K> present = underWay.get(identity);
        if (present != null) {
            return present;
        }
        SharedLoad<K> mine = new SharedLoad<>(reason);
        present = underWay.putIfAbsent(identity, mine);
        if (present != null) {
            return present;
        }
        // A load that ended after the look-up and before the line above has left its key or its failure: those come
        // first, then it is gone.
        if (closed || has(identity) || rejections.find(identity) != null) {
            end(identity, mine, null);
            return mine;
        }
        KeyLoads.Kind kind = entries.peek(identity) == null ? KeyLoads.Kind.NEW : KeyLoads.Kind.KNOWN;
        loads.submit(kind, group, new KeyLoads.Load() {
            @Override
            public void run() {
                if (!mine.ended().isDone()) {
                    load(identity, mine, kind == KeyLoads.Kind.KNOWN);
                }
            }

            @Override
            public void refuse(KeyFailure failure) {
                end(identity, mine, failure);
            }
        });
        return mine;
    }

    private void load(I identity, SharedLoad<K> shared, boolean known) {
        long epoch = entries.epoch();
        TimedLoad<K> load = TimedLoad.call(loader, identity, Side.DECRYPTION, shared.reason(), events, clock);
        K key = load.key();
        if (key == null) {
            KeyFailure failure = Objects.requireNonNull(load.failure());
            end(identity, shared, closed ? failure : rejections.failed(identity, failure, known));
            sweeper.start();
            return;
        }
        DecryptionEntry<I, K> entry = new DecryptionEntry<>(identity, key, load.beganNanos(), load.beganWallMillis());
        List<DecryptionEntry<I, K>> removed = new ArrayList<>();
        // First the leases of those who wait: an entry can be evicted as soon as it is in the map.
        if (!shared.succeed(key) || !entries.put(entry, epoch, removed)) {
            entry.drop();
        }
        rejections.succeeded(identity);
        underWay.remove(identity, shared);
        shared.wake();
        for (DecryptionEntry<I, K> other : removed) {
            retire(other, other.identity.equals(identity) ? KeyRetirement.REPLACED : KeyRetirement.EVICTED);
        }
        sweeper.start();
    }

    private void end(I identity, SharedLoad<K> shared, @Nullable KeyFailure failure) {
        shared.fail(failure);
        underWay.remove(identity, shared);
        shared.wake();
    }

    /** Null once the load is over; otherwise why the wait is. */
    private @Nullable KeyFailure await(SharedLoad<K> load, long deadlineNanos) {
        try {
            if (loads.environment().await(load.ended(), Math.max(0, deadlineNanos - clock.nanoTime()))) {
                return null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return KeyFailure.notNow("Interrupted while a data key was loaded");
        }
        return KeyFailure.notNow("A data key was not loaded within %s (maxWait)".formatted(options.maxWait()));
    }

    private void retire(DecryptionEntry<I, K> entry, KeyRetirement reason) {
        if (entry.drop()) {
            long ageNanos = entry.ageNanos(clock, clock.nanoTime());
            events.onKeyRetired(
                    new KeyRetired(Side.DECRYPTION, entry.identity, 0, reason, Duration.ofNanos(ageNanos), 0, 0));
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The data keys are closed");
        }
    }

    private boolean sweep() {
        long now = clock.nanoTime();
        for (DecryptionEntry<I, K> entry : entries.all()) {
            long ageNanos = entry.ageNanos(clock, now);
            if (ageNanos >= maxAgeNanos) {
                retire(entry, KeyRetirement.EXPIRED);
            }
            if (ageNanos >= maxAgeNanos + REMEMBERED_NANOS) {
                entries.remove(entry);
            }
        }
        boolean remembered = rejections.sweep();
        return remembered || entries.size() > 0;
    }
}
