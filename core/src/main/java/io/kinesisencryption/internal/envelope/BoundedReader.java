// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.internal.text.Utf8;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A cursor over untrusted bytes that never reads past their end and never allocates more than the bytes that are there. Every refusal is a
 * {@link MalformedEnvelopeException} that names the field, the length it claims and what is left. Not thread-safe.
 */
final class BoundedReader {
    private final byte[] bytes;
    private final int end;
    private int position;

    BoundedReader(byte[] bytes) {
        this(bytes, bytes.length);
    }

    /** Reads only so many bytes, from the first on. */
    BoundedReader(byte[] bytes, int sizeBytes) {
        this.bytes = bytes;
        this.end = Objects.checkFromIndexSize(0, sizeBytes, bytes.length) + sizeBytes;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    int unsignedByte(String field) {
        require(1, field);
        return bytes[position++] & 0xFF;
    }

    int unsignedShort(String field) {
        require(2, field);
        int value = (bytes[position] & 0xFF) << 8 | (bytes[position + 1] & 0xFF);
        position += 2;
        return value;
    }

    /** Four bytes as an unsigned number, which a signed int does not hold. */
    long unsignedInt(String field) {
        require(4, field);
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | (bytes[position + i] & 0xFF);
        }
        position += 4;
        return value;
    }

    byte[] bytes(int length, String field) {
        require(length, field);
        byte[] copy = new byte[length];
        System.arraycopy(bytes, position, copy, 0, length);
        position += length;
        return copy;
    }

    /** Strict UTF-8: a replacement character for a bad byte would make two different contexts look alike. */
    String utf8(int length, String field) {
        require(length, field);
        String value = Utf8.decode(bytes, position, length);
        if (value == null) {
            throw new MalformedEnvelopeException(
                    "The envelope's %s, %d bytes at offset %d, is not UTF-8".formatted(field, length, position), null);
        }
        position += length;
        return value;
    }

    /** An encrypted data key, which both formats lay out alike: three fields with their lengths. */
    EncryptedDataKeyEntry encryptedDataKey() {
        String providerId = utf8(unsignedShort("key provider id length"), "key provider id");
        byte[] providerInfo = bytes(unsignedShort("key provider info length"), "key provider info");
        byte[] ciphertext = bytes(unsignedShort("encrypted data key length"), "encrypted data key");
        return new EncryptedDataKeyEntry(providerId, ByteBuffer.wrap(providerInfo), ByteBuffer.wrap(ciphertext));
    }

    /** Refuses a number of something that is over its limit. */
    static void checkBound(int value, int limit, String what) {
        if (value > limit) {
            throw new MalformedEnvelopeException(
                    "The envelope has %d %s; at most %d are accepted".formatted(value, what, limit), null);
        }
    }

    void skip(long length, String field) {
        require(length, field);
        position += (int) length;
    }

    private void require(long length, String field) {
        if (length > remaining()) {
            throw new MalformedEnvelopeException(
                    "The envelope ends inside its %s: %d bytes are needed at offset %d and %d are left"
                            .formatted(field, length, position, remaining()),
                    null);
        }
    }
}
