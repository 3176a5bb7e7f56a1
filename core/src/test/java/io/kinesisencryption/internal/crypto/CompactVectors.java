// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.VectorJson.bytes;
import static io.kinesisencryption.VectorJson.hex;
import static io.kinesisencryption.VectorJson.object;
import static io.kinesisencryption.VectorJson.quoted;
import static io.kinesisencryption.internal.crypto.CompactReference.concat;
import static io.kinesisencryption.internal.crypto.CompactReference.contextOf;
import static io.kinesisencryption.internal.crypto.CompactReference.field;
import static io.kinesisencryption.internal.crypto.CompactReference.u16;
import static io.kinesisencryption.internal.crypto.CompactReference.utf8;

import io.kinesisencryption.VectorJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code test-vectors/compact-1.json}, the same bytes each time. The file is append-only: vectors may be added at the end of a list, and what
 * was released is never changed. Everything is built by {@link CompactReference}, from the definition of the format, and not by the library.
 */
final class CompactVectors {
    private static final String ABOUT =
            "Test vectors of the envelope format COMPACT, version 1. Bytes are hexadecimal. Append only. Every vector"
                    + " is opened with its dataKey, as what a key service gives for its encryptedDataKeys, by a reader of its stream and with the record's"
                    + " partitionKey. userRecords, where a vector has them: what is in the payload, a null partitionKey being none. negative: the error that a reader answers with; where a vector has after, that envelope was opened first and its key"
                    + " is still cached.";

    private static final byte[] NONE = {};
    private static final String STREAM = "orders";
    private static final Map<String, String> CONTEXT = Map.of(
            "kinesis:stream-name", STREAM,
            "kinesis:stream-arn", "arn:aws:kinesis:eu-west-1:111122223333:stream/orders",
            "tenant", "acme");
    private static final Map<String, String> PLAIN_CONTEXT = Map.of("kinesis:stream-name", STREAM);
    private static final String KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private final List<String> positive = new ArrayList<>();
    private final List<String> negative = new ArrayList<>();

    private CompactVectors() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    static String text() {
        CompactVectors vectors = new CompactVectors();
        vectors.addPositive();
        vectors.addLimits();
        vectors.addHeaders();
        vectors.addContexts();
        vectors.addKeys();
        vectors.addBinding();
        vectors.addAggregates();
        vectors.addReservedPairs();
        new CompactFieldLimits(vectors).add();
        return VectorJson.file(
                ABOUT, "positive", VectorJson.lines(vectors.positive), "negative", VectorJson.lines(vectors.negative));
    }

    static CompactReference.Entry kmsEntry(String name) {
        return new CompactReference.Entry("aws-kms", utf8(KEY_ARN), bytes(name + "/edk", 184));
    }

    private static byte[] nonce(String name) {
        return bytes(name + "/nonce", 12);
    }

    private static byte[] dataKey(String name) {
        return bytes(name + "/data key", 32);
    }

    private void addPositive() {
        for (int flags = 0; flags < 8; flags++) {
            for (int size : new int[] {0, 1, 100, 1024}) {
                String name = "flags %d, a record of %d bytes".formatted(flags, size);
                byte[] payload = bytes(name, size);
                if ((flags & 1) != 0) {
                    payload = CompactPayloads.aggregateOfOne(payload);
                }
                if ((flags & 2) != 0) {
                    payload = CompactPayloads.storedZstdFrame(payload);
                }
                String partitionKey = (flags & 4) == 0 ? null : "customer-ключ-🔑";
                accept(name, CONTEXT, List.of(kmsEntry(name)), flags, partitionKey, payload);
            }
        }
    }

