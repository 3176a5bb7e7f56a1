// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/** The only class that touches the zstd library. Used only where {@link ZstdLibrary#problem} found none. */
final class ZstdNative {
    private ZstdNative() {}

    static boolean works() {
        return Zstd.compressBound(1) > 0;
    }

    static byte[] compress(byte[] payload, int level) {
        return Zstd.compress(payload, level);
    }

    /** Decompresses into an array that holds exactly the content; returns what is wrong, or null. */
    static @Nullable String decompress(byte[] frame, byte[] content) {
        try {
            long result = Zstd.decompressByteArray(content, 0, content.length, frame, 0, frame.length);
            // Some versions of the library return an error's negative code instead of throwing it.
            if (Zstd.isError(result)) {
                return Zstd.getErrorName(result);
            }
            return result == content.length ? null : "its content is only %d bytes".formatted(result);
        } catch (ZstdException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
