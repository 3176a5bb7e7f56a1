// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

/**
 * A secret that may be used but not read: whoever wants to use it takes a lease, and it is destroyed when it has been closed and its last lease
 * has ended. So it is never overwritten under a running encryption, which would seal records under zeros. {@link Leases} counts. Thread-safe.
 */
public interface LeasedKey extends AutoCloseable {
    /**
     * Takes a lease; {@link #release} ends it.
     *
     * @return false if the key is closed and must not be used
     */
    boolean tryLease();

    /**
     * Ends a lease.
     *
     * @throws IllegalStateException if there is none
     */
    void release();

    /** Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing. */
    @Override
    void close();
}
