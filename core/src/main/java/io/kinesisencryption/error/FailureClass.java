// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.error;

/**
 * Who can mend a failure, which decides what a consumer does about it.
 */
public enum FailureClass {
    /** Time mends it: the key service was throttling, slow or out of reach. Worth another try soon. */
    TRANSIENT_KEY,

    /**
     * An operator mends it: a key is denied, disabled, deleted or not configured here, or the library that decompresses is missing. It usually
     * hits every record of a stream, so a record must not be given up for it.
     */
    PERMANENT_KEY,

    /** Nobody mends it: this one record is malformed, was altered, belongs elsewhere or does not fit. */
    RECORD
}
