// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.VectorJson.hex;
import static io.kinesisencryption.VectorJson.object;
import static io.kinesisencryption.VectorJson.quoted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code test-vectors/blinding-1.json}, the same bytes each time, from the definition of blinded keys and not by the library. The file is
 * append-only: vectors may be added at the end of a list, and what was released is never changed.
 */
final class BlindingVectors {
    private static final String ABOUT =
            "Test vectors of blinded keys. Bytes are hexadecimal. Append only. pseudonyms: what stands on the wire for the"
                    + " keys of a user record under a root. rootMessages: what AWS KMS computes the HMAC_SHA_256 of, to make the root of a stream"
                    + " and epoch.";

    private BlindingVectors() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    static String text() {
        List<String> pseudonyms = new ArrayList<>();
        byte[] root = VectorJson.bytes("root", 32);
        pseudonyms.add(pseudonym("a partition key", root, "customer-1", null));
        pseudonyms.add(pseudonym("another partition key", root, "customer-2", null));
        pseudonyms.add(pseudonym("both keys", root, "customer-1", "0"));
        pseudonyms.add(
                pseudonym("the largest explicit hash key", root, "c", "340282366920938463463374607431768211455"));
        pseudonyms.add(pseudonym("one text as both keys", root, "4711", "4711"));
        pseudonyms.add(pseudonym("an explicit hash key alone", root, null, "4711"));
        pseudonyms.add(pseudonym("neither", root, null, null));
        pseudonyms.add(pseudonym("characters of two, three and four bytes", root, "ключ-漢-🔑", null));
        pseudonyms.add(pseudonym("a partition key of 256 characters", root, "k".repeat(256), null));
        pseudonyms.add(pseudonym("another root", VectorJson.bytes("another root", 32), "customer-1", "0"));
        pseudonyms.add(pseudonym("a root of 64 bytes", VectorJson.bytes("long root", 64), "customer-1", "0"));
        // More than a block of SHA-256, which HMAC hashes first where it is the key; in the extraction the root is the
        // message.
        pseudonyms.add(pseudonym("a root of 65 bytes", VectorJson.bytes("long root", 65), "customer-1", "0"));
        List<String> messages = List.of(
                rootMessage("epoch 0", "orders", 0),
                rootMessage("epoch 1", "orders", 1),
                rootMessage("the largest epoch", "orders", Integer.MAX_VALUE),
                rootMessage("a name of 128 characters", "s".repeat(128), 0));
        return VectorJson.file(
                ABOUT, "pseudonyms", VectorJson.lines(pseudonyms), "rootMessages", VectorJson.lines(messages));
    }

    private static String pseudonym(
            String name, byte[] root, @Nullable String partitionKey, @Nullable String explicitHashKey) {
        byte[] key = hmac(hmac(new byte[32], root), utf8("ke-blind/1"), new byte[] {1});
        String wirePartitionKey = partitionKey == null
                ? null
                : Base64.getUrlEncoder().withoutPadding().encodeToString(pseudonym(key, "pk\0", partitionKey));
        String wireExplicitHashKey =
                explicitHashKey == null ? null : new BigInteger(1, pseudonym(key, "ehk\0", explicitHashKey)).toString();
        return object(
                "name", quoted(name),
                "root", hex(root),
                "partitionKey", quoted(partitionKey),
                "explicitHashKey", quoted(explicitHashKey),
                "wirePartitionKey", quoted(wirePartitionKey),
                "wireExplicitHashKey", quoted(wireExplicitHashKey));
    }

    private static byte[] pseudonym(byte[] key, String label, String text) {
        return Arrays.copyOf(hmac(key, utf8(label), utf8(text)), 16);
    }

    private static String rootMessage(String name, String stream, int epoch) {
        byte[] label = utf8("kinesis-encryption/blind/v1\0");
        byte[] message = ByteBuffer.allocate(label.length + 4 + 2 + stream.length())
                .put(label)
                .putInt(epoch)
                .putShort((short) stream.length())
                .put(utf8(stream))
                .array();
        return object(
                "name", quoted(name),
                "stream", quoted(stream),
                "epoch", String.valueOf(epoch),
                "message", hex(message));
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            return mac.doFinal(all.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
