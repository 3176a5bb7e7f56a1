// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * Where the service puts a partition key in the space of hash keys, which is divided among the shards: at its MD5.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html">PutRecord: PartitionKey</a>
 */
public final class PartitionKeyHash {
    private static final EnginePool<MessageDigest> DIGESTS = new EnginePool<>(() -> MessageDigest.getInstance("MD5"));

    private PartitionKeyHash() {}

    /**
     * The upper half of a partition key's hash key. Thread-safe.
     *
     * @param partitionKey any text
     * @return the first 64 of 128 bits; the top bit is the sign
     * @throws IllegalStateException if the JVM's providers lack MD5
     */
    public static long high(String partitionKey) {
        try {
            MessageDigest digest = DIGESTS.take();
            byte[] hash = digest.digest(partitionKey.getBytes(StandardCharsets.UTF_8));
            DIGESTS.giveBack(digest);
            return ByteBuffer.wrap(hash).getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "This JVM's security providers lack MD5, by which the service divides partition keys among shards",
                    e);
        }
    }
}
