// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.AddTagsToStreamRequest;
import software.amazon.awssdk.services.kinesis.model.AddTagsToStreamResponse;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteResourcePolicyRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteResourcePolicyResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeAccountSettingsRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeAccountSettingsResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.DisableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.DisableEnhancedMonitoringResponse;
import software.amazon.awssdk.services.kinesis.model.EnableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.EnableEnhancedMonitoringResponse;
import software.amazon.awssdk.services.kinesis.model.GetResourcePolicyRequest;
import software.amazon.awssdk.services.kinesis.model.GetResourcePolicyResponse;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamRequest;
import software.amazon.awssdk.services.kinesis.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutResourcePolicyRequest;
import software.amazon.awssdk.services.kinesis.model.PutResourcePolicyResponse;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.RemoveTagsFromStreamRequest;
import software.amazon.awssdk.services.kinesis.model.RemoveTagsFromStreamResponse;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.StartStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.StartStreamEncryptionResponse;
import software.amazon.awssdk.services.kinesis.model.StopStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.StopStreamEncryptionResponse;
import software.amazon.awssdk.services.kinesis.model.TagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.TagResourceResponse;
import software.amazon.awssdk.services.kinesis.model.UntagResourceRequest;
import software.amazon.awssdk.services.kinesis.model.UntagResourceResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateAccountSettingsRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateAccountSettingsResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamModeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamModeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamWarmThroughputRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamWarmThroughputResponse;
import software.amazon.awssdk.services.kinesis.waiters.KinesisWaiter;

/**
 * Hands every operation to another client. Those that read records are left to the subclass, so that none can be forgotten; an operation that a later
 * SDK adds keeps the SDK's refusal until it is decided here. The SDK's overloads with a builder and its paginators end in the operations below.
 */
abstract class DelegatingKinesisClient implements KinesisClient {
    private final KinesisClient delegate;

    DelegatingKinesisClient(KinesisClient delegate) {
        this.delegate = delegate;
    }

    final KinesisClient delegate() {
        return delegate;
    }

    @Override
    public final String serviceName() {
        return delegate.serviceName();
    }

    @Override
    public final KinesisServiceClientConfiguration serviceClientConfiguration() {
        return delegate.serviceClientConfiguration();
    }

    @Override
    public final KinesisWaiter waiter() {
        return delegate.waiter();
    }

    @Override
    public final void close() {
        delegate.close();
    }

    @Override
    public final AddTagsToStreamResponse addTagsToStream(AddTagsToStreamRequest request) {
        return delegate.addTagsToStream(request);
    }

    @Override
    public final CreateStreamResponse createStream(CreateStreamRequest request) {
        return delegate.createStream(request);
    }

    @Override
    public final DecreaseStreamRetentionPeriodResponse decreaseStreamRetentionPeriod(
            DecreaseStreamRetentionPeriodRequest request) {
        return delegate.decreaseStreamRetentionPeriod(request);
    }

    @Override
    public final DeleteResourcePolicyResponse deleteResourcePolicy(DeleteResourcePolicyRequest request) {
        return delegate.deleteResourcePolicy(request);
    }

    @Override
    public final DeleteStreamResponse deleteStream(DeleteStreamRequest request) {
        return delegate.deleteStream(request);
    }

    @Override
    public final DeregisterStreamConsumerResponse deregisterStreamConsumer(DeregisterStreamConsumerRequest request) {
        return delegate.deregisterStreamConsumer(request);
    }

    @Override
    public final DescribeAccountSettingsResponse describeAccountSettings(DescribeAccountSettingsRequest request) {
        return delegate.describeAccountSettings(request);
    }

    @Override
    public final DescribeLimitsResponse describeLimits(DescribeLimitsRequest request) {
        return delegate.describeLimits(request);
    }

