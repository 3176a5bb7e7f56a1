// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    private static final Map<String, Operation> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Operation::apiName, Function.identity()));

    private final String apiName;

    Operation(String apiName) {
        this.apiName = apiName;
    }

    String apiName() {
        return apiName;
    }

    /** @throws IllegalArgumentException if the in-memory service has no operation of that name */
    static Operation named(String apiName) {
        Operation operation = BY_NAME.get(apiName);
        if (operation == null) {
            throw new IllegalArgumentException("Unknown operation \"" + apiName + "\"; the in-memory Kinesis has "
                    + Arrays.stream(values()).map(Operation::apiName).collect(Collectors.joining(", ")));
        }
        return operation;
    }
}
