// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The bytes begin like an envelope but break its layout or one of its bounds. Found before any key is used.
 */
public final class MalformedEnvelopeException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     */
    public MalformedEnvelopeException(String message, @Nullable Throwable cause) {
        super(ErrorCode.MALFORMED_ENVELOPE, message, cause);
    }
}
