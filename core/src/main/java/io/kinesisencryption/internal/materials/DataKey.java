// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import java.util.Arrays;
import java.util.List;

/**
 * A data key in the clear with its encrypted copies, for as long as it takes to derive a record key from it. Close it then. Not thread-safe.
 */
public final class DataKey implements AutoCloseable {
    /** The size of a data key in bytes. */
    public static final int SIZE_BYTES = 32;

    private final byte[] bytes;
    private final List<EncryptedDataKeyEntry> encryptedDataKeys;

    private DataKey(byte[] bytes, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        this.bytes = bytes;
        this.encryptedDataKeys = List.copyOf(encryptedDataKeys);
    }

    /**
     * Makes one.
     *
     * @param bytes exactly 32 bytes; the array is given away and will be overwritten
     * @param encryptedDataKeys the key as each wrapping key encrypted it
     * @return the data key, for the caller to close
     * @throws IllegalArgumentException if it is not 32 bytes; they are overwritten nonetheless
     */
    public static DataKey takeOver(byte[] bytes, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        if (bytes.length != SIZE_BYTES) {
            Arrays.fill(bytes, (byte) 0);
            throw new IllegalArgumentException(
                    "A data key has %d bytes; this one has %d".formatted(SIZE_BYTES, bytes.length));
        }
        return new DataKey(bytes, encryptedDataKeys);
    }

    /**
     * The key.
     *
     * @return the array itself, which {@link #close} overwrites; keep no copy
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The key as each wrapping key encrypted it.
     *
     * @return an immutable list
     */
    public List<EncryptedDataKeyEntry> encryptedDataKeys() {
        return encryptedDataKeys;
    }

    /** Overwrites the key. */
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "DataKey[" + encryptedDataKeys.size() + " encrypted copies]";
    }
}
