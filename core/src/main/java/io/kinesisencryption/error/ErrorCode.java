// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

/**
 * The stable name of a failure, for metrics, alarms and dead letters. Names are never changed or given another meaning; new ones may be
 * added, so a {@code switch} over them needs a default.
 */
public enum ErrorCode {
    /** The key service was throttling, timed out or could not be reached. */
    KEY_UNAVAILABLE(FailureClass.TRANSIENT_KEY),
    /** The caller may not use the wrapping key. */
    KEY_DENIED(FailureClass.PERMANENT_KEY),
    /** The wrapping key is disabled or otherwise in a state that forbids its use. */
    KEY_DISABLED(FailureClass.PERMANENT_KEY),
    /** The wrapping key is waiting to be deleted. */
    KEY_PENDING_DELETION(FailureClass.PERMANENT_KEY),
    /** The wrapping key does not exist. */
    KEY_NOT_FOUND(FailureClass.PERMANENT_KEY),
    /** None of the record's encrypted data keys belongs to a wrapping key that is configured here. */
    KEY_NOT_CONFIGURED(FailureClass.PERMANENT_KEY),
    /** The keyring failed for a reason that this library does not know. */
    KEY_FAILURE(FailureClass.PERMANENT_KEY),
    /** The bytes begin like an envelope but break its layout or a bound of it. */
    MALFORMED_ENVELOPE(FailureClass.RECORD),
    /** The envelope is authentic, but the payload inside it breaks its layout or a bound of it: the writer is at fault. */
    MALFORMED_PAYLOAD(FailureClass.RECORD),
    /**
     * The payload is compressed, and the optional library that would decompress it is not on the class path. Adding it mends this, so such a
     * record is never given up, just as one whose key is denied.
     */
    COMPRESSION_UNAVAILABLE(FailureClass.PERMANENT_KEY),
    /** The envelope is of a version that is not accepted. */
    UNSUPPORTED_VERSION(FailureClass.RECORD),
    /** The envelope is of an algorithm suite that is not accepted. */
    UNSUPPORTED_SUITE(FailureClass.RECORD),
    /** The payload is of a kind that is not known. */
    UNSUPPORTED_PAYLOAD(FailureClass.RECORD),
    /** The record is not what a holder of the key sealed: some byte of it was changed. */
    AUTHENTICATION_FAILED(FailureClass.RECORD),
    /** The record was sealed for another stream. */
    WRONG_STREAM(FailureClass.RECORD),
    /** The record's encryption context lacks a pair that is required here, or has another value for it. */
    CONTEXT_MISMATCH(FailureClass.RECORD),
    /** The record is bound to its partition key, and it came without one. */
    PARTITION_KEY_MISSING(FailureClass.RECORD),
    /** The record is not an envelope. */
    PLAINTEXT_RECORD(FailureClass.RECORD),
    /** The record is larger than the stream takes once it is encrypted. */
    RECORD_TOO_LARGE(FailureClass.RECORD);

    private final FailureClass failureClass;

    ErrorCode(FailureClass failureClass) {
        this.failureClass = failureClass;
    }

    /**
     * Who can mend this failure.
     *
     * @return the class, the same for every failure of this code
     */
    public FailureClass failureClass() {
        return failureClass;
    }
}
