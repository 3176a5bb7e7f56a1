// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

/**
 * Compresses whole payloads, each into one zstd frame that says how large its content is and uses no dictionary. Needs the optional dependency
 * {@code com.github.luben:zstd-jni}. Thread-safe.
 *
 * <p>Compression before encryption tells an onlooker something about the content: the length of the ciphertext follows what repeats in it. Where
 * one writer's records hold another party's secrets beside data that an attacker chooses, that is enough to guess secrets. It is therefore
 * never switched on by default.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878">RFC 8878: Zstandard compression</a>
 */
public final class ZstdCompressor {
    /** The fastest level and, for JSON events, also the one with the smallest result up to level 5. */
    public static final int DEFAULT_LEVEL = 1;

    private static final int MAX_LEVEL = 9;
    private static final int SMALL_BYTES = 128 * 1024;

    private final int level;

    /** A compressor at the default level. */
    public ZstdCompressor() {
        this(DEFAULT_LEVEL);
    }

    /**
     * A compressor at a level.
     *
     * @param level from 1, fast, to 9, several times slower for a few per cent
     * @throws IllegalArgumentException for another level
     * @throws IllegalStateException if the library is not on the class path or does not work here
     */
    public ZstdCompressor(int level) {
        if (level < 1 || level > MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "level is %d; zstd levels from 1 to %d are accepted".formatted(level, MAX_LEVEL));
        }
        String problem = ZstdLibrary.problem();
        if (problem != null) {
            throw new IllegalStateException("Payloads cannot be compressed: " + problem);
        }
        this.level = level;
    }

    /**
     * The most that {@link #compress} can make of a payload: zstd's own bound, which leaves room for a frame that stores it as it is.
     *
     * @param payloadBytes the size of the payload, from 0
     * @return bytes
     * @see <a href="https://github.com/facebook/zstd/blob/v1.5.7/lib/zstd.h">ZSTD_COMPRESSBOUND</a>
     */
    public static long maxSizeBytes(long payloadBytes) {
        long margin = payloadBytes < SMALL_BYTES ? (SMALL_BYTES - payloadBytes) >> 11 : 0;
        return payloadBytes + (payloadBytes >> 8) + margin;
    }

    /**
     * Compresses a payload. What would shrink so far that a {@link ZstdDecompressor} with its default ratio takes it for a bomb is stored in the
     * frame as it is instead.
     *
     * @param payload the plaintext; not changed and not kept
     * @return one frame, in an array exactly as long; at most some bytes larger than the payload
     */
    public byte[] compress(byte[] payload) {
        byte[] frame = ZstdNative.compress(payload, level);
        return ZstdDecompressor.isPlausible(payload.length, frame.length, ZstdDecompressor.DEFAULT_MAX_RATIO)
                ? frame
                : ZstdFrame.store(payload);
    }
}
