// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a key, of which copies are handed out until it is destroyed. Thread-safe: who holds a lease of the key's owner gets whole copies.
 */
final class SecretBytes {
    private final byte[] bytes;
    private volatile boolean destroyed;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies what the material providers library handed out, and overwrites it there. What the library itself copied before, on the way from the
     * keyring, is out of reach.
     */
    static SecretBytes takeOver(ByteBuffer handedOut) {
        byte[] bytes = new byte[handedOut.remaining()];
        handedOut.duplicate().get(bytes);
        erase(handedOut);
        return new SecretBytes(bytes);
    }

    /** Overwrites an array of the library's. */
    static void erase(@Nullable ByteBuffer handedOut) {
        if (handedOut != null && handedOut.hasArray()) {
            Arrays.fill(
                    handedOut.array(), handedOut.arrayOffset(), handedOut.arrayOffset() + handedOut.limit(), (byte) 0);
        }
    }

    /**
     * A copy, for the caller to overwrite.
     *
     * @throws IllegalStateException if the key is destroyed: encrypting under zeros is worse than not encrypting
     */
    byte[] copy() {
        byte[] copy = bytes.clone();
        if (destroyed) {
            Arrays.fill(copy, (byte) 0);
            throw new IllegalStateException("A data key was used without a lease and is destroyed");
        }
        return copy;
    }

    void destroy() {
        destroyed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /** For tests. */
    byte[] array() {
        return bytes;
    }

    /** Never the bytes. */
    @Override
    public String toString() {
        return "SecretBytes[" + bytes.length + " bytes]";
    }
}
