// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A stream and what is done with its records.
 *
 * @param stream the stream, as requests name it
 * @param encryptor seals its records; null if they go as they are
 * @param recordLimit how large they may be
 */
record StreamTarget(StreamIdentity stream, @Nullable RecordEncryptor encryptor, RecordLimit recordLimit) {
    /** The size for which the service counts a record as it is sent. */
    long sizeOf(UserRecord record) {
        return encryptor == null ? plainSizeOf(record) : encryptor.sizeOf(record);
    }

    /** The size for which the service would count a record as it is. */
    static long plainSizeOf(UserRecord record) {
        return sizeOf(record.partitionKey(), record.data());
    }

    /** The size for which the service counts a record. */
    static long sizeOf(@Nullable String partitionKey, byte[] data) {
        return (long) data.length + (partitionKey == null ? 0 : partitionKey.getBytes(StandardCharsets.UTF_8).length);
    }
}
