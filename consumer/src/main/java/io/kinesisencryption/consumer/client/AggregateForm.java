// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

/** What a decrypting client makes of a record that holds several user records. */
public enum AggregateForm {
    /**
     * Each user record is a record of its own, with its own partition key and the sequence number of the record that it came in. Sub-sequence numbers
     * are lost with that, so a consumer that remembers a sequence number in the middle of an aggregate and goes on after it passes over the rest:
     * remember one only once all records of that number are processed. A response can hold more records than the request's limit.
     */
    USER_RECORDS,

    /**
     * The record's data is an aggregate of the Kinesis Producer Library (KPL), for consumers that take such aggregates apart themselves, as the Kinesis
     * Client Library (KCL) does, which then numbers the user records. A user record's explicit hash key is replaced by one of the shard, because KCL
     * drops the whole aggregate if a user record seems to belong to another shard. A record of one user record is a plain record. Iterators must come from
     * the same client, because the shard must be known; ListShards is called for it now and then.
     *
     * <p>A KCL consumer that can should use
     * {@link io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory DecryptingShardRecordProcessorFactory} instead: with enhanced
     * fan-out, KCL passes over the rest of an aggregate if it was restarted in the middle of it and the first subscription breaks before its first event, as it
     * does with the aggregates of the KPL itself.
     */
    KPL
}
