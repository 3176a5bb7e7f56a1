// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

/** What is done when the application's record processor throws. */
public enum ApplicationFailureAction {
    /**
     * The exception is handed on to the Kinesis Client Library, which logs it and goes on behind the batch: its records are lost unless the
     * application keeps its checkpoint before them. What an application without encryption gets.
     */
    PASS_ON,

    /**
     * The shard waits and hands over the same records again, after a fraction of a second at first, later each half minute, until the application
     * takes them. An application that threw in the middle gets the records before that point twice.
     */
    RETRY,

    /**
     * The shard is halted: nothing more is delivered, and no checkpoint passes the records before those that the application was given. Whoever
     * reads the shard next begins there.
     */
    HALT
}
