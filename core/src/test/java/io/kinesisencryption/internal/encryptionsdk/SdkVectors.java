// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.VectorJson.bytes;
import static io.kinesisencryption.VectorJson.hex;
import static io.kinesisencryption.VectorJson.object;
import static io.kinesisencryption.VectorJson.quoted;
import static io.kinesisencryption.internal.crypto.CompactPayloads.delimited;
import static io.kinesisencryption.internal.crypto.CompactPayloads.storedZstdFrame;
import static io.kinesisencryption.internal.encryptionsdk.SdkReference.concat;
import static io.kinesisencryption.internal.encryptionsdk.SdkReference.field;
import static io.kinesisencryption.internal.encryptionsdk.SdkReference.u16;
import static io.kinesisencryption.internal.encryptionsdk.SdkReference.u32;
import static io.kinesisencryption.internal.encryptionsdk.SdkReference.utf8;

import io.kinesisencryption.VectorJson;
import io.kinesisencryption.internal.encryptionsdk.SdkReference.Message;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code test-vectors/aws-encryption-sdk-1.json}, the same bytes each time. The file is append-only: vectors may be added at the end of a list,
 * and what was released is never changed. Everything is built by {@link SdkReference}, from the definition of the format, and not by the library.
 */
final class SdkVectors {
    private static final String ABOUT =
            "Test vectors of the envelope format AWS_ENCRYPTION_SDK: messages of version 2 with key commitment. Bytes are"
                    + " hexadecimal. Append only. Every vector is opened with the raw AES wrappingKey by a reader of its stream. userRecords: what"
                    + " is in the payload, a null partitionKey being the Kinesis record's own. negative: the error that a reader answers with that"
                    + " accepts the algorithm suites named in suites; where a vector has after, that envelope was opened first and its key is"
                    + " still cached.";

    private static final String STREAM = "orders";
    private static final String NAMESPACE = "test";
    private static final String KEY_NAME = "vectors";
    private static final String ALL_SUITES = "[\"0478\", \"0578\"]";
    private static final Map<String, String> CONTEXT = Map.of(
            "kinesis:stream-name", STREAM,
            "kinesis:stream-arn", "arn:aws:kinesis:eu-west-1:111122223333:stream/orders",
            "tenant", "acme");
    private static final Map<String, String> PLAIN_CONTEXT = Map.of("kinesis:stream-name", STREAM);

    private final List<String> positive = new ArrayList<>();
    private final List<String> negative = new ArrayList<>();

    private SdkVectors() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    static String text() {
        SdkVectors vectors = new SdkVectors();
        vectors.addRecords();
        vectors.addPayloadKinds();
        vectors.addLimits();
        vectors.addVersionsAndSuites();
        vectors.addFlips();
        vectors.addContexts();
        vectors.addFrames();
        vectors.addKeys();
        vectors.addSignatures();
        vectors.addReservedPairs();
        vectors.addWrongPayloads();
        vectors.addNumbersOfPairs();
        return VectorJson.file(
                ABOUT,
                "wrappingKey",
                object(
                        "namespace", quoted(NAMESPACE),
                        "name", quoted(KEY_NAME),
                        "key", hex(wrappingKey())),
                "positive",
                VectorJson.lines(vectors.positive),
                "negative",
                VectorJson.lines(vectors.negative));
    }

    private static byte[] wrappingKey() {
        return bytes("wrapping key", 32);
    }

    private static byte[] dataKey(String name) {
        return bytes(name + "/data key", 32);
    }

    private static byte[] key(String name, Map<String, String> context) {
        byte[] iv = bytes(name + "/iv", 12);
        return SdkReference.rawAesEntry(NAMESPACE, KEY_NAME, wrappingKey(), iv, dataKey(name), context);
    }

    private static Message message(String name, Map<String, String> context) {
        Message message = new Message();
        message.dataKey = dataKey(name);
        message.messageId = bytes(name + "/message id", 32);
        message.context = SdkReference.context(context);
        message.keys = SdkReference.keys(List.of(key(name, context)));
        return message.of(utf8("payload"));
    }

