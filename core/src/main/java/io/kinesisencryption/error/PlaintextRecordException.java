// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The record is not an envelope where one was required.
 */
public final class PlaintextRecordException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     */
    public PlaintextRecordException(String message, @Nullable Throwable cause) {
        super(ErrorCode.PLAINTEXT_RECORD, message, cause);
    }
}
