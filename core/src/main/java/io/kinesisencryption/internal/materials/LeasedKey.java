// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A secret that may be used but not read: whoever wants to use it takes a lease, and it is destroyed when it has been closed and its last lease
 * has ended. So it is never overwritten under a running encryption, which would seal records under zeros. Thread-safe.
 *
 * <p>A lease is taken for every record and by many threads at once, so it costs no lock: one number holds how many leases there are and, as its
 * sign, whether the key is closed.
 */
public abstract class LeasedKey implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int LEASES = Integer.MAX_VALUE;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LeasedKey.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state;

    /**
     * Takes a lease; {@link #release} ends it.
     *
     * @return false if the key is closed and must not be used
     */
    public final boolean tryLease() {
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
    public final void release() {
        int before;
        do {
            before = state;
            if ((before & LEASES) == 0) {
                throw new IllegalStateException("A lease was ended twice");
            }
        } while (!STATE.compareAndSet(this, before, before - 1));
        if (before - 1 == CLOSED) {
            destroy();
        }
    }

    /** Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing. */
    @Override
    public final void close() {
        int before;
        do {
            before = state;
            if (before < 0) {
                return;
            }
        } while (!STATE.compareAndSet(this, before, before | CLOSED));
        if (before == 0) {
            destroy();
        }
    }

    /** Overwrites the secret and lets go of everything made from it. Called once. */
    protected abstract void destroy();
}
