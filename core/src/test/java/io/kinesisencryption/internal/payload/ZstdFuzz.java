// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.error.MalformedPayloadException;

/**
 * The decompressor on bytes that a fuzzer makes up.
 *
 * @see FuzzCorpusTest the test of the ordinary build, on the inputs in this class's resources
 */
class ZstdFuzz {
    private static final int MAX_SIZE_BYTES = 100_000;

    private final ZstdDecompressor decompressor = new ZstdDecompressor(MAX_SIZE_BYTES, 10);
    private final ZstdCompressor compressor = new ZstdCompressor();

    @FuzzTest(maxDuration = "2m")
    void aResultOrARefusal(byte[] frame) {
        byte[] payload;
        try {
            payload = decompressor.decompress(frame);
        } catch (MalformedPayloadException e) {
            return;
        }
        assertThat(payload.length).isLessThanOrEqualTo(MAX_SIZE_BYTES);
        assertThat(decompressor.decompress(compressor.compress(payload))).isEqualTo(payload);
    }
}
