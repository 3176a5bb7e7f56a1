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
 * A key of AES-256 in fields of the object that uses it, where an {@link ErasableKey} has an object and an array of its own: where there are very many
 * keys, each of these would have to come from memory for nearly every record. It can be overwritten; a cipher that asks for its bytes after that
 * gets an error and not zeros. Thread-safe.
 */
abstract sealed class Aes256Key permits RecordKey {
    static final int SIZE_BYTES = 32;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private long first;
    private long second;
    private long third;
    private long fourth;
    private volatile boolean overwritten;

    /**
     * Takes a key over.
     *
     * @param bytes 32 of them, which are overwritten
     */
    Aes256Key(byte[] bytes) {
        if (bytes.length != SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "A key of AES-256 has %d bytes, not %d".formatted(SIZE_BYTES, bytes.length));
        }
        first = (long) LONG.get(bytes, 0);
        second = (long) LONG.get(bytes, Long.BYTES);
        third = (long) LONG.get(bytes, 2 * Long.BYTES);
        fourth = (long) LONG.get(bytes, 3 * Long.BYTES);
        Arrays.fill(bytes, (byte) 0);
    }

    /** The key for one call of a cipher. Nothing but this object is in it. */
    final SecretKey secretKey() {
        return new View(this);
    }

    final boolean isOverwritten() {
        return overwritten;
    }

    /** Overwrites the key. */
    final void overwrite() {
        overwritten = true;
        // Whoever copies a zero must then see the flag.
        VarHandle.fullFence();
        first = 0;
        second = 0;
        third = 0;
        fourth = 0;
    }

    private byte[] copy() {
        byte[] copy = new byte[SIZE_BYTES];
        LONG.set(copy, 0, first);
        LONG.set(copy, Long.BYTES, second);
        LONG.set(copy, 2 * Long.BYTES, third);
        LONG.set(copy, 3 * Long.BYTES, fourth);
        VarHandle.fullFence();
        if (overwritten) {
            Arrays.fill(copy, (byte) 0);
            throw new IllegalStateException("The key is destroyed");
        }
        return copy;
    }

    /** What a cipher is given. Equality is identity. */
    private static final class View implements SecretKey {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Aes256Key key;

        View(Aes256Key key) {
            this.key = key;
        }

        @Override
        public String getAlgorithm() {
            return "AES";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        /** A copy for a provider, which overwrites it after use. */
        @Override
        public byte[] getEncoded() {
            return key.copy();
        }

        @Override
        public boolean isDestroyed() {
            return key.isOverwritten();
        }

        /** Never the key. */
        @Override
        public String toString() {
            return "AES key";
        }

        @Serial
        private void writeObject(ObjectOutputStream out) throws NotSerializableException {
            throw new NotSerializableException("A secret key is not written anywhere");
        }
    }
}
