// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

/**
 * Where a stream stores a user record.
 *
 * @param shardId the shard
 * @param sequenceNumber the Kinesis record
 * @param subSequenceNumber the place among the user records of an aggregate, from 0; 0 for a record that travels alone
 */
public record Place(String shardId, String sequenceNumber, long subSequenceNumber) {}
