// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** The in-memory service at the end of a network that takes its time, loses answers, and never answers some calls. Keeps what was written, in order. */
@SuppressWarnings("FutureReturnValueIgnored") // What comes of a record is looked for in the stream.
final class SimulatedStream implements StreamClient {
    /** What becomes of a call. */
    enum Fate {
        /** It is answered, by success or by the service's own fault. */
        ANSWERED,
        /** It does its work, and the answer is lost. */
        ANSWER_LOST,
        /** It does its work, and the service says that it has failed. */
        FAILS_AFTER_SUCCESS,
        /** It never reaches the service. */
        REQUEST_LOST,
        /** It does its work, and the client never hears of it again. */
        HANGS
    }

    /** A Kinesis record that was written. */
    record Written(String shardId, String sequenceNumber, KinesisRecord record) {}

    final List<Written> written = new ArrayList<>();
    final InMemoryKinesis kinesis;
    Supplier<Fate> fates = () -> Fate.ANSWERED;
    Supplier<Duration> latency = () -> Duration.ofMillis(10);
    int calls;
    int inFlight;
    int mostInFlight;
    private final Simulation simulation;
    private final StreamClient service;

    SimulatedStream(InMemoryKinesis kinesis, String stream, Simulation simulation) {
        this.kinesis = kinesis;
        this.simulation = simulation;
        KinesisAsyncClient client = kinesis.asyncClient();
        this.service = StreamClient.of(client, StreamIdentity.of(stream));
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(List<KinesisRecord> records, Duration timeout) {
        calls++;
        mostInFlight = Math.max(mostInFlight, ++inFlight);
        CompletableFuture<PutRecordsResponse> answer = new CompletableFuture<>();
        Fate fate = fates.get();
        Duration half = latency.get().dividedBy(2);
        simulation.in(half, () -> {
            CompletableFuture<PutRecordsResponse> served =
                    fate == Fate.REQUEST_LOST ? new CompletableFuture<>() : write(records, timeout);
            simulation.in(half, () -> {
                inFlight--;
                answer(fate, served, answer);
            });
        });
        return answer;
    }

    private CompletableFuture<PutRecordsResponse> write(List<KinesisRecord> records, Duration timeout) {
        CompletableFuture<PutRecordsResponse> served = service.putRecords(records, timeout);
        if (!served.isCompletedExceptionally()) {
            List<PutRecordsResultEntry> entries = served.join().records();
            for (int i = 0; i < entries.size(); i++) {
                PutRecordsResultEntry entry = entries.get(i);
                if (entry.errorCode() == null) {
                    written.add(new Written(entry.shardId(), entry.sequenceNumber(), records.get(i)));
                }
            }
        }
        return served;
    }

    private static void answer(
            Fate fate, CompletableFuture<PutRecordsResponse> served, CompletableFuture<PutRecordsResponse> answer) {
        switch (fate) {
            case ANSWERED ->
                served.whenComplete((response, failure) -> {
                    if (failure == null) {
                        answer.complete(response);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            case ANSWER_LOST, REQUEST_LOST ->
                answer.completeExceptionally(SdkClientException.create("The connection was reset"));
            case FAILS_AFTER_SUCCESS ->
                answer.completeExceptionally(KinesisException.builder()
                        .message("Internal service failure")
                        .statusCode(500)
                        .build());
            case HANGS -> {}
        }
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describe(Duration timeout) {
        CompletableFuture<DescribeStreamSummaryResponse> answer = new CompletableFuture<>();
        simulation.in(
                latency.get(),
                () -> service.describe(timeout).whenComplete((response, failure) -> {
                    if (failure == null) {
                        answer.complete(response);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                }));
        return answer;
    }
}
