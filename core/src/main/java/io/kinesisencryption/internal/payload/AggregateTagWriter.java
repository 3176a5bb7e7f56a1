// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.internal.text.Utf8;
import java.util.List;

/** Writes the tags of a user record. */
final class AggregateTagWriter {
    static final byte[] NO_TAGS = {};

    private AggregateTagWriter() {}

    /** Tags as they stand in a record, field keys included; empty for none. */
    static byte[] encode(List<AggregateTag> tags) {
        if (tags.isEmpty()) {
            return NO_TAGS;
        }
        byte[][] bodies = new byte[tags.size()][];
        long sizeBytes = 0;
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = encodeTag(tags.get(i));
            sizeBytes += lengthDelimitedSizeBytes(bodies[i]);
        }
        byte[] encoded = new byte[Math.toIntExact(sizeBytes)];
        int position = 0;
        for (byte[] body : bodies) {
            position = writeLengthDelimited(AggregateFields.TAGS, body, encoded, position);
        }
        return encoded;
    }

    private static byte[] encodeTag(AggregateTag tag) {
        byte[] key = encodeText(tag.key(), "key");
        byte[] value = tag.value() == null ? null : encodeText(tag.value(), "value");
        long sizeBytes = lengthDelimitedSizeBytes(key) + (value == null ? 0 : lengthDelimitedSizeBytes(value));
        byte[] encoded = new byte[Math.toIntExact(sizeBytes)];
        int position = writeLengthDelimited(AggregateFields.TAG_KEY, key, encoded, 0);
        if (value != null) {
            writeLengthDelimited(AggregateFields.TAG_VALUE, value, encoded, position);
        }
        return encoded;
    }

    private static byte[] encodeText(String text, String what) {
        byte[] encoded = Utf8.encode(text);
        if (encoded == null) {
            throw new IllegalArgumentException(
                    "The tag's %s of %d characters holds half a surrogate pair, so it has no UTF-8"
                            .formatted(what, text.length()));
        }
        return encoded;
    }

    private static long lengthDelimitedSizeBytes(byte[] bytes) {
        return 1L + Varints.sizeBytes(bytes.length) + bytes.length;
    }

    private static int writeLengthDelimited(int fieldKey, byte[] bytes, byte[] target, int offset) {
        target[offset] = (byte) fieldKey;
        int position = Varints.write(bytes.length, target, offset + 1);
        System.arraycopy(bytes, 0, target, position, bytes.length);
        return position + bytes.length;
    }
}
