// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A secret key that can be overwritten, which {@code SecretKeySpec} cannot. A cipher that asks for its bytes after that gets an error and not
 * zeros. Thread-safe. Equality is identity, by which some providers tell that a cipher has the key already.
 */
abstract sealed class ErasableKey implements SecretKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String algorithm;
    private transient volatile boolean destroyed;

    private ErasableKey(String algorithm) {
        this.algorithm = algorithm;
    }

    /**
     * A key of any size.
     *
     * @param algorithm its standard name
     * @param bytes taken over
     */
    static ErasableKey of(String algorithm, byte[] bytes) {
        return new AnySize(algorithm, bytes);
    }

    /**
     * A key of AES-256.
     *
     * @param bytes 32 of them, which are overwritten
     */
    static ErasableKey aes256(byte[] bytes) {
        return new Aes256(bytes);
    }

    /** A new copy of the bytes, some of which may be zeros by now if this is being destroyed. */
    abstract byte[] copy();

    abstract void overwrite();

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    /** A copy for a provider. The JDK's overwrites it after use; others keep it as long as their cipher has the key. */
    @Override
    public byte[] getEncoded() {
        byte[] copy = copy();
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
        overwrite();
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

    private static final class AnySize extends ErasableKey {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient byte[] bytes;

        AnySize(String algorithm, byte[] bytes) {
            super(algorithm);
            this.bytes = bytes;
        }

        @Override
        byte[] copy() {
            return bytes.clone();
        }

        @Override
        void overwrite() {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Without an array of its own: where there are very many keys, each object has to come from memory for nearly every record. */
    private static final class Aes256 extends ErasableKey {
        @Serial
        private static final long serialVersionUID = 1L;

        private static final int SIZE_BYTES = 32;
        private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

        private transient long first;
        private transient long second;
        private transient long third;
        private transient long fourth;

        Aes256(byte[] bytes) {
            super("AES");
            if (bytes.length != SIZE_BYTES) {
                throw new IllegalArgumentException(
                        "A key of AES-256 has %d bytes, not %d".formatted(SIZE_BYTES, bytes.length));
            }
            first = (long) LONG.get(bytes, 0);
            second = (long) LONG.get(bytes, Long.BYTES);
            third = (long) LONG.get(bytes, 2 * Long.BYTES);
            fourth = (long) LONG.get(bytes, 3 * Long.BYTES);
            Arrays.fill(bytes, (byte) 0);
            // Whoever gets hold of this, however it is handed on, has the key and not zeros, as with a final field.
            VarHandle.storeStoreFence();
        }

        @Override
        byte[] copy() {
            byte[] copy = new byte[SIZE_BYTES];
            LONG.set(copy, 0, first);
            LONG.set(copy, Long.BYTES, second);
            LONG.set(copy, 2 * Long.BYTES, third);
            LONG.set(copy, 3 * Long.BYTES, fourth);
            return copy;
        }

        @Override
        void overwrite() {
            first = 0;
            second = 0;
            third = 0;
            fourth = 0;
        }
    }
}
