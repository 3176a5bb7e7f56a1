// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a dead letter is written down. Lines of UTF-8 that end in a line feed: a first line with the version, then {@code name: value}, of which readers
 * ignore those that they do not know; then an empty line; then the data, to the end. In values, control characters, ends of lines, surrogates and the
 * backslash are written as <code>&#92;uXXXX</code>.
 */
final class DeadLetterFormat {
    /** The most bytes before the data. */
    static final int MAX_HEADER_BYTES = 65_536;

    private static final String FIRST_LINE = "kinesis-encryption-dead-letter 1";
    private static final String WRAPPING_KEY = "wrapping-key";

    private DeadLetterFormat() {}

    static byte[] write(DeadLetter letter) {
        StringBuilder header = new StringBuilder(FIRST_LINE).append('\n');
        RecordOrigin origin = letter.origin();
        add(header, "stream-name", origin.stream().name());
        add(header, "stream-arn", origin.stream().arn());
        add(header, "shard-id", origin.shardId());
        add(header, "sequence-number", origin.sequenceNumber());
        add(header, "sub-sequence-number", origin.subSequenceNumber());
        add(header, "arrival", origin.arrival());
        add(header, "partition-key", letter.partitionKey());
        add(header, "explicit-hash-key", letter.explicitHashKey());
        add(header, "failed-at", letter.failedAt());
        add(header, "code", letter.code());
        add(header, "reason", letter.reason());
        letter.wrappingKeys().forEach(key -> add(header, WRAPPING_KEY, key));
        add(header, "size-bytes", letter.sizeBytes());
        add(header, "data", letter.isWithheld() ? "withheld" : "follows");
        byte[] text = header.append('\n').toString().getBytes(UTF_8);
        byte[] data = letter.data();
        if (data == null) {
            return text;
        }
        byte[] bytes = Arrays.copyOf(text, text.length + data.length);
        System.arraycopy(data, 0, bytes, text.length, data.length);
        return bytes;
    }

    private static void add(StringBuilder header, String name, @Nullable Object value) {
        if (value != null) {
            header.append(name).append(": ").append(escaped(value.toString())).append('\n');
        }
    }

    private static String escaped(String value) {
        StringBuilder escaped = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) || c == '\\' || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
                escaped.append("\\u%04X".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    static DeadLetter parse(byte[] bytes) {
        try {
            return parsed(bytes);
        } catch (DateTimeException | NullPointerException | CharacterCodingException e) {
            throw new IllegalArgumentException("The bytes are not a dead letter: " + e.getMessage(), e);
        }
    }

    private static DeadLetter parsed(byte[] bytes) throws CharacterCodingException {
        int end = endOfHeader(bytes);
        String[] lines = UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(bytes, 0, end))
                .toString()
                .split("\n", -1);
        if (!lines[0].equals(FIRST_LINE)) {
            throw new IllegalArgumentException("The bytes are not a dead letter of a version that is known here");
        }
        Map<String, String> values = new HashMap<>();
        List<String> wrappingKeys = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                String name = line.substring(0, colon);
                String value = unescaped(line.substring(colon + 2));
                if (name.equals(WRAPPING_KEY)) {
                    wrappingKeys.add(value);
                } else {
                    values.put(name, value);
                }
            }
        }
        int sizeBytes = Integer.parseInt(required(values, "size-bytes"));
        byte[] data = null;
        if (required(values, "data").equals("follows")) {
            data = Arrays.copyOfRange(bytes, end + 1, bytes.length);
            if (data.length != sizeBytes) {
                throw new IllegalArgumentException("The dead letter is not whole: %d bytes of data are there, of %d"
                        .formatted(data.length, sizeBytes));
            }
        }
        String arrival = values.get("arrival");
        return new DeadLetter(
                new RecordOrigin(
                        new StreamIdentity(required(values, "stream-name"), values.get("stream-arn")),
                        required(values, "shard-id"),
                        required(values, "sequence-number"),
                        Long.parseLong(required(values, "sub-sequence-number")),
                        arrival == null ? null : Instant.parse(arrival)),
                values.get("partition-key"),
                values.get("explicit-hash-key"),
                data,
                sizeBytes,
                wrappingKeys,
                codeOf(values.get("code")),
                required(values, "reason"),
                Instant.parse(required(values, "failed-at")));
    }

    /** The place of the second of two line feeds in a row. */
    private static int endOfHeader(byte[] bytes) {
        for (int i = 1; i < Math.min(bytes.length, MAX_HEADER_BYTES); i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
                return i;
            }
        }
        throw new IllegalArgumentException("The bytes are not a dead letter: no empty line is among the first %d"
                .formatted(Math.min(bytes.length, MAX_HEADER_BYTES)));
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The dead letter has no line '%s'".formatted(name));
        }
        return value;
    }

    private static String unescaped(String value) {
        StringBuilder unescaped = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == '\\') {
                if (!value.startsWith("\\u", i) || i + 6 > value.length()) {
                    throw new IllegalArgumentException(
                            "The dead letter has a backslash that is not the start of \\uXXXX");
                }
                unescaped.append((char) Integer.parseInt(value, i + 2, i + 6, 16));
                i += 5;
            } else {
                unescaped.append(value.charAt(i));
            }
        }
        return unescaped.toString();
    }

    private static @Nullable ErrorCode codeOf(@Nullable String name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return null;
    }
}
