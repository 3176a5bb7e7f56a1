// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The key service could not answer now: throttled, timed out, or out of reach. The same call may succeed later; nothing is wrong with the
 * record.
 */
public final class TransientKeyException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     */
    public TransientKeyException(String message, @Nullable Throwable cause) {
        super(ErrorCode.KEY_UNAVAILABLE, message, cause);
    }
}
