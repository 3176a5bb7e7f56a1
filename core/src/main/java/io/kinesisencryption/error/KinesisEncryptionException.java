// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of every failure to encrypt or decrypt. Neither its message nor its causes hold plaintext or key bytes, so it may be logged.
 * Wrong arguments and wrong configuration are not among these: they are an {@link IllegalArgumentException} or an
 * {@link IllegalStateException} at the call that made them.
 */
public abstract sealed class KinesisEncryptionException extends RuntimeException
        permits TransientKeyException,
                PermanentKeyException,
                MalformedEnvelopeException,
                MalformedPayloadException,
                UnsupportedEnvelopeException,
                AuthenticationFailedException,
                ContextMismatchException,
                PlaintextRecordException,
                RecordTooLargeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    KinesisEncryptionException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /**
     * The stable name of this failure.
     *
     * @return the code
     */
    public final ErrorCode code() {
        return code;
    }

    /**
     * Who can mend this failure.
     *
     * @return the class of {@link #code()}
     */
    public final FailureClass failureClass() {
        return code.failureClass();
    }
}