    private void addLimits() {
        String name = "context of 4096 bytes";
        // The count takes 2 bytes, four lengths 8, the other three texts 19 + 6 + 3.
        Map<String, String> largest = Map.of("kinesis:stream-name", STREAM, "pad", "x".repeat(4096 - 38));
        accept(name, largest, List.of(kmsEntry(name)), 0, null, utf8("payload"));
        reject(
                "context of 4097 bytes",
                "MALFORMED_ENVELOPE",
                contextOf("kinesis:stream-name", STREAM, "pad", "x".repeat(4097 - 38)),
                CompactReference.keys(List.of(kmsEntry("context of 4097 bytes"))));

        name = "encrypted data keys of 8192 bytes";
        accept(name, PLAIN_CONTEXT, List.of(entry(name, 8192)), 0, null, utf8("payload"));
        name = "encrypted data keys of 8193 bytes";
        reject(name, "MALFORMED_ENVELOPE", plain(), CompactReference.keys(List.of(entry(name, 8193))));

        name = "eight encrypted data keys";
        accept(name, PLAIN_CONTEXT, entries(name, 8), 0, null, utf8("payload"));
        name = "nine encrypted data keys";
        reject(name, "MALFORMED_ENVELOPE", plain(), CompactReference.keys(entries(name, 9)));
        reject("no encrypted data key", "MALFORMED_ENVELOPE", plain(), CompactReference.keys(List.of()));

        name = "texts of two, three and four bytes a character";
        Map<String, String> wide = Map.of("kinesis:stream-name", STREAM, "\uFF21", "ä€𐍈", "😀", "\uFEFF");
        accept(name, wide, List.of(kmsEntry(name)), 0, null, utf8("payload"));
    }

    private static CompactReference.Entry entry(String name, int sectionBytes) {
        return new CompactReference.Entry("p", utf8("i"), bytes(name, sectionBytes - 9));
    }

