// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payload that was authenticated, with what was authenticated about it. Close it when it has been read: where it is only taken apart, its array
 * is overwritten then and serves the next one. Not thread-safe.
 */
public final class OpenedPayload implements AutoCloseable {
    private final int flags;
    private final byte[] bytes;
    private final int sizeBytes;
    private final Map<String, String> encryptionContext;
    private @Nullable ReusedArrays lender;

    OpenedPayload(
            int flags,
            byte[] bytes,
            int sizeBytes,
            Map<String, String> encryptionContext,
            @Nullable ReusedArrays lender) {
        this.flags = flags;
        this.bytes = bytes;
        this.sizeBytes = sizeBytes;
        this.encryptionContext = encryptionContext;
        this.lender = lender;
    }

    /**
     * How to read the payload.
     *
     * @return flags of {@link CompactLayout#KNOWN_FLAGS}
     */
    public int flags() {
        return flags;
    }

    /**
     * The payload, from the first byte on.
     *
     * @return an array of its exact size, the caller's own; or, of an aggregate that is not compressed, one that may be larger and that must not be
     *     used after {@link #close()}
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The size of the payload.
     *
     * @return bytes
     */
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * The context that the record's key is bound to.
     *
     * @return the key's own map, never what the record claims
     */
    public Map<String, String> encryptionContext() {
        return encryptionContext;
    }

    /** Takes back the array that was lent; leaves one alone that is the caller's own. Closing twice does nothing. */
    @Override
    public void close() {
        ReusedArrays arrays = lender;
        if (arrays != null) {
            lender = null;
            arrays.giveBack(bytes, sizeBytes);
        }
    }

    /** The size, never the payload. */
    @Override
    public String toString() {
        return "OpenedPayload[" + sizeBytes + " bytes]";
    }
}
