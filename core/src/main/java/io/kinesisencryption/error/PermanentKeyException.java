// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * A wrapping key cannot be used until an operator mends it: denied, disabled, waiting for deletion, missing, or not configured here.
 */
public final class PermanentKeyException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param code which failure: one of those of {@link FailureClass#PERMANENT_KEY}
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     * @throws IllegalArgumentException for another code
     */
    public PermanentKeyException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(checked(code), message, cause);
    }

    private static ErrorCode checked(ErrorCode code) {
        return switch (code) {
            case KEY_DENIED, KEY_DISABLED, KEY_PENDING_DELETION, KEY_NOT_FOUND, KEY_NOT_CONFIGURED, KEY_FAILURE -> code;
            default -> throw new IllegalArgumentException("PermanentKeyException does not take the code " + code);
        };
    }
}
