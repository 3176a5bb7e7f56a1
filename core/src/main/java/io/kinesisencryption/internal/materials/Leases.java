// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the leases of a secret, which is destroyed when it has been closed and its last lease has ended. Thread-safe.
 *
 * <p>A lease is taken for every record and by many threads at once, so it costs no lock: one number holds how many leases there are and, as its
 * sign, whether the secret is closed.
 */
public final class Leases {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int LEASES = Integer.MAX_VALUE;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Leases.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Runnable destroy;
    private volatile int state;

    /**
     * No leases of a secret that is not closed.
     *
     * @param destroy overwrites the secret and lets go of everything made from it; run once, on the thread that ends the last lease or closes
     */
    public Leases(Runnable destroy) {
        this.destroy = destroy;
    }

    /**
     * Takes a lease; {@link #end} ends it.
     *
     * @return false if the secret is closed and must not be used
     */
    public boolean tryTake() {
        int before = state;
        while (before >= 0) {
            if (STATE.compareAndSet(this, before, before + 1)) {
                return true;
            }
            before = state;
        }
        return false;
    }

    /** Ends a lease. */
    public void end() {
        int before;
        do {
            before = state;
            if ((before & LEASES) == 0) {
                throw new IllegalStateException("A lease was ended twice");
            }
        } while (!STATE.compareAndSet(this, before, before - 1));
        if (before - 1 == CLOSED) {
            destroy.run();
        }
    }

    /** Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing. */
    public void close() {
        int before;
        do {
            before = state;
            if (before < 0) {
                return;
            }
        } while (!STATE.compareAndSet(this, before, before | CLOSED));
        if (before == 0) {
            destroy.run();
        }
    }
}
