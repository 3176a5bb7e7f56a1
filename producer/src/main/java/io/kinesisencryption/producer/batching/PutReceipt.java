// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

/**
 * Where the stream stores a user record. Immutable.
 *
 * @param shardId the shard
 * @param sequenceNumber the sequence number of the Kinesis record, which many user records share
 * @param subSequenceNumber the user record's place in the aggregate, from 0; consumers of KCL know it under the same name
 * @param attempts how many calls carried the record, from 1. If it is more than 1, the stream may hold the record more than once.
 */
public record PutReceipt(String shardId, String sequenceNumber, int subSequenceNumber, int attempts) {}
