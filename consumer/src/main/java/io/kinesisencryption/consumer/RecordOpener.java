// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.nio.ByteBuffer;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Turns a record as the stream stores it into the records that an application gets. Thread-safe. */
@FunctionalInterface
interface RecordOpener {
    /** Nothing can be read from it or written to it, so all may have it. */
    ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /**
     * Opens one record.
     *
     * @param stored a record as the Kinesis Client Library hands it over; neither it nor its buffer is changed
     * @return the user records in it, at least one; if there are several, numbered by their sub-sequence numbers from 0, as KCL numbers those of
     *     the Kinesis Producer Library
     * @throws KinesisEncryptionException if it cannot be decrypted
     */
    List<KinesisClientRecord> open(KinesisClientRecord stored);

    /**
     * Gets ready to open a batch, which saves time and nothing else.
     *
     * @param batch records as the Kinesis Client Library hands them over, in the order in which they will be opened
     * @return how many different data keys they need, as far as that is known
     */
    default int prepare(List<KinesisClientRecord> batch) {
        return 0;
    }

    /** Opens records by decrypting them. */
    static RecordOpener decrypting(RecordDecryptor decryptor) {
        return new DecryptingOpener(decryptor);
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
        return new RecordOpener() {
            @Override
            public int prepare(List<KinesisClientRecord> batch) {
                return encrypted.prepare(batch);
            }

            @Override
            public List<KinesisClientRecord> open(KinesisClientRecord stored) {
                if (policy.accepts(stored.approximateArrivalTimestamp()) && !isEnvelope(stored)) {
                    accepted.run();
                    return List.of(stored.data() == null ? stored : fromItsBeginning(stored));
                }
                return encrypted.open(stored);
            }
        };
    }

    private static KinesisClientRecord fromItsBeginning(KinesisClientRecord stored) {
        return stored.toBuilder().data(stored.data().duplicate().rewind()).build();
    }

    /** The record as the stream stores it. */
    static KinesisRecord stored(KinesisClientRecord stored) {
        ByteBuffer data = data(stored);
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return KinesisRecord.of(stored.partitionKey(), stored.explicitHashKey(), bytes);
    }

    /** Whether a record begins like an envelope, of whatever version. */
    static boolean isEnvelope(KinesisClientRecord stored) {
        ByteBuffer data = data(stored);
        byte[] front = new byte[Math.min(data.remaining(), EnvelopeInfo.RECOGNISED_BYTES)];
        data.get(front);
        return EnvelopeInfo.recognises(front);
    }

    /** All the bytes of the buffer, wherever its reader stands: decoders that run before a processor leave it at its end. */
    static ByteBuffer data(KinesisClientRecord stored) {
        ByteBuffer data = stored.data();
        return data == null ? EMPTY : data.duplicate().rewind();
    }
}
