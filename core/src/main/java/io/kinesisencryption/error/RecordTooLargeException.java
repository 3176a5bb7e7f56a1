// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

/**
 * A record is larger than the stream takes once it is encrypted. Found before anything is sent.
 */
public final class RecordTooLargeException extends KinesisEncryptionException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final long sizeBytes;
    private final long limitBytes;

    /**
     * Makes one.
     *
     * @param index the record's place in the request, from 0
     * @param sizeBytes the size of the record as the service counts it, once encrypted
     * @param limitBytes the largest size that the service takes
     * @param message what happened, without plaintext or key bytes
     */
    public RecordTooLargeException(int index, long sizeBytes, long limitBytes, String message) {
        super(ErrorCode.RECORD_TOO_LARGE, message, null);
        this.index = index;
        this.sizeBytes = sizeBytes;
        this.limitBytes = limitBytes;
    }

    /**
     * The record's place in the request.
     *
     * @return from 0; 0 in a request of one record
     */
    public int index() {
        return index;
    }

    /**
     * The size of the record as the service counts it: its encrypted data and its partition key.
     *
     * @return bytes
     */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * The largest size that the service takes.
     *
     * @return bytes
     */
    public long limitBytes() {
        return limitBytes;
    }
}
