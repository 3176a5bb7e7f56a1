// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
     * A data key was looked up for a record.
     *
     * @param event what happened
     */
    default void onKeyLookup(KeyLookup event) {}

    /**
     * A data key is about to be asked for. {@link #onKeyLoadEnded} follows. Called on a thread of the caches'.
     *
     * @param event what happened
     */
    default void onKeyLoadStarted(KeyLoadStarted event) {}

    /**
     * A data key was had, or not. Called on a thread of the caches'.
     *
     * @param event what happened
     */
    default void onKeyLoadEnded(KeyLoadEnded event) {}

    /**
     * A data key that encrypts came into use. {@link #onKeyRetired} follows, after it, with the same number.
     *
     * @param event what happened
     */
    default void onKeyInstalled(KeyInstalled event) {}

    /**
     * A data key is no longer used.
     *
     * @param event what happened
     */
    default void onKeyRetired(KeyRetired event) {}

    /**
     * A data key that is due to be replaced is still used, because the key service does not answer. Told once a minute at most for each stream.
     *
     * @param event what happened
     */
    default void onOldKeyUsed(OldKeyUsed event) {}

    /**
     * A data key was replaced after so few records that key calls cost more than they need. Told once an hour at most for each stream.
     *
     * @param event what happened
     */
    default void onFewRecordsPerKey(FewRecordsPerKey event) {}

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

    /**
     * A data key was looked up for a record.
     *
     * @param operation what it is for
     * @param format the envelope format
     * @param result whether it was there
     */
    record KeyLookup(Operation operation, EnvelopeFormat format, LookupResult result) {}

    /** Whether a data key was there. */
    enum LookupResult {
        /** It was in the cache. */
        HIT,
        /** It has to be loaded, or a load of it is under way. */
        MISS,
        /** It is known that it cannot be had; the key service is not asked again yet. */
        REJECTED
    }

    /**
     * A data key is about to be asked for.
     *
     * @param operation what it is for
     * @param format the envelope format
     * @param reason why
     */
    record KeyLoadStarted(Operation operation, EnvelopeFormat format, KeyLoadReason reason) {}

    /**
     * A data key was had, or not.
     *
     * @param operation what it is for
     * @param format the envelope format
     * @param reason why it was asked for
     * @param duration how long the key service took
     * @param failure why it was not had, or null if it was
     */
    record KeyLoadEnded(
            Operation operation,
            EnvelopeFormat format,
            KeyLoadReason reason,
            Duration duration,
            @Nullable ErrorCode failure) {}

    /**
     * A data key that encrypts came into use.
     *
     * @param format the envelope format
     * @param writer the format and the encryption context that it is for, for logs
     * @param number the key's number, which no other key of the process has
     * @param age how old it is already: its age counts from before it was asked for
     * @param refreshAfter at which age it is to be replaced
     * @param maxAge at which age nothing can be sealed under it any more
     */
    record KeyInstalled(
            EnvelopeFormat format, String writer, long number, Duration age, Duration refreshAfter, Duration maxAge) {}

    /**
     * A data key is no longer used.
     *
     * @param operation what it was for
     * @param format the envelope format
     * @param number the number that it came into use with; 0 for one that decrypts
     * @param reason why
     * @param age how old it was
     * @param records how many Kinesis records were sealed under it; 0 for one that decrypts, whose uses are not counted
     * @param bytes how many bytes were sealed under it; 0 for one that decrypts
     */
    record KeyRetired(
            Operation operation,
            EnvelopeFormat format,
            long number,
            KeyRetirement reason,
            Duration age,
            long records,
            long bytes) {}

    /**
     * A data key that is due to be replaced is still used.
     *
     * @param format the envelope format
     * @param writer the format and the encryption context that it is for, for logs
     * @param age how old it is
     * @param timeLeft how long it can still be used; after that, nothing can be sealed
     * @param failure why it could not be replaced
     */
    record OldKeyUsed(EnvelopeFormat format, String writer, Duration age, Duration timeLeft, ErrorCode failure) {}

    /**
     * A data key was replaced after few records.
     *
     * @param format the envelope format
     * @param writer the format and the encryption context that it was for, for logs
     * @param records how many Kinesis records it sealed
     * @param expected how many make key calls a small part of the cost
     */
    record FewRecordsPerKey(EnvelopeFormat format, String writer, long records, long expected) {}

    /** What was tried. */
    enum Operation {
        /** Sealing a record. */
        ENCRYPT,
        /** Opening a record. */
        DECRYPT
    }
}
