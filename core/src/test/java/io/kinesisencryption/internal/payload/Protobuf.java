// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A protobuf message written field by field, right or wrong as a test wants it. */
final class Protobuf {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Protobuf message() {
        return new Protobuf();
    }

    /** A record with an index and data. */
    static Protobuf record(long partitionKeyIndex, String data) {
        return message().varint(1, partitionKeyIndex).text(3, data);
    }

    Protobuf varint(int field, long value) {
        return rawVarint((long) field << 3).rawVarint(value);
    }

    Protobuf text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Protobuf message(int field, Protobuf message) {
        return bytes(field, message.toByteArray());
    }

    Protobuf bytes(int field, byte... bytes) {
        return rawVarint((long) field << 3 | 2).rawVarint(bytes.length).raw(bytes);
    }

    Protobuf rawVarint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) rest | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    Protobuf raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Protobuf raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
