// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

import org.jspecify.annotations.Nullable;

/**
 * The envelope is well-formed as far as it was read, but of a version, suite or payload kind that is not accepted here, or compressed and
 * without the library for it here.
 */
public final class UnsupportedEnvelopeException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param code which failure: UNSUPPORTED_VERSION, UNSUPPORTED_SUITE, UNSUPPORTED_PAYLOAD or COMPRESSION_UNAVAILABLE
     * @param message what happened, without plaintext or key bytes
     * @param cause what it came from, or null
     * @throws IllegalArgumentException for another code
     */
    public UnsupportedEnvelopeException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(checked(code), message, cause);
    }

    private static ErrorCode checked(ErrorCode code) {
        return switch (code) {
            case UNSUPPORTED_VERSION, UNSUPPORTED_SUITE, UNSUPPORTED_PAYLOAD, COMPRESSION_UNAVAILABLE -> code;
            default ->
                throw new IllegalArgumentException("UnsupportedEnvelopeException does not take the code " + code);
        };
    }
}
