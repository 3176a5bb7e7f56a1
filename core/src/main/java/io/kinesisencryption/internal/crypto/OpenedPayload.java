// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactLayout;
import java.util.Map;

/** A payload that was authenticated, with what was authenticated about it. */
public final class OpenedPayload {
    private final int flags;
    private final byte[] bytes;
    private final Map<String, String> encryptionContext;

    OpenedPayload(int flags, byte[] bytes, Map<String, String> encryptionContext) {
        this.flags = flags;
        this.bytes = bytes;
        this.encryptionContext = encryptionContext;
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
     * The payload.
     *
     * @return an array of its exact size, the caller's own
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The context that the record's key is bound to.
     *
     * @return the key's own map, never what the record claims
     */
    public Map<String, String> encryptionContext() {
        return encryptionContext;
    }

    /** The size, never the payload. */
    @Override
    public String toString() {
        return "OpenedPayload[" + bytes.length + " bytes]";
    }
}
