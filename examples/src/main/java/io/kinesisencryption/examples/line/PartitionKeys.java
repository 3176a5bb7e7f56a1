// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.kinesisencryption.examples.failure.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the partition keys of lines: a field of the JSON object that each line is, or the line's number. Immutable and thread-safe.
 */
public final class PartitionKeys {
    /** See <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html">PutRecord: PartitionKey</a>. */
    private static final int MAX_KEY_CHARACTERS = 256;

    private static final JsonFactory JSON = new JsonFactory();

    private final @Nullable String field;

    private PartitionKeys(@Nullable String field) {
        this.field = field;
    }

    /**
     * The keys of a command's {@code --key-field} option.
     *
     * @param field the name of a field at the top of each line's JSON object, or null for the line's number
     * @return the keys
     */
    public static PartitionKeys of(@Nullable String field) {
        return new PartitionKeys(field);
    }

    /**
     * The partition key of a line.
     *
     * @param line the line
     * @return 1 to 256 characters
     * @throws CommandException if the line is no JSON object with that field, or the field's value is not a string, number or boolean that can be
     *     a partition key
     */
    public String keyOf(Line line) {
        if (field == null) {
            return Long.toString(line.number());
        }
        String key = fieldOf(line, field);
        int characters = key.codePointCount(0, key.length());
        if (characters == 0 || characters > MAX_KEY_CHARACTERS) {
            throw new CommandException("line %d: the field '%s' has %d characters; a partition key has 1 to %d"
                    .formatted(line.number(), field, characters, MAX_KEY_CHARACTERS));
        }
        return key;
    }

    private static String fieldOf(Line line, String field) {
        try (JsonParser json = JSON.createParser(text(line, field))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new CommandException(
                        "line %d is not a JSON object, so it has no field '%s'".formatted(line.number(), field));
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = field.equals(json.getCurrentName());
                JsonToken value = json.nextToken();
                if (found) {
                    return scalar(line, field, value, json);
                }
                json.skipChildren();
            }
        } catch (JsonProcessingException e) {
            // The parser's message quotes the input: it stays out of ours, and so does the exception.
            throw new CommandException("line %d is not JSON (column %d), so its field '%s' cannot be read"
                    .formatted(
                            line.number(),
                            e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                            field));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new CommandException("line %d has no field '%s'".formatted(line.number(), field));
    }

    private static String scalar(Line line, String field, @Nullable JsonToken value, JsonParser json)
            throws IOException {
        if (value == null || !value.isScalarValue() || value == JsonToken.VALUE_NULL) {
            throw new CommandException(
                    "line %d: the field '%s' is not a string, number or boolean".formatted(line.number(), field));
        }
        return Objects.requireNonNull(json.getText());
    }

    private static String text(Line line, String field) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.data()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CommandException(
                    "line %d is not UTF-8, so its field '%s' cannot be read".formatted(line.number(), field), e);
        }
    }
}
