// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

/** Why a shard waits, which says who can end it. Names are never changed; new ones may be added. */
public enum HoldReason {
    /** The key service is out of reach; time ends it. */
    KEY_UNAVAILABLE,

    /** A key is denied, disabled, deleted or not configured here; an operator ends it. */
    KEY_REFUSED,

    /** The record is malformed, altered, plaintext or of elsewhere, and the policy is to hold such records. */
    BAD_RECORD,

    /** As {@link #BAD_RECORD}, but the policy would pass over the record if there had not been too many of them. */
    TOO_MANY_BAD_RECORDS,

    /** The record is to be dead-lettered, and the sink does not take it. */
    SINK_UNAVAILABLE,

    /** The application's record processor throws. */
    APPLICATION_FAILED,

    /** The record is decrypted, and the schema registry does not answer or does not know its schema; time or an operator ends it. */
    SCHEMA_UNAVAILABLE,

    /** Anything else, for example that the {@code KinesisEncryption} is closed. */
    UNKNOWN
}
