// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedPayloadException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;

/**
 * Decompresses payloads within bounds: exactly one zstd frame, which says how large its content is, uses no dictionary and has nothing after it.
 * What the frame claims is checked against the limits before anything is allocated, and against what comes out afterwards. Needs the optional
 * dependency {@code com.github.luben:zstd-jni}, but only once there is something to decompress. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878">RFC 8878: Zstandard compression</a>
 */
public final class ZstdDecompressor {
    /** The largest content unless another limit is set: the largest record that a stream can be told to take, 10 MiB. */
    public static final int DEFAULT_MAX_SIZE_BYTES = 10 * 1024 * 1024;

    /** The largest ratio of content to frame unless another limit is set. Records of ordinary text reach 50. */
    public static final int DEFAULT_MAX_RATIO = 1_000;

    /** Content up to this size, 1 MiB, may have any ratio: a producer's batch of equal records is no attack. */
    static final int FREE_SIZE_BYTES = 1024 * 1024;

    private final int maxSizeBytes;
    private final int maxRatio;

    /** A decompressor with the default limits. */
    public ZstdDecompressor() {
        this(DEFAULT_MAX_SIZE_BYTES, DEFAULT_MAX_RATIO);
    }

    /**
     * A decompressor with limits of its own.
     *
     * @param maxSizeBytes the largest content, in bytes, from 1
     * @param maxRatio how many times larger than its frame a content of more than 1 MiB may be, from 1
     * @throws IllegalArgumentException if a limit is below 1
     */
    public ZstdDecompressor(int maxSizeBytes, int maxRatio) {
        this.maxSizeBytes = positive(maxSizeBytes, "maxSizeBytes");
        this.maxRatio = positive(maxRatio, "maxRatio");
    }

    /**
     * Decompresses a payload.
     *
     * @param frame the compressed payload, from an authenticated envelope; not changed and not kept
     * @return the payload, in an array exactly as long
     * @throws MalformedPayloadException if the bytes are not exactly one such frame, or exceed a limit
     * @throws UnsupportedEnvelopeException with {@link ErrorCode#COMPRESSION_UNAVAILABLE} if the library is not on the class path or does not
     *     work here; its message names the artifact
     */
    public byte[] decompress(byte[] frame) {
        long contentSizeBytes = ZstdFrame.parse(frame).contentSizeBytes();
        if (contentSizeBytes > maxSizeBytes) {
            throw new MalformedPayloadException(
                    "The compressed payload's content of %d bytes is over the limit of %d bytes"
                            .formatted(contentSizeBytes, maxSizeBytes),
                    null);
        }
        if (!isPlausible(contentSizeBytes, frame.length, maxRatio)) {
            throw new MalformedPayloadException(
                    "The compressed payload's %d bytes claim a content of %d bytes, more than %d times as much"
                            .formatted(frame.length, contentSizeBytes, maxRatio),
                    null);
        }
        String problem = ZstdLibrary.problem();
        if (problem != null) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.COMPRESSION_UNAVAILABLE,
                    "The record's payload is compressed with zstd: " + problem,
                    null);
        }
        byte[] content = new byte[(int) contentSizeBytes];
        String fault = ZstdNative.decompress(frame, content);
        if (fault != null) {
            throw new MalformedPayloadException(
                    "The compressed payload of %d bytes does not decompress to its %d bytes of content: %s"
                            .formatted(frame.length, contentSizeBytes, fault),
                    null);
        }
        return content;
    }

    static boolean isPlausible(long contentSizeBytes, int frameSizeBytes, int maxRatio) {
        return contentSizeBytes <= FREE_SIZE_BYTES || contentSizeBytes <= (long) frameSizeBytes * maxRatio;
    }

    private static int positive(int value, String what) {
        if (value < 1) {
            throw new IllegalArgumentException("%s is %d; it must be at least 1".formatted(what, value));
        }
        return value;
    }
}
