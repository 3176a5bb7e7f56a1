// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.internal.text.Utf8;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays out the key section of COMPACT envelopes, in its one canonical encoding. */
public final class CompactWriter {
    private CompactWriter() {}

    /**
     * Lays out the key section of a data key. Its commitment, which is computed from the rest, is left zero.
     *
     * @param encodedContext what {@link #encodeContext} returned
     * @param encryptedDataKeys one to eight entries
     * @return the section
     * @throws IllegalArgumentException if there are too many entries or too many bytes of them, or a text has no UTF-8 encoding
     */
    public static CompactKeySection keySection(byte[] encodedContext, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        return CompactKeySection.uncommitted(encodedContext, encodeKeys(encryptedDataKeys));
    }

    /**
     * Encodes a context.
     *
     * @param context the pairs on the wire
     * @return the context section, its length field included
     * @throws IllegalArgumentException if it is too large, or a text has no UTF-8 encoding
     */
    public static byte[] encodeContext(Map<String, String> context) {
        TreeMap<byte[], byte[]> sorted = new TreeMap<>(Arrays::compareUnsigned);
        context.forEach((key, value) -> sorted.put(utf8(key), utf8(value)));
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        writeShort(pairs, sorted.size(), "pairs of encryption context");
        sorted.forEach((key, value) -> {
            writeField(pairs, key, "bytes of an encryption context key");
            writeField(pairs, value, "bytes of an encryption context value");
        });
        checkBound(pairs.size(), CompactLayout.MAX_CONTEXT_BYTES, "bytes of encryption context");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeField(out, pairs.toByteArray(), "bytes of encryption context");
        return out.toByteArray();
    }

    private static byte[] encodeKeys(List<EncryptedDataKeyEntry> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("An envelope needs an encrypted data key");
        }
        checkBound(keys.size(), CompactLayout.MAX_ENCRYPTED_DATA_KEYS, "encrypted data keys");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(keys.size());
        for (EncryptedDataKeyEntry key : keys) {
            writeField(out, utf8(key.providerId()), "bytes of a key provider id");
            writeField(out, bytesOf(key.providerInfo()), "bytes of key provider info");
            writeField(out, bytesOf(key.ciphertext()), "bytes of an encrypted data key");
        }
        checkBound(out.size(), CompactLayout.MAX_KEYS_BYTES, "bytes of encrypted data keys");
        return out.toByteArray();
    }

    /**
     * Strict UTF-8, as everything on the wire is.
     *
     * @param text any text
     * @return its bytes
     * @throws IllegalArgumentException if it holds half a surrogate pair, which would become a question mark and so the same as another text
     */
    public static byte[] utf8(String text) {
        byte[] bytes = Utf8.encode(text);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "A text of %d characters has no UTF-8 encoding".formatted(text.length()));
        }
        return bytes;
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void writeField(ByteArrayOutputStream out, byte[] field, String what) {
        writeShort(out, field.length, what);
        out.writeBytes(field);
    }

    private static void writeShort(ByteArrayOutputStream out, int value, String what) {
        checkBound(value, 0xFFFF, what);
        out.write(value >>> 8);
        out.write(value);
    }

    private static void checkBound(int value, int limit, String what) {
        if (value > limit) {
            throw new IllegalArgumentException(
                    "An envelope of %d %s cannot be written; at most %d are accepted".formatted(value, what, limit));
        }
    }
}