    private static List<CompactReference.Entry> entries(String name, int count) {
        List<CompactReference.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new CompactReference.Entry("fake", utf8("key-" + i), bytes(name + i, 48)));
        }
        return entries;
    }

    private static byte[] plain() {
        return CompactReference.context(PLAIN_CONTEXT);
    }

    private void addHeaders() {
        byte[] good = honest("header");
        for (int bit = 3; bit < 8; bit++) {
            byte[] keys = CompactReference.keys(List.of(kmsEntry("header")));
            // Sealed with the flag in the authenticated data: only the rule refuses it.
            byte[] sealed = CompactReference.seal(
                    dataKey("header"), 1 << bit, plain(), keys, NONE, nonce("header"), utf8("payload"));
            reject("reserved flag b" + bit, "UNSUPPORTED_PAYLOAD", "header", null, null, sealed);
        }
        reject("version 0", "UNSUPPORTED_VERSION", "header", null, null, with(good, 3, 0));
        reject("version 2", "UNSUPPORTED_VERSION", "header", null, null, with(good, 3, 2));
        reject("suite 0", "UNSUPPORTED_SUITE", "header", null, null, with(good, 4, 0));
        reject("suite 2", "UNSUPPORTED_SUITE", "header", null, null, with(good, 4, 2));
        reject("flag b0 set after sealing", "AUTHENTICATION_FAILED", "header", null, null, with(good, 5, 1));
        reject("first byte of the commitment", "AUTHENTICATION_FAILED", "header", null, null, flipped(good, 6));
        reject(
                "first byte of the nonce",
                "AUTHENTICATION_FAILED",
                "header",
                null,
                null,
                flipped(good, good.length - 35));
        reject(
                "first byte of the ciphertext",
                "AUTHENTICATION_FAILED",
                "header",
                null,
                null,
                flipped(good, good.length - 23));
        reject("last byte of the tag", "AUTHENTICATION_FAILED", "header", null, null, flipped(good, good.length - 1));
        reject(
                "one byte appended",
                "AUTHENTICATION_FAILED",
                "header",
                null,
                null,
                Arrays.copyOf(good, good.length + 1));
        for (int length : new int[] {3, 5, 6, 37, 38, 39, 40, good.length - 24}) {
            reject(
                    "cut to %d bytes".formatted(length),
                    "MALFORMED_ENVELOPE",
                    "header",
                    null,
                    null,
                    Arrays.copyOf(good, length));
        }
    }

    /** Each sealed by a holder of the key over the very bytes, so that no tag is wrong. */
    private void addContexts() {
        byte[] keys = CompactReference.keys(List.of(kmsEntry("context")));
        byte[] good = contextOf("kinesis:stream-name", STREAM, "tenant", "acme");
        reject(
                "context reordered",
                "MALFORMED_ENVELOPE",
                contextOf("tenant", "acme", "kinesis:stream-name", STREAM),
                keys);
        reject(
                "a context key twice",
                "MALFORMED_ENVELOPE",
                contextOf("kinesis:stream-name", STREAM, "kinesis:stream-name", STREAM),
                keys);
        reject(
                "context keys ordered by UTF-16",
                "MALFORMED_ENVELOPE",
                contextOf("kinesis:stream-name", STREAM, "😀", "1", "\uFF21", "2"),
                keys);
        reject(
                "a byte after the last pair",
                "MALFORMED_ENVELOPE",
                concat(with(good, 1, good[1] + 1), new byte[1]),
                keys);
        reject("a pair more than there is", "MALFORMED_ENVELOPE", with(good, 3, 3), keys);
        reject("a pair less than there is", "MALFORMED_ENVELOPE", with(good, 3, 1), keys);
        reject("a context without its count", "MALFORMED_ENVELOPE", u16(0), keys);
        reject("an overlong character", "MALFORMED_ENVELOPE", contextWithValue(0xC0, 0x80), keys);
        reject("half a surrogate pair", "MALFORMED_ENVELOPE", contextWithValue(0xED, 0xA0, 0x80), keys);
        reject("a byte that is not UTF-8", "MALFORMED_ENVELOPE", contextWithValue(0xFF), keys);
        reject("a context without a stream", "CONTEXT_MISMATCH", contextOf("tenant", "acme"), keys);
        reject("an empty context", "CONTEXT_MISMATCH", contextOf(), keys);
        reject("another stream", "WRONG_STREAM", contextOf("kinesis:stream-name", "payments"), keys);
        reject(
                "the implicit pair on the wire",
                "CONTEXT_MISMATCH",
                contextOf("kinesis:envelope", "compact-1", "kinesis:stream-name", STREAM),
                keys);
    }

    private static byte[] contextWithValue(int... value) {
        byte[] bytes = new byte[value.length];
        for (int i = 0; i < value.length; i++) {
            bytes[i] = (byte) value[i];
        }
        return field(concat(
                u16(2), field(utf8("kinesis:stream-name")), field(utf8(STREAM)), field(utf8("x")), field(bytes)));
    }

    private void addKeys() {
        String name = "commitment";
        byte[] keys = CompactReference.keys(List.of(kmsEntry(name)));
        byte[] key = CompactReference.recordKey(dataKey(name), plain(), keys);
        byte[] other = CompactReference.commitment(dataKey("another"), plain(), keys);
        reject(
                "the commitment of another data key",
                "AUTHENTICATION_FAILED",
                name,
                null,
                null,
                CompactReference.seal(key, other, 0, plain(), keys, NONE, nonce(name), utf8("payload")));

        name = "two keys";
        keys = CompactReference.keys(List.of(kmsEntry(name), kmsEntry(name + " again")));
        byte[] commitment = CompactReference.commitment(dataKey("the first of two keys"), plain(), keys);
        byte[] aad = concat(CompactReference.fixed(0), commitment);
        byte[] sealed = TwoKeyCiphertext.make(
                CompactReference.recordKey(dataKey("the first of two keys"), plain(), keys),
                CompactReference.recordKey(dataKey(name), plain(), keys),
                nonce(name),
                aad);
        byte[] twoKeys = concat(aad, plain(), keys, nonce(name), sealed);
        reject(
                "a ciphertext that opens under two keys, with the one that is not committed to",
                "AUTHENTICATION_FAILED",
                name,
                null,
                null,
                twoKeys);

        name = "sections";
        CompactReference.Entry one = kmsEntry(name);
        CompactReference.Entry two = kmsEntry(name + " again");
        keys = CompactReference.keys(List.of(one, two));
        byte[] after = CompactReference.seal(dataKey(name), 0, plain(), keys, NONE, nonce(name), utf8("payload"));
        key = CompactReference.recordKey(dataKey(name), plain(), keys);
        commitment = CompactReference.commitment(dataKey(name), plain(), keys);
        Map<String, List<CompactReference.Entry>> changes = new TreeMap<>(Map.of(
                "an encrypted data key removed", List.of(one),
                "encrypted data keys reordered", List.of(two, one),
                "an encrypted data key added", List.of(one, two, two)));
        for (Map.Entry<String, List<CompactReference.Entry>> change : changes.entrySet()) {
            byte[] changed = CompactReference.keys(change.getValue());
            reject(
                    change.getKey(),
                    "AUTHENTICATION_FAILED",
                    name,
                    null,
                    after,
                    CompactReference.seal(key, commitment, 0, plain(), changed, NONE, nonce(name), utf8("payload")));
        }
        byte[] anotherContext = contextOf("kinesis:stream-name", STREAM, "tenant", "umbrella");
        reject(
                "another context under a cached key",
                "AUTHENTICATION_FAILED",
                name,
                null,
                after,
                CompactReference.seal(key, commitment, 0, anotherContext, keys, NONE, nonce(name), utf8("payload")));

        name = "payments";
        byte[] payments = contextOf("kinesis:stream-name", "payments");
        keys = CompactReference.keys(List.of(kmsEntry(name)));
        after = CompactReference.seal(dataKey(name), 0, payments, keys, NONE, nonce(name), utf8("payload"));
        key = CompactReference.recordKey(dataKey(name), payments, keys);
        commitment = CompactReference.commitment(dataKey(name), payments, keys);
        reject(
                "sealed for this stream with the key and commitment of another stream's",
                "AUTHENTICATION_FAILED",
                name,
                null,
                after,
                CompactReference.seal(key, commitment, 0, plain(), keys, NONE, nonce(name), utf8("payload")));
    }

    private void addBinding() {
        String name = "binding";
        byte[] keys = CompactReference.keys(List.of(kmsEntry(name)));
        byte[] bound = CompactReference.seal(
                dataKey(name), 4, plain(), keys, utf8("customer-1"), nonce(name), utf8("payload"));
        reject("a bound record without a partition key", "PARTITION_KEY_MISSING", name, null, null, bound);
        reject("a bound record under another partition key", "AUTHENTICATION_FAILED", name, "customer-2", null, bound);
        reject("a bound record under an empty partition key", "AUTHENTICATION_FAILED", name, "", null, bound);
        reject("the flag of binding removed", "AUTHENTICATION_FAILED", name, "customer-1", null, with(bound, 5, 0));
        byte[] unbound = CompactReference.seal(dataKey(name), 0, plain(), keys, NONE, nonce(name), utf8("payload"));
        reject("the flag of binding added", "AUTHENTICATION_FAILED", name, "", null, with(unbound, 5, 4));
    }

    private void addAggregates() {
        String key = "customer-1";
        String records = CompactPayloads.fiveUserRecords();
        String name = "an aggregate of five records";
        accept(name, CONTEXT, List.of(kmsEntry(name)), 1, key, CompactPayloads.aggregateOfFive(), records);
        name = "a compressed aggregate of five records";
        byte[] compressed = CompactPayloads.compressedAggregateOfFive();
        accept(name, CONTEXT, List.of(kmsEntry(name)), 3, key, compressed, records);
        name = "a compressed aggregate of five records, bound";
        accept(name, CONTEXT, List.of(kmsEntry(name)), 7, key, compressed, records);

        byte[] table = CompactPayloads.delimited(1, utf8(key));
        byte[] data = CompactPayloads.delimited(3, utf8("data"));
        byte[] first = CompactPayloads.index(1, 0);
        rejectAggregate("an aggregate without a record", table);
        rejectAggregate("an aggregate of nothing", NONE);
        rejectAggregate(
                "a partition key outside its table", concat(table, userRecord(CompactPayloads.index(1, 1), data)));
        rejectAggregate(
                "an explicit hash key outside its table",
                concat(table, userRecord(first, CompactPayloads.index(2, 0), data)));
        rejectAggregate("a user record without a partition key's index", concat(table, userRecord(data)));
        rejectAggregate("a user record without data", concat(table, userRecord(first)));
        byte[] whole = concat(table, userRecord(first, data));
        rejectAggregate("an aggregate that ends inside a user record", Arrays.copyOf(whole, whole.length - 1));
        rejectAggregate(
                "a partition key that is not UTF-8",
                concat(CompactPayloads.delimited(1, new byte[] {(byte) 0xFF}), userRecord(first, data)));
    }

    private static byte[] userRecord(byte[]... fields) {
        return CompactPayloads.delimited(3, concat(fields));
    }

    /** Honestly sealed, so that only the payload is wrong. */
    private void rejectAggregate(String name, byte[] payload) {
        byte[] keys = CompactReference.keys(List.of(kmsEntry(name)));
        byte[] envelope = CompactReference.seal(dataKey(name), 1, plain(), keys, NONE, nonce(name), payload);
        reject(name, "MALFORMED_PAYLOAD", name, null, null, envelope);
    }

    private void addReservedPairs() {
        byte[] keys = CompactReference.keys(List.of(kmsEntry("reserved")));
        String name = "kinesis:stream-name";
        reject(
                "a reserved pair that is not known",
                "UNSUPPORTED_PAYLOAD",
                contextOf("kinesis:hologram", "1", name, STREAM),
                keys);
        reject(
                "format 1's pair for an aggregate",
                "UNSUPPORTED_PAYLOAD",
                contextOf("kinesis:payload", "aggregate", name, STREAM),
                keys);
        reject(
                "format 1's pair for compression",
                "UNSUPPORTED_PAYLOAD",
                contextOf("kinesis:compression", "zstd", name, STREAM),
                keys);
        reject(
                "a pair of the Encryption SDK",
                "CONTEXT_MISMATCH",
                contextOf("aws-crypto-public-key", "AAAA", name, STREAM),
                keys);
        String elsewhere = "arn:aws:kinesis:eu-west-1:111122223333:stream/payments";
        reject(
                "an ARN that ends in another name",
                "WRONG_STREAM",
                contextOf("kinesis:stream-arn", elsewhere, name, STREAM),
                keys);
    }

    private static byte[] honest(String name) {
        byte[] keys = CompactReference.keys(List.of(kmsEntry(name)));
        return CompactReference.seal(dataKey(name), 0, plain(), keys, NONE, nonce(name), utf8("payload"));
    }

    private static byte[] with(byte[] bytes, int index, int value) {
        byte[] copy = bytes.clone();
        copy[index] = (byte) value;
        return copy;
    }

    private static byte[] flipped(byte[] bytes, int index) {
        return with(bytes, index, bytes[index] ^ 1);
    }

    void accept(
            String name,
            Map<String, String> context,
            List<CompactReference.Entry> entries,
            int flags,
            @Nullable String partitionKey,
            byte[] payload) {
        accept(name, context, entries, flags, partitionKey, payload, null);
    }

    private void accept(
            String name,
            Map<String, String> context,
            List<CompactReference.Entry> entries,
            int flags,
            @Nullable String partitionKey,
            byte[] payload,
            @Nullable String userRecords) {
        byte[] boundKey = (flags & 4) == 0 || partitionKey == null ? NONE : utf8(partitionKey);
        byte[] envelope = CompactReference.seal(
                dataKey(name),
                flags,
                CompactReference.context(context),
                CompactReference.keys(entries),
                boundKey,
                nonce(name),
                payload);
        List<String> keys = entries.stream()
                .map(entry -> object(
                        "providerId", quoted(entry.providerId),
                        "providerInfo", hex(entry.providerInfo),
                        "ciphertext", hex(entry.ciphertext)))
                .toList();
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(context).forEach((key, value) -> pairs.addAll(List.of(key, quoted(value))));
        List<String> members = new ArrayList<>(List.of(
                "name", quoted(name),
                "dataKey", hex(dataKey(name)),
                "stream", quoted(STREAM),
                "encryptionContext", object(pairs),
                "encryptedDataKeys", keys.toString(),
                "flags", String.valueOf(flags),
                "partitionKey", quoted(partitionKey),
                "nonce", hex(nonce(name)),
                "payload", hex(payload)));
        if (userRecords != null) {
            members.addAll(List.of("userRecords", userRecords));
        }
        members.addAll(List.of("envelope", hex(envelope)));
        positive.add(object(members));
    }

    /** Honestly sealed over a context and keys that a reader refuses. */
    void reject(String name, String error, byte[] context, byte[] keys) {
        byte[] envelope = CompactReference.seal(dataKey(name), 0, context, keys, NONE, nonce(name), utf8("payload"));
        reject(name, error, name, null, null, envelope);
    }

    private void reject(
            String name,
            String error,
            String dataKeyName,
            @Nullable String partitionKey,
            byte @Nullable [] after,
            byte[] envelope) {
        negative.add(object(
                "name", quoted(name),
                "error", quoted(error),
                "dataKey", hex(dataKey(dataKeyName)),
                "stream", quoted(STREAM),
                "partitionKey", quoted(partitionKey),
                "after", hex(after),
                "envelope", hex(envelope)));
    }
}
