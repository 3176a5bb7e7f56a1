// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The envelope is authentic, but the payload inside it breaks the layout of its kind or one of its bounds. Found only after decryption: not a
 * stranger but a holder of the key wrote it so.
 */
public final class MalformedPayloadException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     */
    public MalformedPayloadException(String message, @Nullable Throwable cause) {
        super(ErrorCode.MALFORMED_PAYLOAD, message, cause);
    }
}