    private static Map<String, String> with(Map<String, String> context, String key, String value) {
        Map<String, String> pairs = new HashMap<>(context);
        pairs.put(key, value);
        return pairs;
    }

    private static BigInteger signingKey(String name) {
        return SdkReference.signingKey(bytes(name + "/signing key", 64));
    }

    private static Map<String, String> signedContext(String name) {
        return with(CONTEXT, "aws-crypto-public-key", SdkReference.publicKey(signingKey(name)));
    }

    private static Message signed(String name) {
        Message message = message(name, signedContext(name));
        message.suite = SdkReference.SIGNED;
        message.signingKey = signingKey(name);
        return message;
    }

    private void addRecords() {
        for (int size : new int[] {0, 1, 100, 1024}) {
            String name = "a record of %d bytes".formatted(size);
            accept(name, CONTEXT, message(name, CONTEXT).of(bytes(name, size)), null);
            name = "signed, a record of %d bytes".formatted(size);
            accept(name, signedContext(name), signed(name).of(bytes(name, size)), null);
        }
        for (int size : new int[] {0, 63, 64, 65, 128, 200}) {
            String name = "frames of 64 bytes, a record of %d bytes".formatted(size);
            Message message = message(name, CONTEXT).of(bytes(name, size));
            message.frameSize = 64;
            accept(name, CONTEXT, message, null);
            name = "signed, frames of 64 bytes, a record of %d bytes".formatted(size);
            message = signed(name).of(bytes(name, size));
            message.frameSize = 64;
            accept(name, signedContext(name), message, null);
        }
    }

    private void addPayloadKinds() {
        byte[][] records = {bytes("first user record", 10), bytes("second user record", 300)};
        byte[] aggregate = aggregate(records);
        String name = "an aggregate of two records";
        Map<String, String> context = with(CONTEXT, "kinesis:payload", "aggregate");
        accept(name, context, message(name, context).of(aggregate), records);

        name = "a record that begins like an aggregate";
        accept(name, CONTEXT, message(name, CONTEXT).of(aggregate), null);

        name = "a compressed record";
        context = with(CONTEXT, "kinesis:compression", "zstd");
        byte[] record = bytes(name, 500);
        accept(name, context, message(name, context).of(storedZstdFrame(record)), new byte[][] {record});

        name = "a compressed aggregate";
        context = with(context, "kinesis:payload", "aggregate");
        accept(name, context, message(name, context).of(storedZstdFrame(aggregate)), records);

        name = "a signed aggregate";
        context = with(signedContext(name), "kinesis:payload", "aggregate");
        Message message = message(name, context).of(aggregate);
        message.suite = SdkReference.SIGNED;
        message.signingKey = signingKey(name);
        accept(name, context, message, records);
    }

    private void addLimits() {
        String name = "context of 8192 bytes";
        // The count takes 2 bytes, four lengths 8, the other three texts 19 + 6 + 3.
        Map<String, String> largest = with(PLAIN_CONTEXT, "pad", "x".repeat(8192 - 38));
        accept(name, largest, message(name, largest), null);
        name = "context of 8193 bytes";
        largest = with(PLAIN_CONTEXT, "pad", "x".repeat(8193 - 38));
        reject(name, "MALFORMED_ENVELOPE", message(name, largest).seal());

        name = "eight encrypted data keys";
        Message message = message(name, CONTEXT);
        message.keys = SdkReference.keys(keys(name, 7));
        accept(name, CONTEXT, message, null);
        name = "nine encrypted data keys";
        message = message(name, CONTEXT);
        message.keys = SdkReference.keys(keys(name, 8));
        reject(name, "MALFORMED_ENVELOPE", message.seal());
        name = "no encrypted data key";
        message = message(name, CONTEXT);
        message.keys = SdkReference.keys(List.of());
        reject(name, "MALFORMED_ENVELOPE", message.seal());
        name = "encrypted data keys of 8193 bytes";
        message = message(name, CONTEXT);
        byte[] own = key(name, CONTEXT);
        message.keys =
                SdkReference.keys(List.of(SdkReference.entry("p", utf8("i"), bytes(name, 8193 - 8 - own.length)), own));
        reject(name, "MALFORMED_ENVELOPE", message.seal());
    }

