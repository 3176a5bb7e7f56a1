// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactLayout;
import java.security.GeneralSecurityException;
import java.util.function.ObjLongConsumer;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;

/** Who chooses the nonce of a record. Never the same twice under one key. Thread-safe. */
public interface NonceSource {
    /** The size of a nonce in bytes. */
    int SIZE_BYTES = CompactLayout.NONCE_BYTES;

    /** The size of the tag in bits. */
    int TAG_BITS = 8 * CompactLayout.TAG_BYTES;

    /**
     * Prepares a cipher to encrypt one record under a new nonce.
     *
     * @param cipher an AES-GCM cipher that only the caller uses
     * @param key the key
     * @param out where the nonce is written
     * @param offset at which of its bytes; the nonce takes 12
     * @throws GeneralSecurityException if the cipher refuses
     */
    void initialise(Cipher cipher, SecretKey key, byte[] out, int offset) throws GeneralSecurityException;

    /** Overwrites the nonces that were made ahead, so that a copy of this process cannot use them too. */
    void discardAll();

    /**
     * Random nonces from the operating system, drawn at most 64 ahead and used within 100 ms, each overwritten when it is used, and the others when
     * they are too old.
     *
     * @param later runs a short task in so many nanoseconds, or throws; called at most once in 100 ms while nonces are used, with a lock held, and
     *     must not run the task itself
     * @return a new source
     */
    static NonceSource random(ObjLongConsumer<Runnable> later) {
        return new RandomNonces(later);
    }

    /**
     * Nonces that the JCA provider generates by itself, for providers that allow no other. None is made ahead.
     *
     * @return a source
     */
    static NonceSource byProvider() {
        return new ProviderNonces();
    }
}
