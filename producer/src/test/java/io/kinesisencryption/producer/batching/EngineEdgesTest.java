// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.testkit.UnprintableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** What happens rarely to a batching producer, in simulated time. */
@SuppressWarnings("FutureReturnValueIgnored") // What comes of a record is looked for in the stream.
class EngineEdgesTest {
    private static final long SEED = 20261128;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedProducer.Options options = new SimulatedProducer.Options();
    private SimulatedProducer producer;

    private void start() {
        producer = new SimulatedProducer(SEED, options);
    }

    @AfterEach
    void close() {
        if (producer != null) {
            producer.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRecordThatComesBetweenTheEndAndItsCallersLookIsRefused() throws Exception {
        start();
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch ran = new CountDownLatch(1);
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        Thread caller = new Thread(() -> futures.add(producer.put("a", new byte[1])));
        producer.simulation.onWakeSoon = () -> {
            left.countDown();
            await(ran);
        };
        producer.engine.later(() -> {
            producer.engine.end("closed", null);
            caller.start();
            await(left);
        });
        producer.run(SECOND);
        ran.countDown();
        caller.join();
        assertThat(futures.get(0)).isCompletedExceptionally();
        assertThat(producer.budget.records()).isZero();
    }

    @Test
    void aFlushOfAProducerThatHasJustEndedWaitsForTheFuturesOfItsRecords() {
        options.deliveryTimeout = Duration.ofMinutes(1);
        start();
        producer.stream.fates = () -> SimulatedStream.Fate.REQUEST_LOST;
        CompletableFuture<PutReceipt> future = producer.put("a", new byte[1]);
        producer.run(SECOND);
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        List<Boolean> recordsWereDone = new ArrayList<>();
        flushed.thenRun(() -> recordsWereDone.add(future.isDone()));
        producer.engine.later(() -> producer.engine.end("closed", null));
        producer.engine.run();
        producer.engine.flush(flushed, true);
        producer.run(SECOND);
        assertThat(recordsWereDone).containsExactly(true);
    }

    @Test
    void aLongQueueOfOneSliceThatIsGivenUpAtOnceDoesNotBreakTheProducer() {
        options.slices = 1;
        options.maxAggregateRecords = 1;
        options.deliveryTimeout = Duration.ofSeconds(10);
        start();
        producer.stream.fates = () -> SimulatedStream.Fate.REQUEST_LOST;
        for (int i = 0; i < 100_000; i++) {
            producer.put("a", new byte[1]);
        }
        producer.run(Duration.ofSeconds(20));
        producer.stream.fates = () -> SimulatedStream.Fate.ANSWERED;
        assertThat(producer.engine.broken()).isNull();
        CompletableFuture<PutReceipt> next = producer.put("a", new byte[1]);
        producer.run(SECOND);
        assertThat(next).isCompleted();
    }

    @Test
    void aggregatesThatAreFullAreNotKeptForTheirLingerTime() {
        options.slices = 1;
        options.linger = Duration.ofMinutes(1);
        options.deliveryTimeout = Duration.ofMinutes(5);
        options.maxAggregateRecords = 2;
        start();
        for (int i = 0; i < 100; i++) {
            producer.put("a", new byte[1]);
            producer.run(Duration.ofMillis(100));
        }
        assertThat(producer.stream.written).hasSizeGreaterThan(40);
        assertThat(producer.engine.lingering()).isLessThan(2);
    }

    @Test
    void whatTheServiceRefusedAfterTheClientTriedItSeveralTimesMayHaveBeenWritten() {
        var denied = KinesisException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("AccessDeniedException")
                        .build());
        assertThat(Verdict.of(denied.numAttempts(1).build()).mayHaveBeenWritten())
                .isFalse();
        Verdict verdict = Verdict.of(denied.numAttempts(2).build());
        assertThat(verdict.mayHaveBeenWritten()).isTrue();
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.PERMANENT);
        Verdict throttled = Verdict.of(ProvisionedThroughputExceededException.builder()
                .statusCode(400)
                .numAttempts(3)
                .build());
        assertThat(throttled.mayHaveBeenWritten()).isTrue();
    }

    @Test
    void aFailureWhoseMessageCannotBeReadFailsEveryRecordAllTheSame() {
        start();
        producer.stream.latency = () -> Duration.ofDays(1);
        List<CompletableFuture<PutReceipt>> futures =
                List.of(producer.put("a", new byte[1]), producer.put("b", new byte[1]));
        producer.run(SECOND);
        producer.engine.later(() -> producer.engine.end("broken", new UnprintableException()));
        producer.run(SECOND);
        assertThat(futures)
                .allSatisfy(future -> assertThatThrownBy(future::join)
                        .hasCauseInstanceOf(PutFailedException.class)
                        .cause()
                        .hasMessageContaining(UnprintableException.class.getName()));
        assertThat(producer.budget.records()).isZero();
    }

    @Test
    void recordsDoNotWaitForADescriptionThatNeverComes() {
        options.deliveryTimeout = Duration.ofSeconds(30);
        start();
        producer.stream.latency = () -> Duration.ofDays(1);
        CompletableFuture<PutReceipt> future = producer.put("a", new byte[1]);
        producer.run(SECOND);
        producer.stream.latency = () -> Duration.ofMillis(10);
        producer.run(Duration.ofSeconds(15));
        assertThat(future).isCompleted();
    }

    @Test
    void aClientThatGivesNoFutureFailsTheCallAndNotTheProducer() {
        KinesisAsyncClient client = new KinesisAsyncClient() {
            @Override
            public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
                return null;
            }

            @Override
            public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
                    DescribeStreamSummaryRequest request) {
                throw new NoClassDefFoundError("of the client");
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
        StreamClient stream = StreamClient.of(client, StreamIdentity.of("orders"));
        assertThat(stream.putRecords(List.of(), SECOND)).isCompletedExceptionally();
        assertThat(stream.describe(SECOND)).isCompletedExceptionally();
    }
}
