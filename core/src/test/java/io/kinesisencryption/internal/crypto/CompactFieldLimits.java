// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.VectorJson.bytes;
import static io.kinesisencryption.internal.crypto.CompactReference.concat;
import static io.kinesisencryption.internal.crypto.CompactReference.contextOf;
import static io.kinesisencryption.internal.crypto.CompactReference.field;
import static io.kinesisencryption.internal.crypto.CompactReference.u16;
import static io.kinesisencryption.internal.crypto.CompactReference.u8;
import static io.kinesisencryption.internal.crypto.CompactReference.utf8;

import io.kinesisencryption.internal.crypto.CompactReference.Entry;
import java.util.List;
import java.util.Map;

/**
 * The vectors of COMPACT in which one length of a field is at its limit or one past it: in what its section may take, in what its context has
 * left, and in what the envelope has left. Those past a limit are sealed over the very bytes, so that nothing but the length is wrong.
 */
final class CompactFieldLimits {
    private static final String STREAM_NAME = "kinesis:stream-name";
    private static final String STREAM = "orders";
    private static final String MALFORMED = "MALFORMED_ENVELOPE";
    private static final byte[] NONE = {};

    /** What follows the encrypted data keys of a rejected vector: a nonce, the ciphertext of "payload", a tag. */
    private static final int TAIL_BYTES = 12 + 7 + 16;

    /** What a reader needs behind the encrypted data keys: a nonce and a tag. */
    private static final int LEAST_TAIL_BYTES = 12 + 16;

    /** The largest key beside the stream's pair if its value is empty: the count takes 2 bytes, four lengths 8, the other two texts 19 + 6. */
    private static final int LARGEST_KEY_BYTES = 4096 - 35;

    /** The largest field of the only encrypted data key if its two others are empty: the count takes 1 byte, three lengths 6. */
    private static final int LARGEST_FIELD_BYTES = 8192 - 7;

    private static final byte[] ID = utf8("aws-kms");
    private static final byte[] INFO =
            utf8("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");

    private final CompactVectors vectors;

    CompactFieldLimits(CompactVectors vectors) {
        this.vectors = vectors;
    }

    void add() {
        addContextSection();
        addContextFields();
        addKeySection();
        addKeyFields();
    }

    private void addContextSection() {
        String name = "a context key that fills the context of 4096 bytes";
        Map<String, String> largest = Map.of(STREAM_NAME, STREAM, "x".repeat(LARGEST_KEY_BYTES), "");
        vectors.accept(name, largest, List.of(CompactVectors.kmsEntry(name)), 0, null, utf8("payload"));
        name = "an empty context key and an empty context value";
        Map<String, String> empty = Map.of(STREAM_NAME, STREAM, "", "of the empty key", "x", "");
        vectors.accept(name, empty, List.of(CompactVectors.kmsEntry(name)), 0, null, utf8("payload"));

        rejectContext(
                "a context key that takes a context of 4097 bytes",
                contextOf(STREAM_NAME, STREAM, "x".repeat(LARGEST_KEY_BYTES + 1), ""));
        byte[] pairs = concat(u16(1), field(utf8(STREAM_NAME)), field(utf8(STREAM)));
        rejectContext("a context length one too large", claiming(pairs.length + 1, pairs));
        rejectContext("a context length one too small", claiming(pairs.length - 1, pairs));
        rejectContext("a context length of 65535", claiming(0xFFFF, pairs));
        rejectContext("a context of one byte", field(new byte[1]));
        rejectContext("a context count of 65535", field(concat(u16(0xFFFF), field(utf8(STREAM_NAME)), field(NONE))));
    }

    /** The last pair's lengths, one at a time. */
    private void addContextFields() {
        byte[] key = utf8("tenant");
        byte[] value = utf8("acme");
        int left = key.length + 2 + value.length;
        rejectLastPair("a context key that leaves no length of its value", claiming(left, key), field(value));
        rejectLastPair("a context key one byte longer than its context", claiming(left + 1, key), field(value));
        rejectLastPair("a context key one byte too short", claiming(key.length - 1, key), field(value));
        rejectLastPair("a context key of 65535 bytes", claiming(0xFFFF, key), field(value));
        rejectLastPair(
                "a context value one byte longer than its context", field(key), claiming(value.length + 1, value));
        rejectLastPair("a context value one byte too short", field(key), claiming(value.length - 1, value));
        rejectLastPair("a context value of 65535 bytes", field(key), claiming(0xFFFF, value));
    }

