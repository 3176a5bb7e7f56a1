// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.EnvelopeFormat;

/**
 * Observes encryption and decryption, for metrics. Every method does nothing unless it is overridden, and further ones may be added. They are
 * called on the thread that encrypts or decrypts, by many threads at once: return quickly. What a listener throws is logged and goes no
 * further.
 */
public interface EncryptionListener {
    /** A listener that does nothing. */
    EncryptionListener NONE = new EncryptionListener() {};

    /**
     * A Kinesis record was sealed.
     *
     * @param event what happened
     */
    default void onEncrypted(Encrypted event) {}

    /**
     * A Kinesis record was opened and its user records are about to be handed out.
     *
     * @param event what happened
     */
    default void onDecrypted(Decrypted event) {}

    /**
     * A record could not be sealed or opened.
     *
     * @param event what happened
     */
    default void onFailure(Failure event) {}

    /**
     * A Kinesis record was sealed.
     *
     * @param stream the stream that it was sealed for
     * @param format the envelope format
     * @param userRecords how many user records it holds
     * @param payloadSizeBytes the size of the plaintext
     * @param envelopeSizeBytes the size of the data that the stream stores
     */
    record Encrypted(
            StreamIdentity stream,
            EnvelopeFormat format,
            int userRecords,
            int payloadSizeBytes,
            int envelopeSizeBytes) {}

    /**
     * A Kinesis record was opened.
     *
     * @param stream the stream that it was read from
     * @param format the envelope format
     * @param userRecords how many user records it holds
     * @param payloadSizeBytes the size of the plaintext
     * @param envelopeSizeBytes the size of the data that the stream stores
     */
    record Decrypted(
            StreamIdentity stream,
            EnvelopeFormat format,
            int userRecords,
            int payloadSizeBytes,
            int envelopeSizeBytes) {}

    /**
     * A record could not be sealed or opened.
     *
     * @param stream the stream that it was for or from
     * @param operation what was tried
     * @param error what went wrong
     */
    record Failure(StreamIdentity stream, Operation operation, KinesisEncryptionException error) {}

    /** What was tried. */
    enum Operation {
        /** Sealing a record. */
        ENCRYPT,
        /** Opening a record. */
        DECRYPT
    }
}
