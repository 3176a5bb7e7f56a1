// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.materials.LeasedKey;

/**
 * Gets a data key from wherever data keys come from. Called on a thread of the cache's, by several at once for different identities.
 *
 * @param <I> which key: everything that decides what is loaded is in it, so that two loads of one identity are the same load
 * @param <K> the key
 */
@FunctionalInterface
public interface KeyLoader<I, K extends LeasedKey> {
    /**
     * Loads a key. Takes as long as the key service takes: give that a timeout. Each call of the key service is announced to
     * {@link io.kinesisencryption.internal.materials.KeyServiceCalls} on the thread that loads.
     *
     * @param identity which key
     * @return a key that nobody else holds; the cache closes it
     * @throws KinesisEncryptionException whose class decides what the cache does; anything else that is thrown counts as a permanent failure
     */
    K load(I identity);
}
