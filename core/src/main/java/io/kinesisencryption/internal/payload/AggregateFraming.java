// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What stands around the protobuf of an aggregate.
 *
 * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">KPL aggregated record format</a>
 */
public enum AggregateFraming {
    /** Nothing: the bare protobuf, for an envelope that says by itself what it holds and authenticates it. */
    BARE(0, 0),

    /** Four bytes of magic before it and its MD5 after it: what the Kinesis Producer Library sends and every de-aggregator reads. */
    KPL(4, 16);

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private final int prefixSizeBytes;
    private final int suffixSizeBytes;

    AggregateFraming(int prefixSizeBytes, int suffixSizeBytes) {
        this.prefixSizeBytes = prefixSizeBytes;
        this.suffixSizeBytes = suffixSizeBytes;
    }

    /**
     * What the framing adds to the protobuf.
     *
     * @return bytes
     */
    public int overheadBytes() {
        return prefixSizeBytes + suffixSizeBytes;
    }

    int prefixSizeBytes() {
        return prefixSizeBytes;
    }

    int suffixSizeBytes() {
        return suffixSizeBytes;
    }

    /** Completes an aggregate whose protobuf is already in its place. */
    void frame(byte[] target, int offset, int protobufSizeBytes) {
        if (this == KPL) {
            System.arraycopy(MAGIC, 0, target, offset, MAGIC.length);
            int start = offset + prefixSizeBytes;
            byte[] digest = md5(target, start, protobufSizeBytes);
            System.arraycopy(digest, 0, target, start + protobufSizeBytes, digest.length);
        }
    }

    /** Refuses bytes that do not have this framing; without {@code verifyDigest} the MD5 is only passed over. */
    void check(byte[] payload, int sizeBytes, boolean verifyDigest) {
        if (this != KPL) {
            return;
        }
        if (sizeBytes < overheadBytes()) {
            throw new MalformedPayloadException(
                    "The payload's %d bytes are too few for a KPL aggregate, which has at least %d"
                            .formatted(sizeBytes, overheadBytes()),
                    null);
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (payload[i] != MAGIC[i]) {
                throw new MalformedPayloadException(
                        "The payload does not begin with the four bytes of a KPL aggregate", null);
            }
        }
        if (verifyDigest) {
            int protobufSizeBytes = sizeBytes - overheadBytes();
            byte[] digest = md5(payload, prefixSizeBytes, protobufSizeBytes);
            for (int i = 0; i < digest.length; i++) {
                if (payload[prefixSizeBytes + protobufSizeBytes + i] != digest[i]) {
                    throw new MalformedPayloadException("The KPL aggregate's MD5 is not that of its content", null);
                }
            }
        }
    }

    private static byte[] md5(byte[] bytes, int offset, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes, offset, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "This JVM's security providers lack MD5, which whole KPL aggregates need", e);
        }
    }
}
