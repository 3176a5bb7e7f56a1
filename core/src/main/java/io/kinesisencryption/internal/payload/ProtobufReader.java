// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;
import io.kinesisencryption.internal.text.Utf8;

/**
 * A cursor over the fields of a protobuf message that somebody else wrote. It never reads past the end of the message and never allocates more
 * than the bytes that are there. Fields that it does not know are passed over without looking inside, so nesting costs nothing; groups, which
 * nobody writes any more, are refused. Every refusal is a {@link MalformedPayloadException} that names the field, the length it claims and what
 * is left. Not thread-safe.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers encoding</a>
 */
final class ProtobufReader {
    private static final int MAX_VARINT_BYTES = 10;
    private static final long MAX_FIELD_KEY = 0xFFFFFFFFL;

    private final byte[] bytes;
    private int position;
    private int end;

    /** Reads the message that stands between two offsets. */
    ProtobufReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    /** Where the message that is seen ends. */
    int end() {
        return end;
    }

    /** The bytes that are left of it. */
    int remaining() {
        return end - position;
    }

    /** Goes to an offset at which a field begins. */
    void moveTo(int newPosition) {
        position = newPosition;
    }

    /** Makes the cursor see nothing but a message of a length that {@link #length} gave, and returns what {@link #leave} takes. */
    int enter(int length) {
        int outerEnd = end;
        end = position + length;
        return outerEnd;
    }

    /** Sees the outer message again. */
    void leave(int outerEnd) {
        end = outerEnd;
    }

    boolean hasMore() {
        return position < end;
    }

    /** The next field's number times eight plus its wire type. There must be more. */
    long fieldKey() {
        int first = bytes[position];
        if (first > 7) {
            position++;
            return first;
        }
        long key = varint("field number");
        if (key >>> 3 == 0 || Long.compareUnsigned(key, MAX_FIELD_KEY) > 0) {
            throw new MalformedPayloadException(
                    "The aggregate has a field of the number %s before offset %d; numbers are from 1 to %d"
                            .formatted(Long.toUnsignedString(key >>> 3), position, MAX_FIELD_KEY >>> 3),
                    null);
        }
        return key;
    }

    /** A number of 64 bits, unsigned. Longer forms than needed are read as the number they mean, as protobuf does. */
    long varint(String field) {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        // The length of nearly every user record and its data.
        if (position + 1 < end && bytes[position + 1] > 0) {
            position += 2;
            return (bytes[position - 2] & 0x7F) | (bytes[position - 1] << 7);
        }
        return longVarint(field);
    }

    private long longVarint(String field) {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            if (position == end) {
                throw new MalformedPayloadException(
                        "The aggregate ends inside its %s at offset %d".formatted(field, position), null);
            }
            byte next = bytes[position++];
            value |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                if (i == MAX_VARINT_BYTES - 1 && next > 1) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedPayloadException(
                "The aggregate's %s before offset %d does not fit 64 bits".formatted(field, position), null);
    }

    /** The length that stands before the content of a field, checked against the bytes that are left. */
    int length(String field) {
        long length = varint(field);
        if (length < 0 || length > end - position) {
            throw new MalformedPayloadException(
                    "The aggregate ends inside its %s: %s bytes are needed at offset %d and %d are left"
                            .formatted(field, Long.toUnsignedString(length), position, end - position),
                    null);
        }
        return (int) length;
    }

    /** A length and that many bytes of strict UTF-8. */
    String text(String field) {
        int length = length(field);
        String text = Utf8.decode(bytes, position, length);
        if (text == null) {
            throw new MalformedPayloadException(
                    "The aggregate's %s, %d bytes at offset %d, is not UTF-8".formatted(field, length, position), null);
        }
        position += length;
        return text;
    }

    /** Passes over a length that {@link #length} gave. */
    void skip(int length) {
        position += length;
    }

    /**
     * Passes over the content of a field that is not known.
     *
     * @param fieldKey as {@link #fieldKey} gave it
     * @param highestKnown the highest field number that the message defines: with such a number, the wire type is the wrong one
     */
    void skipUnknown(long fieldKey, int highestKnown) {
        int wireType = (int) fieldKey & 7;
        if (fieldKey >>> 3 <= highestKnown) {
            throw new MalformedPayloadException(
                    "The aggregate's field %d before offset %d has the wire type %d, which is not its own"
                            .formatted(fieldKey >>> 3, position, wireType),
                    null);
        }
        switch (wireType) {
            case AggregateFields.VARINT -> varint("unknown number");
            case AggregateFields.FIXED_64 -> skipFixed(8);
            case AggregateFields.LENGTH_DELIMITED -> skip(length("unknown field"));
            case AggregateFields.FIXED_32 -> skipFixed(4);
            default ->
                throw new MalformedPayloadException(
                        "The aggregate's field %d before offset %d has the wire type %d, which is not accepted"
                                .formatted(fieldKey >>> 3, position, wireType),
                        null);
        }
    }

    private void skipFixed(int sizeBytes) {
        if (sizeBytes > end - position) {
            throw new MalformedPayloadException(
                    "The aggregate ends inside an unknown field: %d bytes are needed at offset %d and %d are left"
                            .formatted(sizeBytes, position, end - position),
                    null);
        }
        position += sizeBytes;
    }
}
