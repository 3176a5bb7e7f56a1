// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;

/** The service that both clients stand before: one method for each operation. Thread-safe. */
final class Service {
    private final Account account;
    private final Calls calls;
    private final ShardIterators iterators;
    private final StreamApi streams;
    private final ShardApi shards;
    private final RecordApi records;
    private final ConsumerApi consumers;

    Service(Account account, KinesisFaults faults, SharedRandom random) {
        this.account = account;
        this.calls = new Calls(faults, random);
        this.iterators = new ShardIterators(account.clock());
        this.streams = new StreamApi(account);
        this.shards = new ShardApi(account, streams);
        this.records = new RecordApi(account, iterators, faults, random);
        this.consumers = new ConsumerApi(account);
    }

    Calls calls() {
        return calls;
    }

    StreamApi streams() {
        return streams;
    }

    ShardApi shards() {
        return shards;
    }

    CreateStreamResponse createStream(CreateStreamRequest request) {
        return calls.answer(Operation.CREATE_STREAM, request, streams::create);
    }

    DecreaseStreamRetentionPeriodResponse decreaseStreamRetentionPeriod(DecreaseStreamRetentionPeriodRequest request) {
        return calls.answer(Operation.DECREASE_STREAM_RETENTION_PERIOD, request, streams::decreaseRetention);
    }

    DeleteStreamResponse deleteStream(DeleteStreamRequest request) {
        return calls.answer(Operation.DELETE_STREAM, request, streams::delete);
    }

    DeregisterStreamConsumerResponse deregisterStreamConsumer(DeregisterStreamConsumerRequest request) {
        return calls.answer(Operation.DEREGISTER_STREAM_CONSUMER, request, consumers::deregister);
    }

    DescribeLimitsResponse describeLimits(DescribeLimitsRequest request) {
        return calls.answer(Operation.DESCRIBE_LIMITS, request, ignored -> streams.describeLimits());
    }

    DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return calls.answer(Operation.DESCRIBE_STREAM, request, streams::describe);
    }

    DescribeStreamConsumerResponse describeStreamConsumer(DescribeStreamConsumerRequest request) {
        return calls.answer(Operation.DESCRIBE_STREAM_CONSUMER, request, consumers::describe);
    }

    DescribeStreamSummaryResponse describeStreamSummary(DescribeStreamSummaryRequest request) {
        return calls.answer(Operation.DESCRIBE_STREAM_SUMMARY, request, streams::describeSummary);
    }

    GetRecordsResponse getRecords(GetRecordsRequest request) {
        return calls.answer(Operation.GET_RECORDS, request, records::getRecords);
    }

    GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        return calls.answer(Operation.GET_SHARD_ITERATOR, request, records::getShardIterator);
    }

    IncreaseStreamRetentionPeriodResponse increaseStreamRetentionPeriod(IncreaseStreamRetentionPeriodRequest request) {
        return calls.answer(Operation.INCREASE_STREAM_RETENTION_PERIOD, request, streams::increaseRetention);
    }

    ListShardsResponse listShards(ListShardsRequest request) {
        return calls.answer(Operation.LIST_SHARDS, request, shards::list);
    }

    ListStreamConsumersResponse listStreamConsumers(ListStreamConsumersRequest request) {
        return calls.answer(Operation.LIST_STREAM_CONSUMERS, request, consumers::list);
    }

    ListStreamsResponse listStreams(ListStreamsRequest request) {
        return calls.answer(Operation.LIST_STREAMS, request, streams::list);
    }

    MergeShardsResponse mergeShards(MergeShardsRequest request) {
        return calls.answer(Operation.MERGE_SHARDS, request, shards::merge);
    }

    PutRecordResponse putRecord(PutRecordRequest request) {
        return calls.answer(Operation.PUT_RECORD, request, records::put);
    }

    PutRecordsResponse putRecords(PutRecordsRequest request) {
        return calls.answer(Operation.PUT_RECORDS, request, records::put);
    }

    RegisterStreamConsumerResponse registerStreamConsumer(RegisterStreamConsumerRequest request) {
        return calls.answer(Operation.REGISTER_STREAM_CONSUMER, request, consumers::register);
    }

    SplitShardResponse splitShard(SplitShardRequest request) {
        return calls.answer(Operation.SPLIT_SHARD, request, shards::split);
    }

    UpdateMaxRecordSizeResponse updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        return calls.answer(Operation.UPDATE_MAX_RECORD_SIZE, request, streams::updateMaxRecordSize);
    }

    UpdateShardCountResponse updateShardCount(UpdateShardCountRequest request) {
        return calls.answer(Operation.UPDATE_SHARD_COUNT, request, shards::updateCount);
    }

    /** Starts a subscription; the result completes when it ends. */
    void subscribeToShard(
            SubscribeToShardRequest request,
            SubscribeToShardResponseHandler handler,
            CompletableFuture<Void> result,
            Executor executor) {
        Attempt attempt = calls.begin(Operation.SUBSCRIBE_TO_SHARD, request);
        ShardSubscription subscription = attempt.run(() -> {
            if (request.consumerARN() == null) {
                throw ServiceError.constraint("consumerARN", "not be null");
            }
            FanOutConsumer consumer = consumers.find(null, null, request.consumerARN());
            Shard shard = account.shard(consumer.stream(), "shardId", request.shardId());
            if (request.startingPosition() == null) {
                throw ServiceError.constraint("startingPosition", "not be null");
            }
            ShardIterators.StartingPoint point = ShardIterators.StartingPoint.of(
                    request.startingPosition().type(),
                    request.startingPosition().sequenceNumber(),
                    request.startingPosition().timestamp());
            long position = iterators.resolve(consumer.stream(), shard, point);
            ShardSubscription candidate = new ShardSubscription(
                    consumer.stream(),
                    shard,
                    position,
                    account.clock(),
                    executor,
                    handler,
                    result,
                    attempt.hiddenSuccess());
            consumer.subscribe(candidate);
            return candidate;
        });
        subscription.start(attempt.complete(SubscribeToShardResponse.builder()).build());
    }
}
