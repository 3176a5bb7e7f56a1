// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The record was sealed for another stream, its encryption context is not the one that is required here, or it lacks the partition key that it is
 * bound to. Found before any key is used.
 */
public final class ContextMismatchException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param code which failure: WRONG_STREAM, CONTEXT_MISMATCH or PARTITION_KEY_MISSING
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     * @throws IllegalArgumentException for another code
     */
    public ContextMismatchException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(checked(code), message, cause);
    }

    private static ErrorCode checked(ErrorCode code) {
        return switch (code) {
            case WRONG_STREAM, CONTEXT_MISMATCH, PARTITION_KEY_MISSING -> code;
            default -> throw new IllegalArgumentException("ContextMismatchException does not take the code " + code);
        };
    }
}
