// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.internal.materials.LeasedKey;

/**
 * What is done with a key while it is leased. A function, so that a lease cannot be forgotten; its argument is handed through, so that a constant
 * method reference serves and no object is made for each record.
 *
 * @param <K> the key
 * @param <A> the argument
 * @param <R> the result
 */
@FunctionalInterface
public interface KeyUse<K extends LeasedKey, A, R> {
    /**
     * Uses the key. It must not be kept.
     *
     * @param key the key, leased until this returns or throws
     * @param argument what the caller handed over
     * @return the result, for the caller
     */
    R apply(K key, A argument);
}
