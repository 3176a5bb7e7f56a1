// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.suite;

/** What an envelope seals. Fixed for a producer, authenticated, and never guessed from bytes. */
public enum PayloadKind {
    /** The data of one user record, as it is. */
    RECORD,

    /**
     * Any number of user records with their partition keys and explicit hash keys, in the layout of the Kinesis Producer Library.
     *
     * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">KPL aggregated record format</a>
     */
    AGGREGATE
}
