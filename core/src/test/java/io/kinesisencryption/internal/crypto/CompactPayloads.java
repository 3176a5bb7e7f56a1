// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.VectorJson.hex;
import static io.kinesisencryption.VectorJson.object;
import static io.kinesisencryption.VectorJson.quoted;
import static io.kinesisencryption.internal.crypto.CompactReference.concat;
import static io.kinesisencryption.internal.crypto.CompactReference.utf8;

import io.kinesisencryption.VectorJson;
import java.util.Arrays;
import java.util.List;

/** Payloads of vectors, written byte by byte, so that neither the library nor a compressor decides them. */
public final class CompactPayloads {
    private static final String LARGEST_HASH_KEY = "340282366920938463463374607431768211455";
    private static final byte[] REPEATED = utf8("a".repeat(300));

    private CompactPayloads() {}

    /** The KPL's AggregatedRecord of one user record, its partition key in the table. */
    static byte[] aggregateOfOne(byte[] data) {
        return concat(delimited(1, utf8("customer-1")), delimited(3, concat(index(1, 0), delimited(3, data))));
    }

    /** Keys that records share, explicit hash keys, empty data, a record without a partition key, and one with a tag. */
    static byte[] aggregateOfFive() {
        byte[] tag = concat(delimited(1, utf8("tag")), delimited(2, utf8("value")));
        return concat(
                delimited(1, utf8("customer-1")),
                delimited(1, utf8("customer-2")),
                delimited(1, utf8("")),
                delimited(1, utf8("ключ-🔑")),
                delimited(2, utf8(LARGEST_HASH_KEY)),
                delimited(2, utf8("0")),
                delimited(3, concat(index(1, 0), delimited(3, VectorJson.bytes("the first of five", 10)))),
                delimited(3, concat(index(1, 1), index(2, 0), delimited(3, utf8("")))),
                delimited(3, concat(index(1, 0), index(2, 1), delimited(3, REPEATED))),
                delimited(3, concat(index(1, 2), delimited(3, utf8("keyless")))),
                delimited(3, concat(index(1, 3), delimited(3, utf8("tagged")), delimited(4, tag))));
    }

    /** What is in {@link #aggregateOfFive}. */
    static String fiveUserRecords() {
        return List.of(
                        userRecord("customer-1", null, VectorJson.bytes("the first of five", 10)),
                        userRecord("customer-2", LARGEST_HASH_KEY, utf8("")),
                        userRecord("customer-1", "0", REPEATED),
                        userRecord(null, null, utf8("keyless")),
                        userRecord("ключ-🔑", null, utf8("tagged")))
                .toString();
    }

    private static String userRecord(String partitionKey, String explicitHashKey, byte[] data) {
        return object(
                "partitionKey", quoted(partitionKey), "explicitHashKey", quoted(explicitHashKey), "data", hex(data));
    }

    static byte[] index(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    public static byte[] delimited(int field, byte[] bytes) {
        byte[] tag = {(byte) (field << 3 | 2)};
        byte[] length = bytes.length < 128
                ? new byte[] {(byte) bytes.length}
                : new byte[] {(byte) (bytes.length | 0x80), (byte) (bytes.length >>> 7)};
        return concat(tag, length, bytes);
    }

    /** A zstd frame of one raw block: RFC 8878. */
    public static byte[] storedZstdFrame(byte[] content) {
        return concat(frameHeader(content.length), block(true, 0, content.length), content);
    }

    /** A zstd frame of {@link #aggregateOfFive} that is smaller than it: the repeated byte is a block of its own kind. */
    static byte[] compressedAggregateOfFive() {
        byte[] content = aggregateOfFive();
        int begin = 0;
        while (!Arrays.equals(Arrays.copyOfRange(content, begin, begin + REPEATED.length), REPEATED)) {
            begin++;
        }
        int end = begin + REPEATED.length;
        return concat(
                frameHeader(content.length),
                block(false, 0, begin),
                Arrays.copyOf(content, begin),
                block(false, 1, REPEATED.length),
                Arrays.copyOf(REPEATED, 1),
                block(true, 0, content.length - end),
                Arrays.copyOfRange(content, end, content.length));
    }

    private static byte[] frameHeader(int size) {
        byte[] header = size < 256
                ? new byte[] {0x20, (byte) size}
                : new byte[] {0x60, (byte) (size - 256), (byte) ((size - 256) >>> 8)};
        return concat(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD}, header);
    }

    private static byte[] block(boolean last, int type, int size) {
        int header = size << 3 | type << 1 | (last ? 1 : 0);
        return new byte[] {(byte) header, (byte) (header >>> 8), (byte) (header >>> 16)};
    }
}
