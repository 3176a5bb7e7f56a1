// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import io.kinesisencryption.testkit.internal.OperationNames;
import java.util.Arrays;

/** The operations of the Kinesis API that the in-memory service answers. */
enum Operation {
    CREATE_STREAM("CreateStream"),
    DECREASE_STREAM_RETENTION_PERIOD("DecreaseStreamRetentionPeriod"),
    DELETE_STREAM("DeleteStream"),
    DEREGISTER_STREAM_CONSUMER("DeregisterStreamConsumer"),
    DESCRIBE_LIMITS("DescribeLimits"),
    DESCRIBE_STREAM("DescribeStream"),
    DESCRIBE_STREAM_CONSUMER("DescribeStreamConsumer"),
    DESCRIBE_STREAM_SUMMARY("DescribeStreamSummary"),
    GET_RECORDS("GetRecords"),
    GET_SHARD_ITERATOR("GetShardIterator"),
    INCREASE_STREAM_RETENTION_PERIOD("IncreaseStreamRetentionPeriod"),
    LIST_SHARDS("ListShards"),
    LIST_STREAM_CONSUMERS("ListStreamConsumers"),
    LIST_STREAMS("ListStreams"),
    MERGE_SHARDS("MergeShards"),
    PUT_RECORD("PutRecord"),
    PUT_RECORDS("PutRecords"),
    REGISTER_STREAM_CONSUMER("RegisterStreamConsumer"),
    SPLIT_SHARD("SplitShard"),
    SUBSCRIBE_TO_SHARD("SubscribeToShard"),
    UPDATE_MAX_RECORD_SIZE("UpdateMaxRecordSize"),
    UPDATE_SHARD_COUNT("UpdateShardCount");

    static final OperationNames NAMES = new OperationNames(
            "Kinesis", Arrays.stream(values()).map(Operation::apiName).toList());

    private final String apiName;

    Operation(String apiName) {
        this.apiName = apiName;
    }

    String apiName() {
        return apiName;
    }
}
