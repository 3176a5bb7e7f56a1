// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.Allocations;
import io.kinesisencryption.error.MalformedPayloadException;
import org.jspecify.annotations.Nullable;

/**
 * The decompressor on bytes that a fuzzer makes up.
 *
 * @see FuzzCorpusTest the test of the ordinary build, on the inputs in this class's resources
 */
class ZstdFuzz {
    private static final int MAX_SIZE_BYTES = 100_000;

    /** The reader makes one array, of the content that the frame claims, once the claim has met its limit, and perhaps an error with its stack. */
    private static final int FIXED_BYTES = 64 * 1024;

    private final ZstdDecompressor decompressor = new ZstdDecompressor(MAX_SIZE_BYTES, 10);
    private final ZstdCompressor compressor = new ZstdCompressor();

    @FuzzTest(maxDuration = "2m")
    void aResultOrARefusal(byte[] frame) {
        // Whatever the size of the frame. What the native code takes beside is that of one context, without a window:
        // it writes into the array.
        long bound = MAX_SIZE_BYTES + FIXED_BYTES;
        byte @Nullable [] payload =
                Allocations.bounded(Allocations::ofThisThread, bound, frame.length, () -> decompress(frame));
        if (payload != null) {
            assertThat(payload.length).isLessThanOrEqualTo(MAX_SIZE_BYTES);
            assertThat(decompressor.decompress(compressor.compress(payload))).isEqualTo(payload);
        }
    }

    private byte @Nullable [] decompress(byte[] frame) {
        try {
            return decompressor.decompress(frame);
        } catch (MalformedPayloadException e) {
            return null;
        }
    }
}
