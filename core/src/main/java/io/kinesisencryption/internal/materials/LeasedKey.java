// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

/**
 * A secret that may be used but not read: whoever wants to use it takes a lease, and it is destroyed when it has been closed and its last lease
 * has ended. So it is never overwritten under a running encryption, which would seal records under zeros. Thread-safe.
 */
public interface LeasedKey extends AutoCloseable {
    /**
     * The count of this key's leases, which decides when it is destroyed.
     *
     * @return the same object each time
     */
    Leases leases();

    /**
     * Takes a lease; {@link #release} ends it.
     *
     * @return false if the key is closed and must not be used
     */
    default boolean tryLease() {
        return leases().tryTake();
    }

    /** Ends a lease. */
    default void release() {
        leases().end();
    }

    /** Refuses further leases and destroys the secret once the last one has ended. Closing twice does nothing. */
    @Override
    default void close() {
        leases().close();
    }
}
