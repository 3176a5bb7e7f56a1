// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

/**
 * A secret that may be used but not read: whoever wants to use it takes a lease, and it is destroyed when it has been closed and its last lease
 * has ended. So it is never overwritten under a running encryption, which would seal records under zeros. Thread-safe.
 */
public abstract class LeasedKey implements AutoCloseable {
    private int leases;
    private boolean closed;

    /**
     * Takes a lease; {@link #release} ends it.
     *
     * @return false if the key is closed and must not be used
     */
    public final synchronized boolean tryLease() {
        if (closed) {
            return false;
        }
        leases++;
        return true;
    }

    /** Ends a lease. */
    public final void release() {
        boolean last;
        synchronized (this) {
            if (leases == 0) {
                throw new IllegalStateException("A lease was ended twice");
            }
            leases--;
            last = closed && leases == 0;
        }
        if (last) {
            destroy();
        }
    }

    /** Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing. */
    @Override
    public final void close() {
        boolean last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            last = leases == 0;
        }
        if (last) {
            destroy();
        }
    }

    /** Overwrites the secret and lets go of everything made from it. Called once. */
    protected abstract void destroy();
}
