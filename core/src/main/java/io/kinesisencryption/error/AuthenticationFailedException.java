// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The record is not what a holder of the key sealed. One error for every such failure (tag, commitment, encrypted data key), so that whoever
 * forges records learns nothing from the difference.
 */
public final class AuthenticationFailedException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     */
    public AuthenticationFailedException(String message, @Nullable Throwable cause) {
        super(ErrorCode.AUTHENTICATION_FAILED, message, cause);
    }
}
