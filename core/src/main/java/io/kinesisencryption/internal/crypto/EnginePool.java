// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few engines of JCA that are ready to be used again, because to look one up takes longer than to use it. Each belongs to whoever took it until
 * it is given back. No locks and no thread-locals, of which a million virtual threads would have as many. Thread-safe.
 *
 * @param <T> the engine
 */
final class EnginePool<T> {
    /** The engines that are kept: more than processors, because a virtual thread does not know which one it runs on. */
    static final int CAPACITY = 64;

    /** Places that a thread looks at: its own and its neighbours'. */
    private static final int PLACES = 4;

    /** Spreads thread ids, which follow one another: the golden ratio of 2 to the 64th. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(CAPACITY);

    /** Makes an engine. */
    @FunctionalInterface
    interface Maker<T> {
        T make() throws GeneralSecurityException;
    }

    private final Maker<T> maker;
    private final AtomicReferenceArray<T> places = new AtomicReferenceArray<>(CAPACITY);

    EnginePool(Maker<T> maker) {
        this.maker = maker;
    }

    /** Takes an engine in the state in which one was made or given back. */
    T take() throws GeneralSecurityException {
        int first = firstPlace();
        for (int i = first; i < first + PLACES; i++) {
            if (places.get(i) != null) {
                T engine = places.getAndSet(i, null);
                if (engine != null) {
                    return engine;
                }
            }
        }
        return maker.make();
    }

    /** Gives an engine back that has done its work without an exception; one that threw is left to the garbage collector. */
    void giveBack(T engine) {
        int first = firstPlace();
        for (int i = first; i < first + PLACES; i++) {
            if (places.get(i) == null && places.compareAndSet(i, null, engine)) {
                return;
            }
        }
    }

    /** Drops every idle engine. */
    void discardAll() {
        for (int i = 0; i < CAPACITY; i++) {
            places.set(i, null);
        }
    }

    /** For tests. */
    int idle() {
        int count = 0;
        for (int i = 0; i < CAPACITY; i++) {
            count += places.get(i) == null ? 0 : 1;
        }
        return count;
    }

    /** By the thread's id, which is there; its {@code hashCode} would have to be made first. */
    @SuppressWarnings("deprecation") // Its successor came with JDK 19.
    private static int firstPlace() {
        return (int) ((Thread.currentThread().getId() * SPREAD) >>> SHIFT) & -PLACES;
    }
}
