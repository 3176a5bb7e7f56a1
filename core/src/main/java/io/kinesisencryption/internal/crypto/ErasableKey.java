// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A secret key that can be overwritten, which {@code SecretKeySpec} cannot. A cipher that asks for its bytes after that gets an error and not
 * zeros. Thread-safe. Equality is identity.
 */
final class ErasableKey implements SecretKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String algorithm;
    private final transient byte[] bytes;
    private transient volatile boolean destroyed;

    /** Takes the array over. */
    ErasableKey(String algorithm, byte[] bytes) {
        this.algorithm = algorithm;
        this.bytes = bytes;
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    /** A copy for a provider, which overwrites it after use. */
    @Override
    public byte[] getEncoded() {
        byte[] copy = bytes.clone();
        VarHandle.fullFence();
        if (destroyed) {
            Arrays.fill(copy, (byte) 0);
            throw new IllegalStateException("The key is destroyed");
        }
        return copy;
    }

    @Override
    public void destroy() {
        destroyed = true;
        // Whoever copies a zero must then see the flag.
        VarHandle.fullFence();
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return algorithm + " key";
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("A secret key is not written anywhere");
    }
}
