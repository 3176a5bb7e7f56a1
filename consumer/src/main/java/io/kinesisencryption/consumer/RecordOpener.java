// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.nio.ByteBuffer;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Turns a record as the stream stores it into the record that an application gets. Thread-safe. */
@FunctionalInterface
interface RecordOpener {
    /**
     * Opens one record.
     *
     * @param stored a record as the Kinesis Client Library hands it over; neither it nor its buffer is changed
     * @return the same record with its plaintext
     * @throws KinesisEncryptionException if it cannot be decrypted
     */
    KinesisClientRecord open(KinesisClientRecord stored);

    /** Opens records by decrypting them. */
    static RecordOpener decrypting(RecordDecryptor decryptor) {
        return stored -> {
            List<UserRecord> opened =
                    decryptor.decrypt(KinesisRecord.of(stored.partitionKey(), stored.explicitHashKey(), bytes(stored)));
            // A record that holds several needs checkpoints between them, which ShardPosition does not map.
            if (opened.size() != 1) {
                throw new IllegalStateException(
                        "The record holds %d user records; this version delivers one".formatted(opened.size()));
            }
            UserRecord user = opened.get(0);
            return stored.toBuilder()
                    .partitionKey(user.partitionKey())
                    .explicitHashKey(user.explicitHashKey())
                    .data(ByteBuffer.wrap(user.data()))
                    .build();
        };
    }

    /** All the bytes of the buffer, wherever its reader stands: decoders that run before a processor leave it at its end. */
    private static byte[] bytes(KinesisClientRecord stored) {
        ByteBuffer data = stored.data();
        if (data == null) {
            return new byte[0];
        }
        ByteBuffer all = data.duplicate().rewind();
        byte[] bytes = new byte[all.remaining()];
        all.get(bytes);
        return bytes;
    }
}
