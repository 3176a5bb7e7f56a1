// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.CreateStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DeleteStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.EnhancedMetrics;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamModeDetails;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.StreamSummary;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;

/** The operations on streams as a whole. Changes take effect at once: a stream is always ACTIVE. Thread-safe. */
final class StreamApi {
    static final int MAX_RETENTION_HOURS = 8_760;
    static final int MAX_RECORD_KIB = 10_240;
    /** Shards that an account may have, as a guard against typing errors rather than a model of a quota. */
    static final int SHARD_LIMIT = 20_000;

    private static final int ON_DEMAND_SHARDS = 4;
    private static final int ON_DEMAND_STREAM_LIMIT = 50;
    private static final int MAX_PAGE = 10_000;
    private static final int DEFAULT_PAGE = 100;

    private final Account account;

    StreamApi(Account account) {
        this.account = account;
    }

    CreateStreamResponse.Builder create(CreateStreamRequest request) {
        if (request.streamName() == null) {
            throw ServiceError.constraint("streamName", "not be null");
        }
        StreamMode mode = request.streamModeDetails() == null
                ? StreamMode.PROVISIONED
                : request.streamModeDetails().streamMode();
        int shardCount = mode == StreamMode.ON_DEMAND
                ? ON_DEMAND_SHARDS
                : Numbers.inRange("shardCount", request.shardCount(), 1, Integer.MAX_VALUE);
        int maxRecordKiB = Numbers.orDefault(
                "maxRecordSizeInKiB",
                request.maxRecordSizeInKiB(),
                Stream.DEFAULT_MAX_RECORD_KIB,
                Stream.DEFAULT_MAX_RECORD_KIB,
                MAX_RECORD_KIB);
        requireShardsWithinLimit(shardCount);
        account.create(request.streamName(), shardCount, mode, maxRecordKiB);
        return CreateStreamResponse.builder();
    }

    DeleteStreamResponse.Builder delete(DeleteStreamRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        if (!stream.consumers().isEmpty() && !Boolean.TRUE.equals(request.enforceConsumerDeletion())) {
            throw new ServiceError(
                    ErrorCode.RESOURCE_IN_USE,
                    "Stream " + stream.name() + " under account " + account.id()
                            + " has registered consumers; set EnforceConsumerDeletion to delete them as well.");
        }
        account.delete(stream);
        stream.consumers().values().forEach(FanOutConsumer::endSubscriptions);
        return DeleteStreamResponse.builder();
    }

    DescribeStreamResponse.Builder describe(DescribeStreamRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        int limit = Numbers.orDefault("limit", request.limit(), DEFAULT_PAGE, 1, MAX_PAGE);
        String after = request.exclusiveStartShardId();
        List<Shard> following = stream.retainedShards().stream()
                .filter(shard -> after == null || shard.id().compareTo(after) > 0)
                .toList();
        List<Shard> page = following.subList(0, Math.min(limit, following.size()));
        return DescribeStreamResponse.builder()
                .streamDescription(StreamDescription.builder()
                        .streamName(stream.name())
                        .streamARN(stream.arn())
                        .streamStatus(StreamStatus.ACTIVE)
                        .streamModeDetails(modeOf(stream))
                        .shards(page.stream().map(Shard::toSdk).toList())
                        .hasMoreShards(page.size() < following.size())
                        .retentionPeriodHours(stream.retentionHours())
                        .streamCreationTimestamp(stream.createdAt())
                        .enhancedMonitoring(EnhancedMetrics.builder().build())
                        .encryptionType(EncryptionType.NONE)
                        .build());
    }

    DescribeStreamSummaryResponse.Builder describeSummary(DescribeStreamSummaryRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        return DescribeStreamSummaryResponse.builder()
                .streamDescriptionSummary(StreamDescriptionSummary.builder()
                        .streamName(stream.name())
                        .streamARN(stream.arn())
                        .streamStatus(StreamStatus.ACTIVE)
                        .streamModeDetails(modeOf(stream))
                        .retentionPeriodHours(stream.retentionHours())
                        .streamCreationTimestamp(stream.createdAt())
                        .enhancedMonitoring(EnhancedMetrics.builder().build())
                        .encryptionType(EncryptionType.NONE)
                        .openShardCount(stream.openShards().size())
                        .consumerCount(stream.consumers().size())
                        .maxRecordSizeInKiB(stream.maxRecordKiB())
                        .build());
    }