    @Override
    public final DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return delegate.describeStream(request);
    }

    @Override
    public final DescribeStreamConsumerResponse describeStreamConsumer(DescribeStreamConsumerRequest request) {
        return delegate.describeStreamConsumer(request);
    }

    @Override
    public final DescribeStreamSummaryResponse describeStreamSummary(DescribeStreamSummaryRequest request) {
        return delegate.describeStreamSummary(request);
    }

    @Override
    public final DisableEnhancedMonitoringResponse disableEnhancedMonitoring(DisableEnhancedMonitoringRequest request) {
        return delegate.disableEnhancedMonitoring(request);
    }

    @Override
    public final EnableEnhancedMonitoringResponse enableEnhancedMonitoring(EnableEnhancedMonitoringRequest request) {
        return delegate.enableEnhancedMonitoring(request);
    }

    @Override
    public final GetResourcePolicyResponse getResourcePolicy(GetResourcePolicyRequest request) {
        return delegate.getResourcePolicy(request);
    }

    @Override
    public final IncreaseStreamRetentionPeriodResponse increaseStreamRetentionPeriod(
            IncreaseStreamRetentionPeriodRequest request) {
        return delegate.increaseStreamRetentionPeriod(request);
    }

    @Override
    public final ListShardsResponse listShards(ListShardsRequest request) {
        return delegate.listShards(request);
    }

    @Override
    public final ListStreamConsumersResponse listStreamConsumers(ListStreamConsumersRequest request) {
        return delegate.listStreamConsumers(request);
    }

    @Override
    public final ListStreamsResponse listStreams(ListStreamsRequest request) {
        return delegate.listStreams(request);
    }

    @Override
    public final ListTagsForResourceResponse listTagsForResource(ListTagsForResourceRequest request) {
        return delegate.listTagsForResource(request);
    }

    @Override
    public final ListTagsForStreamResponse listTagsForStream(ListTagsForStreamRequest request) {
        return delegate.listTagsForStream(request);
    }

    @Override
    public final MergeShardsResponse mergeShards(MergeShardsRequest request) {
        return delegate.mergeShards(request);
    }

    @Override
    public final PutRecordResponse putRecord(PutRecordRequest request) {
        return delegate.putRecord(request);
    }

    @Override
    public final PutRecordsResponse putRecords(PutRecordsRequest request) {
        return delegate.putRecords(request);
    }

    @Override
    public final PutResourcePolicyResponse putResourcePolicy(PutResourcePolicyRequest request) {
        return delegate.putResourcePolicy(request);
    }

    @Override
    public final RegisterStreamConsumerResponse registerStreamConsumer(RegisterStreamConsumerRequest request) {
        return delegate.registerStreamConsumer(request);
    }

    @Override
    public final RemoveTagsFromStreamResponse removeTagsFromStream(RemoveTagsFromStreamRequest request) {
        return delegate.removeTagsFromStream(request);
    }

    @Override
    public final SplitShardResponse splitShard(SplitShardRequest request) {
        return delegate.splitShard(request);
    }

    @Override
    public final StartStreamEncryptionResponse startStreamEncryption(StartStreamEncryptionRequest request) {
        return delegate.startStreamEncryption(request);
    }

    @Override
    public final StopStreamEncryptionResponse stopStreamEncryption(StopStreamEncryptionRequest request) {
        return delegate.stopStreamEncryption(request);
    }

    @Override
    public final TagResourceResponse tagResource(TagResourceRequest request) {
        return delegate.tagResource(request);
    }

    @Override
    public final UntagResourceResponse untagResource(UntagResourceRequest request) {
        return delegate.untagResource(request);
    }

    @Override
    public final UpdateAccountSettingsResponse updateAccountSettings(UpdateAccountSettingsRequest request) {
        return delegate.updateAccountSettings(request);
    }

    @Override
    public final UpdateMaxRecordSizeResponse updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        return delegate.updateMaxRecordSize(request);
    }

    @Override
    public final UpdateShardCountResponse updateShardCount(UpdateShardCountRequest request) {
        return delegate.updateShardCount(request);
    }

    @Override
    public final UpdateStreamModeResponse updateStreamMode(UpdateStreamModeRequest request) {
        return delegate.updateStreamMode(request);
    }

    @Override
    public final UpdateStreamWarmThroughputResponse updateStreamWarmThroughput(
            UpdateStreamWarmThroughputRequest request) {
        return delegate.updateStreamWarmThroughput(request);
    }
}
