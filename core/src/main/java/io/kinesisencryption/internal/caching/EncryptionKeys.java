// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The keys that encrypt: for each identity (a stream's encryption context, in a format) one that is current. Thread-safe.
 *
 * <p>What holds of the key that a use gets:
 * <ul>
 *   <li>Never more records and bytes than the caps are encrypted under it, by all threads together: a use is reserved before, and never given
 *       back.
 *   <li>It is younger than {@code refreshAfter} (± 10 %), but for half a minute in which its successor is loaded in the background, and but for as
 *       long as the key service fails transiently; it is always younger than {@code maxAge}. A permanent failure ends its use at {@code
 *       refreshAfter}. Age is the larger of monotonic and wall time.
 *   <li>It is not destroyed before the use ends.
 * </ul>
 * Nothing is loaded but by a use: a producer that is idle makes no calls. At most one load for each identity is under way; whoever needs its key
 * waits for it, for {@code maxWait} at most. After a failure the next load waits a quarter of a second, then twice as long each time, up to half a
 * minute (varied by half); until then callers get the failure.
 *
 * @param <I> which key; its {@code equals} covers everything that the loader looks at, its {@code toString} may be logged
 * @param <K> the key
 */
public final class EncryptionKeys<I, K extends LeasedKey> implements AutoCloseable {
    /** How many identities have a key at once. Beyond it, the one that has not been used for longest loses its key. */
    public static final int MAX_IDENTITIES = 1_000;

    private final KeyCacheOptions options;
    private final BoundedMap<I, EncryptionSlot<I, K>> slots = new BoundedMap<>(MAX_IDENTITIES);
    private final EncryptionSlot.Shared<I, K> shared;

    /**
     * Makes one. It makes no call.
     *
     * @param options how long and how much
     * @param loads the loads of the process; stays the caller's to close, after this
     * @param loader where keys come from
     * @param events who is told
     */
    public EncryptionKeys(KeyCacheOptions options, KeyLoads loads, KeyLoader<I, K> loader, KeyCacheEvents events) {
        this.options = Objects.requireNonNull(options, "options");
        this.shared = new EncryptionSlot.Shared<>(
                options,
                Objects.requireNonNull(loads, "loads"),
                Objects.requireNonNull(loader, "loader"),
                new SafeEvents(Objects.requireNonNull(events, "events")),
                new Sweeper(loads.environment(), this::sweep));
    }

    /**
     * Uses the current key of an identity.
     *
     * @param identity which key; kept
     * @param records how many records will be encrypted, from 1 to the cap
     * @param bytes how many bytes will be encrypted or authenticated, from 0 to the cap
     * @param use what is done; it is called once, on this thread
     * @param argument handed to {@code use}
     * @return what {@code use} returned
     * @throws KinesisEncryptionException if no key can be had; a transient failure if the thread was interrupted (it stays so) or waited for
     *     {@code maxWait}
     * @throws IllegalArgumentException if more is asked for than any key allows
     * @throws IllegalStateException if this is closed
     */
    public <A, R> R use(
            I identity, long records, long bytes, KeyUse<? super K, ? super A, ? extends R> use, A argument) {
        check("records", records, 1, options.maxRecordsPerKey());
        check("bytes", bytes, 0, options.maxBytesPerKey());
        K key = lease(identity, records, bytes).key();
        try {
            return use.apply(key, argument);
        } finally {
            key.release();
        }
    }

    /**
     * Looks at the current key of an identity, loading it if there is none, without encrypting: nothing is reserved.
     *
     * @param identity which key; kept
     * @param look what is done; it is called once, on this thread, and must not encrypt
     * @param argument handed to {@code look}
     * @return what {@code look} returned
     * @throws KinesisEncryptionException as {@link #use} does
     * @throws IllegalStateException if this is closed
     */
    public <A, R> R inspect(I identity, KeyUse<? super K, ? super A, ? extends R> look, A argument) {
        K key = lease(identity, 0, 0).key();
        try {
            return look.apply(key, argument);
        } finally {
            key.release();
        }
    }

    /**
     * Begins to load the key of an identity if a use would have to wait for it. For callers whose thread must not wait.
     *
     * @param identity which key; kept
     * @return completed once a use will most likely not wait, or completed exceptionally with the {@link KinesisEncryptionException},
     *     a transient one if that takes longer than {@code maxWait}. It may be completed by a thread of the cache's, on which nothing long may be done.
     * @throws IllegalStateException if this is closed
     */
    public CompletableFuture<Void> ready(I identity) {
        while (true) {
            CompletableFuture<@Nullable KeyFailure> ready = slot(identity).ready();
            if (ready != null) {
                return ready.thenAccept(failure -> {
                    if (failure != null) {
                        throw failure.toException();
                    }
                });
            }
        }
    }

    /**
     * Replaces every key: a use that begins after this returns waits for a key whose load began after it. Only if that load fails transiently is
     * the old key used on. Makes no calls itself.
     */
    public void rotateNow() {
        slots.all().forEach(EncryptionSlot::rotate);
    }

    /**
     * Drops every key now, and the results of loads that are under way. Uses that have begun end; the next ones load. For the moments around a
     * snapshot of the process.
     */
    public void discardAll() {
        slots.all().forEach(slot -> slot.discard(KeyRetirement.DISCARDED, false));
    }

    /** Drops every key for good. Whoever waits for one gets an {@link IllegalStateException}. Closing twice does nothing. */
    @Override
    public void close() {
        List<EncryptionSlot<I, K>> removed = new ArrayList<>();
        slots.close(removed);
        removed.forEach(slot -> slot.discard(KeyRetirement.CLOSED, true));
    }

    private CountedKey<K> lease(I identity, long records, long bytes) {
        while (true) {
            CountedKey<K> key = slot(identity).lease(records, bytes);
            if (key != null) {
                return key;
            }
        }
    }

    private EncryptionSlot<I, K> slot(I identity) {
        EncryptionSlot<I, K> slot = slots.get(identity);
        if (slot != null) {
            return slot;
        }
        List<EncryptionSlot<I, K>> evicted = new ArrayList<>();
        slot = slots.putIfAbsent(new EncryptionSlot<>(identity, shared), evicted);
        evicted.forEach(other -> other.discard(KeyRetirement.EVICTED, true));
        if (slot == null) {
            throw new IllegalStateException("The data keys are closed");
        }
        return slot;
    }

    private boolean sweep() {
        boolean left = false;
        for (EncryptionSlot<I, K> slot : slots.all()) {
            left |= slot.sweep();
        }
        return left;
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%d %s are to be encrypted under one key; it must be from %d to %d"
                    .formatted(value, name, least, most));
        }
    }
}
