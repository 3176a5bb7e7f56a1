// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which errors are right where one byte of an honest envelope is altered, or its end: worked out from what the byte is for in the format, and not
 * from what the library's own reader makes of it. The envelope is of the stream orders.
 */
public abstract class Alterations {
    static final Set<ErrorCode> PLAINTEXT = EnumSet.of(ErrorCode.PLAINTEXT_RECORD);
    static final Set<ErrorCode> MALFORMED = EnumSet.of(ErrorCode.MALFORMED_ENVELOPE);
    static final Set<ErrorCode> UNSUPPORTED = EnumSet.of(ErrorCode.UNSUPPORTED_PAYLOAD);
    static final Set<ErrorCode> FORGED = EnumSet.of(ErrorCode.AUTHENTICATION_FAILED);
    static final Set<ErrorCode> NOT_CONFIGURED = EnumSet.of(ErrorCode.KEY_NOT_CONFIGURED);

    /** What is right for an envelope that differs from the honest one in a byte of one field. */
    @FunctionalInterface
    interface Answer {
        Set<ErrorCode> to(byte[] altered);
    }

    private static final String STREAM_NAME = "kinesis:stream-name";
    private static final String STREAM_ARN = "kinesis:stream-arn";

    private final byte[] envelope;
    private final Answer[] answers;
    private final boolean[] ofKey;
    private int at;

    Alterations(byte[] envelope) {
        this.envelope = envelope;
        this.answers = new Answer[envelope.length];
        this.ofKey = new boolean[envelope.length];
    }

    /**
     * What may be answered to an altered byte.
     *
     * @param index which
     * @param altered the envelope with it
     */
    public final Set<ErrorCode> toAltered(int index, byte[] altered) {
        return answers[index].to(altered);
    }

    /**
     * The error that an altered envelope is refused with. Fails if it is opened, or refused by what is no error of this library.
     *
     * @param opening opens it
     * @param what says which it is
     */
    public static ErrorCode refusalOf(Runnable opening, String what) {
        try {
            opening.run();
        } catch (KinesisEncryptionException e) {
            return e.code();
        } catch (RuntimeException e) {
            throw new AssertionError(what + " is not refused by an error of this library", e);
        }
        throw new AssertionError(what + " is opened");
    }

    /** Whether a byte belongs to what a cached key is found by: altered, it must never meet the honest record's key. */
    public final boolean isOfKey(int index) {
        return ofKey[index];
    }

    /** What is answered to the envelope's first bytes alone. */
    public abstract Set<ErrorCode> toCut(int length);

    /** What is answered to a byte behind the envelope. */
    public abstract Set<ErrorCode> toAppended();

    /** Whether context keys, of which one was altered into other UTF-8, break the format together. */
    abstract boolean isRefused(List<byte[]> contextKeys);

    final int at() {
        return at;
    }

    final int sizeBytes() {
        return envelope.length;
    }

    /** The number that begins at the next byte, of one to four bytes. */
    final long number(int sizeBytes) {
        return number(envelope, at, sizeBytes);
    }

    static long number(byte[] bytes, int offset, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value = value << 8 | (bytes[offset + i] & 0xFF);
        }
        return value;
    }

    /** The next bytes are a field. */
    final void field(long sizeBytes, Answer answer) {
        for (int end = Math.toIntExact(at + sizeBytes); at < end; at++) {
            answers[at] = answer;
        }
    }

    final void field(long sizeBytes, Set<ErrorCode> answer) {
        field(sizeBytes, altered -> answer);
    }

    /** The bytes from one that was passed to the next are what a key is found by. */
    final void ofKeySince(int start) {
        for (int i = start; i < at; i++) {
            ofKey[i] = true;
        }
    }

    /** Text with its length before it. Bytes that are not UTF-8 are refused before anybody asks what they mean. */
    final void text(Set<ErrorCode> toLength, Function<String, Set<ErrorCode>> toOtherText) {
        int sizeBytes = (int) number(2);
        field(2, toLength);
        int start = at;
        field(sizeBytes, altered -> {
            String text = textOrNull(altered, start, sizeBytes);
            return text == null ? MALFORMED : toOtherText.apply(text);
        });
    }

    /** Bytes with their length before them. */
    final void bytes(Set<ErrorCode> toLength, Set<ErrorCode> toOther) {
        int sizeBytes = (int) number(2);
        field(2, toLength);
        field(sizeBytes, toOther);
    }

    static @Nullable String textOrNull(byte[] bytes, int offset, int sizeBytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, offset, sizeBytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The context, which both formats lay out alike: an altered length or count never fills it exactly. */
    final void context() {
        field(2, MALFORMED);
        int count = (int) number(2);
        field(2, MALFORMED);
        List<byte[]> keys = contextKeys(count);
        for (int i = 0; i < count; i++) {
            int which = i;
            String key = new String(keys.get(i), StandardCharsets.UTF_8);
            text(MALFORMED, other -> {
                List<byte[]> changed = new ArrayList<>(keys);
                changed.set(which, other.getBytes(StandardCharsets.UTF_8));
                return isRefused(changed) ? MALFORMED : toOtherKey(key, other);
            });
            text(MALFORMED, other -> toOtherValue(key, other));
        }
    }

    private List<byte[]> contextKeys(int count) {
        List<byte[]> keys = new ArrayList<>();
        int offset = at;
        for (int i = 0; i < 2 * count; i++) {
            int sizeBytes = (int) number(envelope, offset, 2);
            offset += 2;
            if (i % 2 == 0) {
                byte[] key = new byte[sizeBytes];
                System.arraycopy(envelope, offset, key, 0, sizeBytes);
                keys.add(key);
            }
            offset += sizeBytes;
        }
        return keys;
    }

    private static Set<ErrorCode> toOtherKey(String key, String other) {
        if (key.equals(STREAM_NAME)) {
            return EnumSet.of(ErrorCode.CONTEXT_MISMATCH);
        }
        if (key.equals("aws-crypto-public-key")) {
            // A signed message without one.
            return MALFORMED;
        }
        return key.startsWith("kinesis:") && other.startsWith("kinesis:") ? UNSUPPORTED : FORGED;
    }

    private static Set<ErrorCode> toOtherValue(String key, String other) {
        return switch (key) {
            case STREAM_NAME -> EnumSet.of(ErrorCode.WRONG_STREAM);
            case STREAM_ARN -> other.endsWith(":stream/orders") ? FORGED : EnumSet.of(ErrorCode.WRONG_STREAM);
            case "kinesis:payload", "kinesis:compression" -> UNSUPPORTED;
            // Canonical Base64 of a compressed point, or not.
            case "aws-crypto-public-key" -> EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.AUTHENTICATION_FAILED);
            default -> FORGED;
        };
    }
}