    /** Keys of others, and the last one the reader's. */
    private static List<byte[]> keys(String name, int others) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            keys.add(SdkReference.entry("other", utf8("key-" + i), bytes(name + i, 48)));
        }
        keys.add(key(name, CONTEXT));
        return keys;
    }

    private void addVersionsAndSuites() {
        byte[] version1 = concat(
                new byte[] {1, (byte) 0x80},
                u16(0x0178),
                bytes("version 1", 16),
                SdkReference.context(CONTEXT),
                SdkReference.keys(List.of(key("version 1", CONTEXT))),
                new byte[] {2, 0, 0, 0, 0, 12},
                u32(4096),
                bytes("version 1/rest", 28));
        reject("version 1", "UNSUPPORTED_VERSION", version1);
        byte[] good = message("suite", CONTEXT).seal();
        reject("version 3", "PLAINTEXT_RECORD", with(good, 0, 3));
        reject("an unknown suite", "PLAINTEXT_RECORD", with(good, 1, 0x06));
        String name = "signed, for a reader that does not accept it";
        reject(name, "UNSUPPORTED_SUITE", "[\"0478\"]", null, signed(name).seal());
        name = "unsigned, for a reader that demands signatures";
        reject(
                name,
                "UNSUPPORTED_SUITE",
                "[\"0578\"]",
                null,
                message(name, CONTEXT).seal());
    }

    private void addFlips() {
        byte[] good = message("flips", CONTEXT).seal();
        int header = good.length - 24 - 7 - 16;
        reject("first byte of the message id", "AUTHENTICATION_FAILED", flipped(good, 3));
        reject("last byte of the encrypted data key", "AUTHENTICATION_FAILED", flipped(good, header - 54));
        reject("frame length", "AUTHENTICATION_FAILED", flipped(good, header - 49));
        reject("first byte of the commitment", "AUTHENTICATION_FAILED", flipped(good, header - 48));
        reject("last byte of the header tag", "AUTHENTICATION_FAILED", flipped(good, header - 1));
        reject("first byte of the nonce", "AUTHENTICATION_FAILED", flipped(good, header + 8));
        reject("first byte of the ciphertext", "AUTHENTICATION_FAILED", flipped(good, header + 24));
        reject("last byte of the tag", "AUTHENTICATION_FAILED", flipped(good, good.length - 1));
        reject("one byte appended", "MALFORMED_ENVELOPE", Arrays.copyOf(good, good.length + 1));
        for (int length : new int[] {3, 34, 36, 60, header - 50, header - 1, header, header + 20, good.length - 1}) {
            reject("cut to %d bytes".formatted(length), "MALFORMED_ENVELOPE", Arrays.copyOf(good, length));
        }
    }

    /** Each sealed by a holder of the key over the very bytes, so that no tag is wrong. */
    private void addContexts() {
        byte[] pairs = SdkReference.pairs(CONTEXT);
        rejectContext("context size one too large", "MALFORMED_ENVELOPE", concat(u16(pairs.length + 1), pairs));
        rejectContext("context size one too small", "MALFORMED_ENVELOPE", concat(u16(pairs.length - 1), pairs));
        rejectContext(
                "a byte after the last pair", "MALFORMED_ENVELOPE", concat(u16(pairs.length + 1), pairs, new byte[1]));
        rejectContext("a pair more than there is", "MALFORMED_ENVELOPE", field(with(pairs, 1, 4)));
        rejectContext("a pair less than there is", "MALFORMED_ENVELOPE", field(with(pairs, 1, 2)));
        byte[] pair = concat(field(utf8("kinesis:stream-name")), field(utf8(STREAM)));
        rejectContext("a context key twice", "MALFORMED_ENVELOPE", field(concat(u16(2), pair, pair)));
        byte[] bad = concat(field(utf8("x")), field(new byte[] {(byte) 0xFF}));
        rejectContext("a byte that is not UTF-8", "MALFORMED_ENVELOPE", field(concat(u16(2), pair, bad)));
        rejectContext("an empty context", "CONTEXT_MISMATCH", u16(0));
        rejectContext("a context without a stream", "CONTEXT_MISMATCH", Map.of("tenant", "acme"));
        rejectContext("another stream", "WRONG_STREAM", Map.of("kinesis:stream-name", "payments"));
        rejectContext("the pair of COMPACT", "CONTEXT_MISMATCH", with(CONTEXT, "kinesis:envelope", "compact-1"));
        rejectContext(
                "an unknown kind of payload", "UNSUPPORTED_PAYLOAD", with(CONTEXT, "kinesis:payload", "hologram"));
    }

    private void rejectContext(String name, String error, Map<String, String> context) {
        reject(name, error, message(name, context).seal());
    }

    private void rejectContext(String name, String error, byte[] context) {
        Message message = message(name, CONTEXT);
        message.context = context;
        reject(name, error, message.seal());
    }

    private void addFrames() {
        String name = "content without frames";
        Message message = message(name, CONTEXT);
        message.contentType = 1;
        reject(name, "UNSUPPORTED_PAYLOAD", message.seal());
        byte[] good = message("frames", CONTEXT).seal();
        int header = good.length - 24 - 7 - 16;
        reject(
                "a frame length of 0",
                "MALFORMED_ENVELOPE",
                concat(
                        Arrays.copyOf(good, header - 52),
                        new byte[4],
                        Arrays.copyOfRange(good, header - 48, good.length)));
        reject("a final frame numbered 2", "MALFORMED_ENVELOPE", with(good, header + 7, 2));
        name = "two frames exchanged";
        message = message(name, CONTEXT).of(bytes(name, 130));
        message.frameSize = 64;
        good = message.seal();
        int frame = 4 + 12 + 64 + 16;
        header = good.length - 2 * frame - 24 - 2 - 16;
        byte[] exchanged = concat(
                Arrays.copyOf(good, header),
                u32(1),
                Arrays.copyOfRange(good, header + frame + 4, header + 2 * frame),
                u32(2),
                Arrays.copyOfRange(good, header + 4, header + frame),
                Arrays.copyOfRange(good, header + 2 * frame, good.length));
        reject(name, "AUTHENTICATION_FAILED", exchanged);
        reject(
                "a frame left out",
                "MALFORMED_ENVELOPE",
                concat(Arrays.copyOf(good, header), Arrays.copyOfRange(good, header + frame, good.length)));
    }

    private void addKeys() {
        String name = "the commitment of another data key";
        Message message = message(name, CONTEXT);
        reject(
                name,
                "AUTHENTICATION_FAILED",
                message.seal(SdkReference.commitment(dataKey("another"), message.messageId)));

        name = "a data key under another wrapping key";
        message = message(name, CONTEXT);
        message.keys = SdkReference.keys(List.of(SdkReference.rawAesEntry(
                NAMESPACE, "another", wrappingKey(), bytes(name + "/iv", 12), dataKey(name), CONTEXT)));
        reject(name, "KEY_NOT_CONFIGURED", message.seal());

        name = "another context under a cached key";
        message = message(name, CONTEXT);
        byte[] after = message.seal();
        message.context = SdkReference.context(with(CONTEXT, "tenant", "umbrella"));
        reject(name, "AUTHENTICATION_FAILED", ALL_SUITES, after, message.seal());

        name = "an unsigned message under a cached key whose messages are signed";
        message = signed(name);
        after = message.seal();
        message.suite = SdkReference.UNSIGNED;
        message.signingKey = null;
        message.context = SdkReference.context(CONTEXT);
        reject(name, "AUTHENTICATION_FAILED", ALL_SUITES, after, message.seal());
    }

    private void addSignatures() {
        String name = "signatures";
        Message message = signed(name);
        byte[] good = message.seal();
        int footer = good.length - SdkReference.sign(signingKey(name), unsignedPart(message)).length - 2;
        reject("last byte of the signature", "AUTHENTICATION_FAILED", ALL_SUITES, good, flipped(good, good.length - 1));
        reject("signed, without its footer", "MALFORMED_ENVELOPE", Arrays.copyOf(good, footer));
        reject("signed, cut by one byte", "MALFORMED_ENVELOPE", Arrays.copyOf(good, good.length - 1));
        reject("signed, one byte appended", "MALFORMED_ENVELOPE", Arrays.copyOf(good, good.length + 1));
        byte[] long105 = concat(Arrays.copyOf(good, footer), field(new byte[105]));
        reject("a signature of 105 bytes", "MALFORMED_ENVELOPE", long105);
        reject("a signature of 7 bytes", "MALFORMED_ENVELOPE", concat(Arrays.copyOf(good, footer), field(new byte[7])));

        // By one who can decrypt the data key, and so has everything but the signing key.
        byte[] forged = SdkReference.sign(signingKey("forger"), unsignedPart(message));
        reject(
                "signed with another key",
                "AUTHENTICATION_FAILED",
                ALL_SUITES,
                good,
                concat(unsignedPart(message), field(forged)));
        message.context = SdkReference.context(signedContext("forger"));
        message.signingKey = signingKey("forger");
        reject("another public key under a cached key", "AUTHENTICATION_FAILED", ALL_SUITES, good, message.seal());

        name = "signed, without a public key";
        message = message(name, CONTEXT);
        message.suite = SdkReference.SIGNED;
        message.signingKey = signingKey(name);
        reject(name, "MALFORMED_ENVELOPE", message.seal());
        name = "signed, with a public key that is no point";
        message = message(name, with(CONTEXT, "aws-crypto-public-key", "AAAA"));
        message.suite = SdkReference.SIGNED;
        message.signingKey = signingKey(name);
        reject(name, "MALFORMED_ENVELOPE", message.seal());
        name = "unsigned, with a public key";
        reject(name, "MALFORMED_ENVELOPE", message(name, signedContext(name)).seal());

        name = "signed, with a public key in another Base64";
        String publicKey = SdkReference.publicKey(signingKey(name));
        char last = publicKey.charAt(publicKey.length() - 3);
        String other = publicKey.substring(0, publicKey.length() - 3) + (char) (last + 1) + "==";
        message = message(name, with(CONTEXT, "aws-crypto-public-key", other));
        message.suite = SdkReference.SIGNED;
        message.signingKey = signingKey(name);
        reject(name, "MALFORMED_ENVELOPE", message.seal());
    }

    private void addReservedPairs() {
        String unsupported = "UNSUPPORTED_PAYLOAD";
        rejectContext("a reserved pair that is not known", unsupported, with(CONTEXT, "kinesis:hologram", "1"));
        rejectContext("an unknown compression", unsupported, with(CONTEXT, "kinesis:compression", "gzip"));
        rejectContext(
                "an ARN that ends in another name",
                "WRONG_STREAM",
                with(CONTEXT, "kinesis:stream-arn", "arn:aws:kinesis:eu-west-1:111122223333:stream/payments"));
    }

    /** Honestly sealed, so that only the payload is wrong. */
    private void addWrongPayloads() {
        String malformed = "MALFORMED_PAYLOAD";
        Map<String, String> aggregated = with(CONTEXT, "kinesis:payload", "aggregate");
        byte[] aggregate = aggregate(new byte[][] {bytes("the only user record", 10)});
        String name = "an aggregate without its magic";
        byte[] bare = Arrays.copyOfRange(aggregate, 4, aggregate.length - 16);
        reject(name, malformed, message(name, aggregated).of(bare).seal());
        name = "an aggregate of a magic and no MD5";
        reject(
                name,
                malformed,
                message(name, aggregated).of(Arrays.copyOf(aggregate, 4)).seal());
        name = "an aggregate of nothing";
        reject(
                name,
                malformed,
                message(name, aggregated).of(aggregate(new byte[0][])).seal());
        name = "a compressed record that is no zstd frame";
        Map<String, String> compressed = with(CONTEXT, "kinesis:compression", "zstd");
        reject(name, malformed, message(name, compressed).seal());
        name = "a compressed record with a byte behind its frame";
        byte[] frame = storedZstdFrame(bytes(name, 300));
        reject(
                name,
                malformed,
                message(name, compressed)
                        .of(Arrays.copyOf(frame, frame.length + 1))
                        .seal());
    }

    private void addNumbersOfPairs() {
        String name = "64 pairs";
        accept(name, pairs(64), message(name, pairs(64)), null);
        name = "65 pairs";
        reject(name, "MALFORMED_ENVELOPE", message(name, pairs(65)).seal());
    }

    private static Map<String, String> pairs(int count) {
        Map<String, String> pairs = new HashMap<>(PLAIN_CONTEXT);
        for (int i = 1; i < count; i++) {
            pairs.put("pair-" + i, "value-" + i);
        }
        return pairs;
    }

    private static byte[] unsignedPart(Message message) {
        BigInteger signingKey = message.signingKey;
        message.signingKey = null;
        byte[] bytes = message.seal();
        message.signingKey = signingKey;
        return bytes;
    }

    private static byte[] with(byte[] bytes, int index, int value) {
        byte[] copy = bytes.clone();
        copy[index] = (byte) value;
        return copy;
    }

    private static byte[] flipped(byte[] bytes, int index) {
        return with(bytes, index, bytes[index] ^ 1);
    }

    /** The KPL's aggregate: magic, AggregatedRecord, MD5. */
    private static byte[] aggregate(byte[][] records) {
        byte[] content = {};
        for (int i = 0; i < records.length; i++) {
            content = concat(content, delimited(1, utf8("customer-" + i)));
        }
        for (int i = 0; i < records.length; i++) {
            content = concat(content, delimited(3, concat(new byte[] {0x08, (byte) i}, delimited(3, records[i]))));
        }
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(content);
            return concat(new byte[] {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2}, content, digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void accept(
            String name, Map<String, String> context, Message message, byte @Nullable [] @Nullable [] userRecords) {
        boolean aggregate = "aggregate".equals(context.get("kinesis:payload"));
        List<String> records = new ArrayList<>();
        byte[][] contents = userRecords == null ? new byte[][] {message.payload} : userRecords;
        for (int i = 0; i < contents.length; i++) {
            records.add(object("partitionKey", aggregate ? quoted("customer-" + i) : "null", "data", hex(contents[i])));
        }
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(context).forEach((key, value) -> pairs.addAll(List.of(key, quoted(value))));
        positive.add(object(
                "name", quoted(name),
                "suite", quoted("%04x".formatted(message.suite)),
                "stream", quoted(STREAM),
                "encryptionContext", object(pairs),
                "dataKey", hex(message.dataKey),
                "frameSize", String.valueOf(message.frameSize),
                "payload", hex(message.payload),
                "userRecords", records.toString(),
                "envelope", hex(message.seal())));
    }

    private void reject(String name, String error, byte[] envelope) {
        reject(name, error, ALL_SUITES, null, envelope);
    }

    private void reject(String name, String error, String suites, byte @Nullable [] after, byte[] envelope) {
        negative.add(object(
                "name", quoted(name),
                "error", quoted(error),
                "stream", quoted(STREAM),
                "suites", suites,
                "after", hex(after),
                "envelope", hex(envelope)));
    }
}
