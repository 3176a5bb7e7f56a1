// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.internal.SealedCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** The two calls that a batching producer makes. Thread-safe. */
interface StreamClient {
    /** Puts records that are sealed. Throws nothing: every failure is the future's. */
    CompletableFuture<PutRecordsResponse> putRecords(List<KinesisRecord> records, Duration timeout);

    /** Asks for the stream's open shards and its limits. Throws nothing: every failure is the future's. */
    CompletableFuture<DescribeStreamSummaryResponse> describe(Duration timeout);

    /** The calls of a client of the SDK's, for one stream. */
    static StreamClient of(KinesisAsyncClient client, StreamIdentity stream) {
        return new Sdk(client, stream);
    }

    /** Through the SDK. */
    record Sdk(KinesisAsyncClient client, StreamIdentity stream) implements StreamClient {
        private static final SdkPlugin ONE_ATTEMPT = configuration ->
                configuration.overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()));

        @Override
        public CompletableFuture<PutRecordsResponse> putRecords(List<KinesisRecord> records, Duration timeout) {
            List<PutRecordsRequestEntry> entries = new ArrayList<>(records.size());
            for (KinesisRecord sealed : records) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey(sealed.partitionKey())
                        .explicitHashKey(sealed.explicitHashKey())
                        .data(SdkBytes.fromByteArrayUnsafe(sealed.data()))
                        .build());
            }
            try {
                PutRecordsRequest request = named(PutRecordsRequest.builder()
                                .records(entries)
                                .overrideConfiguration(override -> once(override, timeout)))
                        .build();
                return Objects.requireNonNull(
                        SealedCalls.until(entries.get(0).data(), () -> client.putRecords(request)),
                        "The client gave no future");
            } catch (RuntimeException | Error e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletableFuture<DescribeStreamSummaryResponse> describe(Duration timeout) {
            DescribeStreamSummaryRequest.Builder request = DescribeStreamSummaryRequest.builder()
                    .overrideConfiguration(override -> override.apiCallTimeout(timeout));
            if (stream.arn() == null) {
                request.streamName(stream.name());
            } else {
                request.streamARN(stream.arn());
            }
            try {
                return Objects.requireNonNull(
                        client.describeStreamSummary(request.build()), "The client gave no future");
            } catch (RuntimeException | Error e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        /** A call that the SDK makes once: the producer itself tries again, and must know of each attempt whether it may have stored the records. */
        private static void once(AwsRequestOverrideConfiguration.Builder override, Duration timeout) {
            override.apiCallTimeout(timeout).addPlugin(ONE_ATTEMPT);
        }

        private PutRecordsRequest.Builder named(PutRecordsRequest.Builder request) {
            return stream.arn() == null ? request.streamName(stream.name()) : request.streamARN(stream.arn());
        }
    }
}