    ListStreamsResponse.Builder list(ListStreamsRequest request) {
        int limit = Numbers.orDefault("limit", request.limit(), DEFAULT_PAGE, 1, MAX_PAGE);
        String token = request.nextToken();
        String after =
                token == null ? request.exclusiveStartStreamName() : NextTokens.decodeName(token, account.clock());
        List<Stream> page = new ArrayList<>();
        boolean more = false;
        for (Stream stream : account.streamsAfter(after)) {
            if (page.size() == limit) {
                more = true;
                break;
            }
            page.add(stream);
        }
        return ListStreamsResponse.builder()
                .streamNames(page.stream().map(Stream::name).toList())
                .streamSummaries(page.stream().map(StreamApi::summaryOf).toList())
                .hasMoreStreams(more)
                .nextToken(
                        more ? NextTokens.encodeName(page.get(page.size() - 1).name(), account.clock()) : null);
    }

    IncreaseStreamRetentionPeriodResponse.Builder increaseRetention(IncreaseStreamRetentionPeriodRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        int hours = checkRetention(request.retentionPeriodHours());
        if (hours < stream.retentionHours()) {
            throw ServiceError.invalidArgument("Requested retention period (" + hours + " hours) for stream "
                    + stream.name() + " can not be shorter than existing retention period (" + stream.retentionHours()
                    + " hours). Use DecreaseRetentionPeriod API.");
        }
        stream.retentionHours(hours);
        return IncreaseStreamRetentionPeriodResponse.builder();
    }

    DecreaseStreamRetentionPeriodResponse.Builder decreaseRetention(DecreaseStreamRetentionPeriodRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        int hours = checkRetention(request.retentionPeriodHours());
        if (hours > stream.retentionHours()) {
            throw ServiceError.invalidArgument("Requested retention period (" + hours + " hours) for stream "
                    + stream.name() + " can not be longer than existing retention period (" + stream.retentionHours()
                    + " hours). Use IncreaseRetentionPeriod API.");
        }
        stream.retentionHours(hours);
        return DecreaseStreamRetentionPeriodResponse.builder();
    }

    UpdateMaxRecordSizeResponse.Builder updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        int kib = Numbers.inRange(
                "maxRecordSizeInKiB", request.maxRecordSizeInKiB(), Stream.DEFAULT_MAX_RECORD_KIB, MAX_RECORD_KIB);
        account.resolve(null, request.streamARN()).maxRecordKiB(kib);
        return UpdateMaxRecordSizeResponse.builder();
    }

    DescribeLimitsResponse.Builder describeLimits() {
        int onDemand = (int) account.streams().stream()
                .filter(stream -> stream.mode() == StreamMode.ON_DEMAND)
                .count();
        return DescribeLimitsResponse.builder()
                .shardLimit(SHARD_LIMIT)
                .openShardCount(openShards())
                .onDemandStreamCount(onDemand)
                .onDemandStreamCountLimit(ON_DEMAND_STREAM_LIMIT);
    }

    void requireShardsWithinLimit(int additional) {
        int current = openShards();
        if ((long) current + additional > SHARD_LIMIT) {
            throw new ServiceError(
                    ErrorCode.LIMIT_EXCEEDED,
                    "This request would exceed the shard limit for the account " + account.id()
                            + ". Current shard count for the account: " + current + ". Limit: " + SHARD_LIMIT
                            + ". Number of additional shards that would have resulted from this request: " + additional
                            + ".");
        }
    }

    private int openShards() {
        return account.streams().stream()
                .mapToInt(stream -> stream.openShards().size())
                .sum();
    }

    private static int checkRetention(@Nullable Integer hours) {
        if (hours == null) {
            throw ServiceError.constraint("retentionPeriodHours", "not be null");
        }
        if (hours < Stream.DEFAULT_RETENTION_HOURS) {
            throw ServiceError.invalidArgument("Minimum allowed retention period is " + Stream.DEFAULT_RETENTION_HOURS
                    + " hours. Requested retention period (" + hours + " hours) is too short.");
        }
        if (hours > MAX_RETENTION_HOURS) {
            throw ServiceError.invalidArgument("Maximum allowed retention period is " + MAX_RETENTION_HOURS
                    + " hours. Requested retention period (" + hours + " hours) is too long.");
        }
        return hours;
    }

    private static StreamSummary summaryOf(Stream stream) {
        return StreamSummary.builder()
                .streamName(stream.name())
                .streamARN(stream.arn())
                .streamStatus(StreamStatus.ACTIVE)
                .streamModeDetails(modeOf(stream))
                .streamCreationTimestamp(stream.createdAt())
                .build();
    }

    private static StreamModeDetails modeOf(Stream stream) {
        return StreamModeDetails.builder().streamMode(stream.mode()).build();
    }
}
