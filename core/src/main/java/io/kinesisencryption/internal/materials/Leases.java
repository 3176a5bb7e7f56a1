// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;

/**
 * Counts the leases of the secrets of one class. A secret is destroyed when it has been closed and its last lease has ended. Thread-safe.
 *
 * <p>A lease is taken for every record and by many threads at once, so it costs no lock: one number holds how many leases there are and, as its
 * sign, whether the secret is closed. That number is a field of the secret itself, because where there are very many of them each object of one has
 * to come from memory.
 *
 * @param <S> the class of the secrets
 */
public final class Leases<S> {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int LEASES = Integer.MAX_VALUE;

    private final AtomicIntegerFieldUpdater<S> state;
    private final Consumer<? super S> destroy;

    /**
     * Makes one for a class.
     *
     * @param state a field that begins as 0, which stands for no leases of a secret that is not closed, and that nobody else writes
     * @param destroy overwrites a secret and lets go of everything made from it; run once for each, on the thread that ends the last lease or closes
     */
    public Leases(AtomicIntegerFieldUpdater<S> state, Consumer<? super S> destroy) {
        this.state = state;
        this.destroy = destroy;
    }

    /**
     * Takes a lease; {@link #end} ends it.
     *
     * @param secret of which
     * @return false if the secret is closed and must not be used
     */
    public boolean tryTake(S secret) {
        int before = state.get(secret);
        while (before >= 0) {
            if (state.compareAndSet(secret, before, before + 1)) {
                return true;
            }
            before = state.get(secret);
        }
        return false;
    }

    /**
     * Ends a lease.
     *
     * @param secret of which
     * @throws IllegalStateException if there is none
     */
    public void end(S secret) {
        int before;
        do {
            before = state.get(secret);
            if ((before & LEASES) == 0) {
                throw new IllegalStateException("A lease was ended twice");
            }
        } while (!state.compareAndSet(secret, before, before - 1));
        if (before - 1 == CLOSED) {
            destroy.accept(secret);
        }
    }

    /**
     * Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing.
     *
     * @param secret which
     */
    public void close(S secret) {
        int before;
        do {
            before = state.get(secret);
            if (before < 0) {
                return;
            }
        } while (!state.compareAndSet(secret, before, before | CLOSED));
        if (before == 0) {
            destroy.accept(secret);
        }
    }
}
