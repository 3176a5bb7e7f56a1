// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** The files of {@code test-vectors}: reading them, and what they are made of. */
public final class TestVectors {
    /** At the root of the repository, whichever folder the tests run in. */
    public static final Path FOLDER = folder();

    public static final Path AWS_ENCRYPTION_SDK = FOLDER.resolve("aws-encryption-sdk-1.json");
    public static final Path COMPACT = FOLDER.resolve("compact-1.json");

    private TestVectors() {}

    private static Path folder() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve("test-vectors"))) {
            here = here.getParent();
        }
        if (here == null) {
            throw new AssertionError(
                    "There is no folder test-vectors above " + Path.of("").toAbsolutePath());
        }
        return here.resolve("test-vectors");
    }

    public static Map<String, JsonNode> read(Path file) throws IOException {
        return JsonNode.parser().parse(Files.readString(file)).asObject();
    }

    public static String text(JsonNode vector, String name) {
        return vector.asObject().get(name).asString();
    }

    public static byte[] bytes(JsonNode vector, String name) {
        return HexFormat.of().parseHex(text(vector, name));
    }

    /** The pairs of the member {@code encryptionContext}. */
    public static Map<String, String> context(JsonNode vector) {
        Map<String, String> pairs = new HashMap<>();
        vector.asObject().get("encryptionContext").asObject().forEach((key, value) -> pairs.put(key, value.asString()));
        return pairs;
    }

    /** Bytes that anybody can make again: SHA-512 over a label and a counter. */
    public static byte[] bytes(String label, int size) {
        byte[] out = new byte[size];
        for (int i = 0; i * 64 < size; i++) {
            byte[] block = digest("SHA-512", (label + "/" + i).getBytes(UTF_8));
            System.arraycopy(block, 0, out, i * 64, Math.min(64, size - i * 64));
        }
        return out;
    }

    public static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Pairs of an encryption context that are as small as they come: keys of three chars and values of one, 8 bytes each. */
    public static Map<String, String> tinyPairs(int sizeBytes) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < sizeBytes / 8; i++) {
            pairs.put(Integer.toString(46_656 / 36 + i, 36), "v");
        }
        return pairs;
    }

    /** A protobuf field of up to 16,383 bytes. */
    public static byte[] delimited(int field, byte[] bytes) {
        byte[] head = bytes.length < 128
                ? new byte[] {(byte) (field << 3 | 2), (byte) bytes.length}
                : new byte[] {(byte) (field << 3 | 2), (byte) (bytes.length | 0x80), (byte) (bytes.length >>> 7)};
        return concat(head, bytes);
    }

    /** A zstd frame of one raw block: RFC 8878, so that no compressor decides these bytes. */
    public static byte[] storedZstdFrame(byte[] content) {
        int size = content.length;
        byte[] header = size < 256
                ? new byte[] {0x20, (byte) size}
                : new byte[] {0x60, (byte) (size - 256), (byte) ((size - 256) >>> 8)};
        int block = size << 3 | 1;
        return concat(
                new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD},
                header,
                new byte[] {(byte) block, (byte) (block >>> 8), (byte) (block >>> 16)},
                content);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** A JSON object of names and values that are JSON already. */
    public static String object(String... namesAndValues) {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.add(quoted(namesAndValues[i]) + ": " + namesAndValues[i + 1]);
        }
        return "{" + String.join(", ", members) + "}";
    }

    public static String hex(byte[] bytes) {
        return quoted(HexFormat.of().formatHex(bytes));
    }

    /** ASCII only, so that no editor and no tool changes it. */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(
                    c >= ' ' && c < 0x7F && c != '"' && c != '\\' ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
        return new String(out.append('"').toString().getBytes(US_ASCII), US_ASCII);
    }
}
