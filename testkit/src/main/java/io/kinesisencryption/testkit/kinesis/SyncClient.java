// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.Objects;
import java.util.function.Function;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
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
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;
import software.amazon.awssdk.services.kinesis.waiters.KinesisWaiter;

/** The blocking client: every operation runs on the caller's thread. */
final class SyncClient implements KinesisClient {
    private final Service service;
    private final KinesisServiceClientConfiguration configuration;
    private volatile boolean closed;

    SyncClient(Service service, KinesisServiceClientConfiguration configuration) {
        this.service = service;
        this.configuration = configuration;
    }

    private <Q, R> R call(Q request, Function<Q, R> operation) {
        if (closed) {
            throw new IllegalStateException("This KinesisClient is closed");
        }
        return operation.apply(Objects.requireNonNull(request, "request"));
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        return configuration;
    }

    @Override
    public KinesisWaiter waiter() {
        return KinesisWaiter.builder().client(this).build();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public CreateStreamResponse createStream(CreateStreamRequest request) {
        return call(request, service::createStream);
    }

    @Override
    public DecreaseStreamRetentionPeriodResponse decreaseStreamRetentionPeriod(
            DecreaseStreamRetentionPeriodRequest request) {
        return call(request, service::decreaseStreamRetentionPeriod);
    }

    @Override
    public DeleteStreamResponse deleteStream(DeleteStreamRequest request) {
        return call(request, service::deleteStream);
    }

    @Override
    public DeregisterStreamConsumerResponse deregisterStreamConsumer(DeregisterStreamConsumerRequest request) {
        return call(request, service::deregisterStreamConsumer);
    }

    @Override
    public DescribeLimitsResponse describeLimits(DescribeLimitsRequest request) {
        return call(request, service::describeLimits);
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return call(request, service::describeStream);
    }

    @Override
    public DescribeStreamConsumerResponse describeStreamConsumer(DescribeStreamConsumerRequest request) {
        return call(request, service::describeStreamConsumer);
    }

    @Override
    public DescribeStreamSummaryResponse describeStreamSummary(DescribeStreamSummaryRequest request) {
        return call(request, service::describeStreamSummary);
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        return call(request, service::getRecords);
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        return call(request, service::getShardIterator);
    }

    @Override
    public IncreaseStreamRetentionPeriodResponse increaseStreamRetentionPeriod(
            IncreaseStreamRetentionPeriodRequest request) {
        return call(request, service::increaseStreamRetentionPeriod);
    }

    @Override
    public ListShardsResponse listShards(ListShardsRequest request) {
        return call(request, service::listShards);
    }

    @Override
    public ListStreamConsumersResponse listStreamConsumers(ListStreamConsumersRequest request) {
        return call(request, service::listStreamConsumers);
    }

    @Override
    public ListStreamsResponse listStreams(ListStreamsRequest request) {
        return call(request, service::listStreams);
    }

    @Override
    public MergeShardsResponse mergeShards(MergeShardsRequest request) {
        return call(request, service::mergeShards);
    }

    @Override
    public PutRecordResponse putRecord(PutRecordRequest request) {
        return call(request, service::putRecord);
    }

    @Override
    public PutRecordsResponse putRecords(PutRecordsRequest request) {
        return call(request, service::putRecords);
    }

    @Override
    public RegisterStreamConsumerResponse registerStreamConsumer(RegisterStreamConsumerRequest request) {
        return call(request, service::registerStreamConsumer);
    }

    @Override
    public SplitShardResponse splitShard(SplitShardRequest request) {
        return call(request, service::splitShard);
    }

    @Override
    public UpdateMaxRecordSizeResponse updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        return call(request, service::updateMaxRecordSize);
    }

    @Override
    public UpdateShardCountResponse updateShardCount(UpdateShardCountRequest request) {
        return call(request, service::updateShardCount);
    }
}
