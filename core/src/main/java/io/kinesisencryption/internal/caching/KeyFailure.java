// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.MalformedPayloadException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import org.jspecify.annotations.Nullable;

/**
 * Why a load failed, from which each caller gets an exception of its own: one that were thrown on many threads would show the stack of a thread
 * that has nothing to do with the others. Small enough to be remembered once its cause is let go of.
 *
 * @param code the failure
 * @param message what happened, without plaintext or key bytes
 * @param cause what it came from, or null
 */
record KeyFailure(ErrorCode code, String message, @Nullable Throwable cause) {
    static KeyFailure of(Throwable thrown) {
        if (thrown instanceof KinesisEncryptionException e) {
            String message = e.getMessage();
            return new KeyFailure(e.code(), message == null ? e.code().name() : message, e.getCause());
        }
        return new KeyFailure(
                ErrorCode.KEY_FAILURE,
                "Loading a data key failed with " + thrown.getClass().getName(),
                thrown);
    }

    static KeyFailure notNow(String message) {
        return new KeyFailure(ErrorCode.KEY_UNAVAILABLE, message, null);
    }

    boolean isTransient() {
        return code.failureClass() == FailureClass.TRANSIENT_KEY;
    }

    KeyFailure withoutCause() {
        return new KeyFailure(code, message, null);
    }

    KinesisEncryptionException toException() {
        return switch (code) {
            case KEY_UNAVAILABLE -> new TransientKeyException(message, cause);
            case MALFORMED_PAYLOAD -> new MalformedPayloadException(message, cause);
            case MALFORMED_ENVELOPE -> new MalformedEnvelopeException(message, cause);
            case UNSUPPORTED_VERSION, UNSUPPORTED_SUITE, UNSUPPORTED_PAYLOAD, COMPRESSION_UNAVAILABLE ->
                new UnsupportedEnvelopeException(code, message, cause);
            case AUTHENTICATION_FAILED -> new AuthenticationFailedException(message, cause);
            case WRONG_STREAM, CONTEXT_MISMATCH, PARTITION_KEY_MISSING ->
                new ContextMismatchException(code, message, cause);
            case PLAINTEXT_RECORD -> new PlaintextRecordException(message, cause);
            // No load can find a record too large.
            case RECORD_TOO_LARGE -> new PermanentKeyException(ErrorCode.KEY_FAILURE, message, cause);
            default -> new PermanentKeyException(code, message, cause);
        };
    }
}