    private void addKeySection() {
        acceptKey(
                "a provider id that fills the encrypted data keys of 8192 bytes",
                new Entry("p".repeat(LARGEST_FIELD_BYTES), NONE, NONE));
        String name = "a provider info that fills the encrypted data keys of 8192 bytes";
        acceptKey(name, new Entry("", bytes(name, LARGEST_FIELD_BYTES), NONE));
        name = "a ciphertext of a key that fills the encrypted data keys of 8192 bytes";
        acceptKey(name, new Entry("", NONE, bytes(name, LARGEST_FIELD_BYTES)));

        rejectKeys(
                "a provider id that takes encrypted data keys of 8193 bytes",
                CompactReference.keys(List.of(new Entry("p".repeat(LARGEST_FIELD_BYTES + 1), NONE, NONE))));
        name = "a provider info that takes encrypted data keys of 8193 bytes";
        rejectKeys(name, CompactReference.keys(List.of(new Entry("", bytes(name, LARGEST_FIELD_BYTES + 1), NONE))));
        name = "a ciphertext of a key that takes encrypted data keys of 8193 bytes";
        rejectKeys(name, CompactReference.keys(List.of(new Entry("", NONE, bytes(name, LARGEST_FIELD_BYTES + 1)))));
    }

    /** The three lengths of the only encrypted data key, one at a time; nothing but the end of the envelope bounds what they claim. */
    private void addKeyFields() {
        byte[] ciphertext = bytes("field limits/edk", 184);
        int left = ciphertext.length + TAIL_BYTES;
        // Nothing is wrong with such a layout, but it is not the one that was sealed.
        rejectKey(
                "a ciphertext of a key that leaves a nonce and a tag",
                "AUTHENTICATION_FAILED",
                field(ID),
                field(INFO),
                claiming(left - LEAST_TAIL_BYTES, ciphertext));
        rejectKey(
                "a ciphertext of a key that leaves a byte less than a nonce and a tag",
                MALFORMED,
                field(ID),
                field(INFO),
                claiming(left - LEAST_TAIL_BYTES + 1, ciphertext));
        String what = "a ciphertext of a key";
        for (int length : new int[] {left, left + 1, 0xFFFF}) {
            rejectKey(claims(what, length, left), MALFORMED, field(ID), field(INFO), claiming(length, ciphertext));
        }
        what = "a provider info";
        left += INFO.length + 2;
        for (int length : new int[] {left, left + 1, 0xFFFF}) {
            rejectKey(claims(what, length, left), MALFORMED, field(ID), claiming(length, INFO), field(ciphertext));
        }
        what = "a provider id";
        left += ID.length + 2;
        for (int length : new int[] {left, left + 1, 0xFFFF}) {
            rejectKey(claims(what, length, left), MALFORMED, claiming(length, ID), field(INFO), field(ciphertext));
        }
        byte[] halfAPair = {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80};
        rejectKey(
                "a provider id with half a surrogate pair",
                MALFORMED,
                field(halfAPair),
                field(INFO),
                field(ciphertext));
        rejectKeys(
                "an encrypted data key more than there is", concat(u8(2), field(ID), field(INFO), field(ciphertext)));
    }

    private static String claims(String what, int length, int left) {
        if (length == 0xFFFF) {
            return what + " of 65535 bytes";
        }
        return what + (length == left ? " that fills the envelope" : " one byte longer than the envelope");
    }

    /** Bytes behind a length that need not be theirs. */
    private static byte[] claiming(int length, byte[] bytes) {
        return concat(u16(length), bytes);
    }

    private void acceptKey(String name, Entry entry) {
        vectors.accept(name, Map.of(STREAM_NAME, STREAM), List.of(entry), 0, null, utf8("payload"));
    }

    private void rejectLastPair(String name, byte[] key, byte[] value) {
        rejectContext(name, field(concat(u16(2), field(utf8(STREAM_NAME)), field(utf8(STREAM)), key, value)));
    }

    private void rejectContext(String name, byte[] context) {
        vectors.reject(name, MALFORMED, context, CompactReference.keys(List.of(CompactVectors.kmsEntry(name))));
    }

    private void rejectKey(String name, String error, byte[] id, byte[] info, byte[] ciphertext) {
        vectors.reject(name, error, contextOf(STREAM_NAME, STREAM), concat(u8(1), id, info, ciphertext));
    }

    private void rejectKeys(String name, byte[] keys) {
        vectors.reject(name, MALFORMED, contextOf(STREAM_NAME, STREAM), keys);
    }
}
