// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import org.jspecify.annotations.Nullable;

/**
 * A user record was given up. The cause, where there is one, is what the service, the client or the keyring said last; neither message nor
 * cause holds plaintext or keys.
 */
public final class PutFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean mayHaveBeenWritten;
    private final int attempts;

    /**
     * Makes one.
     *
     * @param message what happened
     * @param mayHaveBeenWritten whether a call that carried the record has no known outcome
     * @param attempts how many calls carried the record, from 0
     * @param cause what was said last, or null
     */
    public PutFailedException(String message, boolean mayHaveBeenWritten, int attempts, @Nullable Throwable cause) {
        super(message, cause);
        this.mayHaveBeenWritten = mayHaveBeenWritten;
        this.attempts = attempts;
    }

    /**
     * Whether the record may be in the stream all the same. If false, it is certain that it is not, and putting it again makes no duplicate.
     *
     * @return whether a call that carried the record has no known outcome
     */
    public boolean mayHaveBeenWritten() {
        return mayHaveBeenWritten;
    }

    /**
     * How often the record was tried.
     *
     * @return how many calls carried it, from 0
     */
    public int attempts() {
        return attempts;
    }
}
