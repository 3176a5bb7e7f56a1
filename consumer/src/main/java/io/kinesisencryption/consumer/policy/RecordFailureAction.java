// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

/** What is done about a record that cannot be opened. */
public enum RecordFailureAction {
    /** The shard waits at the record, and nothing behind it is delivered. */
    HOLD,

    /** The record is passed over and lost. */
    SKIP,

    /** The record is handed to a {@link io.kinesisencryption.consumer.deadletter.DeadLetterSink}, and passed over once the sink has it. */
    DEAD_LETTER
}
