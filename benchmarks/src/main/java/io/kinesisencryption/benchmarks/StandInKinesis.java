// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * The cheapest service that there can be: it keeps nothing, looks at nothing but how many records came, and answers with a response made before,
 * at once, after a set time, or never. Thread-safe.
 */
final class StandInKinesis implements KinesisAsyncClient {
    /** So long that it is for ever. */
    static final Duration NEVER = Duration.ofDays(10_000);

    private static final int MAX_RECORDS = 500;

    private final Duration delay;
    private final int openShards;
    private final @Nullable ScheduledExecutorService timer;
    private final AtomicReferenceArray<@Nullable PutRecordsResponse> responses =
            new AtomicReferenceArray<>(MAX_RECORDS + 1);
    private final LongAdder calls = new LongAdder();
    private final LongAdder records = new LongAdder();

    /**
     * @param delay from a request to its answer; zero answers on the caller's thread, {@link #NEVER} not at all
     * @param openShards what it says of its stream
     */
    StandInKinesis(Duration delay, int openShards) {
        this.delay = delay;
        this.openShards = openShards;
        this.timer = delay.isZero() || delay.equals(NEVER)
                ? null
                : Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "stand-in-kinesis");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        int count = request.records().size();
        calls.increment();
        records.add(count);
        if (delay.isZero()) {
            return CompletableFuture.completedFuture(response(count));
        }
        CompletableFuture<PutRecordsResponse> answer = new CompletableFuture<>();
        if (timer != null) {
            var unused = timer.schedule(() -> answer.complete(response(count)), delay.toNanos(), TimeUnit.NANOSECONDS);
        }
        return answer;
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
            DescribeStreamSummaryRequest request) {
        return CompletableFuture.completedFuture(DescribeStreamSummaryResponse.builder()
                .streamDescriptionSummary(summary -> summary.openShardCount(openShards))
                .build());
    }

    /** How many Kinesis records came so far. */
    long records() {
        return records.sum();
    }

    /** How many calls of PutRecords came so far. */
    long calls() {
        return calls.sum();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }

    private PutRecordsResponse response(int count) {
        PutRecordsResponse response = responses.get(count);
        if (response == null) {
            PutRecordsResultEntry entry = PutRecordsResultEntry.builder()
                    .shardId("shardId-000000000000")
                    .sequenceNumber("49545115243490985018280067714973144582180062593244200961")
                    .build();
            response = PutRecordsResponse.builder()
                    .failedRecordCount(0)
                    .records(Collections.nCopies(count, entry))
                    .build();
            responses.set(count, response);
        }
        return response;
    }
}
