// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Turns a record as the stream stores it into the records that an application gets. Thread-safe. */
@FunctionalInterface
interface RecordOpener {
    /**
     * Opens one record.
     *
     * @param stored a record as the Kinesis Client Library hands it over; neither it nor its buffer is changed
     * @return the user records in it, at least one; if there are several, numbered by their sub-sequence numbers from 0, as KCL numbers those of
     *     the Kinesis Producer Library
     * @throws KinesisEncryptionException if it cannot be decrypted
     */
    List<KinesisClientRecord> open(KinesisClientRecord stored);

    /** Opens records by decrypting them. */
    static RecordOpener decrypting(RecordDecryptor decryptor) {
        return stored -> {
            List<UserRecord> opened = decryptor.decrypt(stored(stored));
            if (opened.size() == 1) {
                return List.of(withUserRecord(stored, opened.get(0)).build());
            }
            if (stored.aggregated()) {
                // The record's own fault: whoever can write to the stream can put one inside an aggregate.
                throw new UnsupportedEnvelopeException(
                        ErrorCode.UNSUPPORTED_PAYLOAD,
                        "A record inside an aggregate of the Kinesis Producer Library holds %d user records of its own; such records can be numbered only if they are not nested"
                                .formatted(opened.size()),
                        null);
            }
            List<KinesisClientRecord> userRecords = new ArrayList<>(opened.size());
            for (UserRecord userRecord : opened) {
                userRecords.add(withUserRecord(stored, userRecord)
                        .subSequenceNumber(userRecords.size())
                        .aggregated(true)
                        .build());
            }
            return userRecords;
        };
    }

    /**
     * Lets plaintext through, without asking the one that decrypts, which would call each such record a failure.
     *
     * @param policy which plaintext is accepted
     * @param encrypted opens everything else
     * @param accepted told of each record that is accepted
     */
    static RecordOpener accepting(PlaintextPolicy policy, RecordOpener encrypted, Runnable accepted) {
        if (policy.rejectsAll()) {
            return encrypted;
        }
        return stored -> {
            if (policy.accepts(stored.approximateArrivalTimestamp()) && !EnvelopeInfo.recognises(bytes(stored))) {
                accepted.run();
                return List.of(stored.data() == null ? stored : fromItsBeginning(stored));
            }
            return encrypted.open(stored);
        };
    }

    private static KinesisClientRecord fromItsBeginning(KinesisClientRecord stored) {
        return stored.toBuilder().data(stored.data().duplicate().rewind()).build();
    }

    /** The record as the stream stores it. */
    static KinesisRecord stored(KinesisClientRecord stored) {
        return KinesisRecord.of(stored.partitionKey(), stored.explicitHashKey(), bytes(stored));
    }

    private static KinesisClientRecord.KinesisClientRecordBuilder withUserRecord(
            KinesisClientRecord stored, UserRecord userRecord) {
        return stored.toBuilder()
                .partitionKey(userRecord.partitionKey())
                .explicitHashKey(userRecord.explicitHashKey())
                .data(ByteBuffer.wrap(userRecord.data()));
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
