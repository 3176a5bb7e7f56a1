// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;

/**
 * The layout of one zstd frame, read without decompressing it: so native code never sees anything but a single whole frame whose claims were
 * checked, and nothing is allocated for a claim that the blocks cannot meet.
 *
 * <p>Stricter than the format: the frame must say how large its content is, must need no dictionary, and must end where the bytes end.
 *
 * @param contentSizeBytes what the frame claims to decompress to
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878#section-3.1">RFC 8878, section 3.1: frames</a>
 */
record ZstdFrame(long contentSizeBytes) {
    private static final int MAGIC = 0xFD2FB528;
    private static final int MAGIC_BYTES = 4;
    private static final int BLOCK_HEADER_BYTES = 3;
    private static final int CHECKSUM_BYTES = 4;

    /** No block's content, before or after decompression, may be larger than this, whatever the window. */
    private static final int MAX_BLOCK_BYTES = 128 * 1024;

    private static final int RAW_BLOCK = 0;
    private static final int RLE_BLOCK = 1;
    private static final int COMPRESSED_BLOCK = 2;

    /**
     * Reads a frame's header and walks its blocks.
     *
     * @throws MalformedPayloadException if the bytes are not exactly one such frame
     */
    static ZstdFrame parse(byte[] bytes) {
        require(bytes, 0, MAGIC_BYTES + 1);
        if (littleEndian(bytes, 0, MAGIC_BYTES) != Integer.toUnsignedLong(MAGIC)) {
            throw new MalformedPayloadException("The compressed payload does not begin like a zstd frame", null);
        }
        int descriptor = bytes[MAGIC_BYTES] & 0xFF;
        boolean singleSegment = (descriptor & 0x20) != 0;
        boolean checksum = (descriptor & 0x04) != 0;
        checkDescriptor(descriptor, singleSegment);
        int position = MAGIC_BYTES + 1 + (singleSegment ? 0 : 1);
        int sizeFieldBytes = sizeFieldBytes(descriptor);
        require(bytes, position, sizeFieldBytes);
        long contentSizeBytes = littleEndian(bytes, position, sizeFieldBytes) + (sizeFieldBytes == 2 ? 256 : 0);
        long mostBytes = walkBlocks(bytes, position + sizeFieldBytes, checksum);
        if (contentSizeBytes < 0 || contentSizeBytes > mostBytes) {
            throw new MalformedPayloadException(
                    "The compressed payload claims %s bytes of content, and its blocks hold at most %d"
                            .formatted(Long.toUnsignedString(contentSizeBytes), mostBytes),
                    null);
        }
        return new ZstdFrame(contentSizeBytes);
    }

    private static void checkDescriptor(int descriptor, boolean singleSegment) {
        if ((descriptor & 0x08) != 0) {
            throw new MalformedPayloadException("The compressed payload's frame header has a reserved bit set", null);
        }
        if ((descriptor & 0x03) != 0) {
            throw new MalformedPayloadException("The compressed payload asks for a dictionary; none is accepted", null);
        }
        if (descriptor >>> 6 == 0 && !singleSegment) {
            throw new MalformedPayloadException("The compressed payload does not say how large its content is", null);
        }
    }

    private static int sizeFieldBytes(int descriptor) {
        return 1 << (descriptor >>> 6);
    }

    /** Finds the end of the frame, which must be that of the bytes, and returns the most that its blocks can decompress to. */
    private static long walkBlocks(byte[] bytes, int start, boolean checksum) {
        long mostBytes = 0;
        int position = start;
        boolean last = false;
        while (!last) {
            require(bytes, position, BLOCK_HEADER_BYTES);
            int header = (int) littleEndian(bytes, position, BLOCK_HEADER_BYTES);
            position += BLOCK_HEADER_BYTES;
            last = (header & 1) != 0;
            int type = (header >>> 1) & 3;
            int sizeBytes = header >>> 3;
            if (type > COMPRESSED_BLOCK || sizeBytes > MAX_BLOCK_BYTES) {
                throw new MalformedPayloadException(
                        "The compressed payload has a block of type %d and %d bytes before offset %d"
                                .formatted(type, sizeBytes, position),
                        null);
            }
            int storedBytes = type == RLE_BLOCK ? 1 : sizeBytes;
            require(bytes, position, storedBytes);
            position += storedBytes;
            mostBytes += type == COMPRESSED_BLOCK ? MAX_BLOCK_BYTES : sizeBytes;
        }
        if (checksum) {
            require(bytes, position, CHECKSUM_BYTES);
            position += CHECKSUM_BYTES;
        }
        if (position != bytes.length) {
            throw new MalformedPayloadException(
                    "%d bytes follow the end of the compressed payload".formatted(bytes.length - position), null);
        }
        return mostBytes;
    }

    /**
     * A frame that holds a content as it is, in raw blocks.
     *
     * @param content at most 2 GiB less what the frame adds, three bytes each 128 KiB
     */
    static byte[] store(byte[] content) {
        int blocks = Math.max(1, (content.length + MAX_BLOCK_BYTES - 1) / MAX_BLOCK_BYTES);
        int headerBytes = MAGIC_BYTES + 1 + 4;
        byte[] frame = new byte[Math.addExact(headerBytes + blocks * BLOCK_HEADER_BYTES, content.length)];
        putLittleEndian(MAGIC, frame, 0, MAGIC_BYTES);
        frame[MAGIC_BYTES] = (byte) 0xA0;
        putLittleEndian(content.length, frame, MAGIC_BYTES + 1, 4);
        int position = headerBytes;
        int done = 0;
        for (int block = 1; block <= blocks; block++) {
            int length = Math.min(MAX_BLOCK_BYTES, content.length - done);
            putLittleEndian((length << 3) | (RAW_BLOCK << 1) | (block == blocks ? 1 : 0), frame, position, 3);
            position += BLOCK_HEADER_BYTES;
            System.arraycopy(content, done, frame, position, length);
            position += length;
            done += length;
        }
        return frame;
    }

    private static void putLittleEndian(int value, byte[] target, int offset, int length) {
        for (int i = 0; i < length; i++) {
            target[offset + i] = (byte) (value >>> (8 * i));
        }
    }

    private static long littleEndian(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes[offset + i] & 0xFFL) << (8 * i);
        }
        return value;
    }

    private static void require(byte[] bytes, int offset, int length) {
        if (length > bytes.length - offset) {
            throw new MalformedPayloadException(
                    "The compressed payload ends at offset %d: %d bytes are needed at offset %d"
                            .formatted(bytes.length, length, offset),
                    null);
        }
    }
}
