// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Strict UTF-8 at the speed of the JDK's lenient conversions: those put a replacement where the input is wrong, so only a result that holds the
 * replacement needs a second look. A lenient conversion alone would make two different keys, or contexts, look alike.
 */
public final class Utf8 {
    private static final char DECODING_REPLACEMENT = '\uFFFD';
    private static final byte ENCODING_REPLACEMENT = '?';

    private static final long EACH_BYTE_ONE = 0x0101010101010101L;
    private static final long EACH_BYTE_TOP_BIT = 0x8080808080808080L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Utf8() {}

    /**
     * Encodes a text.
     *
     * @param text any text
     * @return its bytes, or null if it holds half a surrogate pair and therefore has no UTF-8
     */
    public static byte @Nullable [] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return contains(bytes, ENCODING_REPLACEMENT) && hasUnpairedSurrogate(text) ? null : bytes;
    }

    /**
     * Decodes a part of an array.
     *
     * @param bytes the array; not changed
     * @param offset where the part begins
     * @param length how many bytes it has
     * @return the text, or null if the bytes are not UTF-8
     * @throws IndexOutOfBoundsException if the array has no such part
     */
    public static @Nullable String decode(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        return text.indexOf(DECODING_REPLACEMENT) < 0 || encodesTo(text, bytes, offset, length) ? text : null;
    }

    /** Eight bytes at a time: this stands in the way of every new key of a producer. */
    private static boolean contains(byte[] bytes, byte wanted) {
        int length = bytes.length;
        if (length < Long.BYTES) {
            for (byte b : bytes) {
                if (b == wanted) {
                    return true;
                }
            }
            return false;
        }
        long pattern = EACH_BYTE_ONE * wanted;
        for (int i = 0; i < length - Long.BYTES; i += Long.BYTES) {
            if (containsZero((long) LONGS.get(bytes, i) ^ pattern)) {
                return true;
            }
        }
        return containsZero((long) LONGS.get(bytes, length - Long.BYTES) ^ pattern);
    }

    private static boolean containsZero(long eightBytes) {
        return ((eightBytes - EACH_BYTE_ONE) & ~eightBytes & EACH_BYTE_TOP_BIT) != 0;
    }

    /**
     * Whether the replacements in a text were in its bytes and are not the decoder's own: those encode to other bytes than they stand for. A strict
     * decoder would say so too, but takes several hundred bytes of memory for each text, however short it is.
     */
    private static boolean encodesTo(String text, byte[] bytes, int offset, int length) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(encoded, 0, encoded.length, bytes, offset, offset + length);
    }

    private static boolean hasUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
