// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Fields as an opaque string with a checksum: shard iterators and next tokens carry their state themselves. */
final class OpaqueToken {
    private OpaqueToken() {}

    static String encode(Writer fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            fields.write(out);
            out.flush();
            out.writeInt(checksum(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** What {@code fields} makes of the token, or null if the token is not one of that kind. */
    static <T> @Nullable T decode(String token, Reader<T> fields) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return null;
        }
        int length = bytes.length - Integer.BYTES;
        if (length < 0) {
            return null;
        }
        byte[] body = Arrays.copyOf(bytes, length);
        if (ByteBuffer.wrap(bytes, length, Integer.BYTES).getInt() != checksum(body)) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            return fields.read(in);
        } catch (IOException e) {
            return null;
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }

    @FunctionalInterface
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    interface Reader<T> {
        /** Null if the fields are not those expected. */
        @Nullable
        T read(DataInputStream in) throws IOException;
    }
}
