// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.waiters.KinesisAsyncWaiter;

@Timeout(240)
class AsyncClientTest {
    private static CompletableFuture<PutRecordsResponse> put(KinesisAsyncClient client) {
        return client.putRecords(r -> r.streamName(STREAM).records(entry("k", "x")));
    }

    @Test
    void callsRunOnThreadsOfTheServiceByDefault() throws Exception {
        InMemoryKinesis kinesis = InMemoryKinesis.create();
        kinesis.createStream(STREAM, 1);
        CompletableFuture<String> thread = new CompletableFuture<>();
        kinesis.faults().inject(KinesisFault.throttled("PutRecords").when(request -> {
            thread.complete(Thread.currentThread().getName());
            return false;
        }));

        assertThat(put(kinesis.asyncClient()).get(60, TimeUnit.SECONDS).failedRecordCount())
                .isZero();

        assertThat(thread.get()).startsWith("in-memory-kinesis-");
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(1);
    }

    @Test
    void errorsArriveInTheFutureAsTheyAre() {
        KinesisAsyncClient client = InMemoryKinesis.create().asyncClient();

        assertThatThrownBy(() -> put(client).get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aCallThatIsCancelledBeforeItsTurnHasNoEffect() {
        QueueExecutor executor = new QueueExecutor();
        InMemoryKinesis kinesis =
                InMemoryKinesis.builder().asyncExecutor(executor).build();
        kinesis.createStream(STREAM, 1);

        CompletableFuture<PutRecordsResponse> cancelled = put(kinesis.asyncClient());
        CompletableFuture<PutRecordsResponse> kept = put(kinesis.asyncClient());
        assertThat(kept).isNotDone();
        cancelled.cancel(true);
        executor.runAll();

        assertThat(kept).isCompleted();
        assertThat(kinesis.storedRecords(STREAM)).hasSize(1);
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(1);
    }

    @Test
    void aCallCanFinishBeforeItReturns() {
        InMemoryKinesis kinesis =
                InMemoryKinesis.builder().asyncExecutor(Runnable::run).build();
        kinesis.createStream(STREAM, 1);

        assertThat(put(kinesis.asyncClient())).isCompleted();
    }

    @Test
    void anExecutorThatRefusesFailsTheFuture() {
        InMemoryKinesis kinesis = InMemoryKinesis.builder()
                .asyncExecutor(task -> {
                    throw new RejectedExecutionException("full");
                })
                .build();

        assertThat(put(kinesis.asyncClient()))
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(SdkClientException.class);
    }

    @Test
    void aClosedClientRefusesCallsAndOthersGoOn() {
        InMemoryKinesis kinesis =
                InMemoryKinesis.builder().asyncExecutor(Runnable::run).build();
        kinesis.createStream(STREAM, 1);
        KinesisAsyncClient closed = kinesis.asyncClient();
        closed.close();

        assertThatIllegalStateException().isThrownBy(() -> put(closed));
        assertThat(put(kinesis.asyncClient())).isCompleted();
    }

    @Test
    void paginatorsAndWaitersOfTheSdkWork() throws Exception {
        InMemoryKinesis kinesis = InMemoryKinesis.create();
        for (int i = 0; i < 5; i++) {
            kinesis.createStream("stream-" + i, 1);
        }
        KinesisAsyncClient client = kinesis.asyncClient();
        java.util.List<String> names = new java.util.concurrent.CopyOnWriteArrayList<>();
        client.listStreamsPaginator(r -> r.limit(2))
                .streamNames()
                .subscribe(names::add)
                .get(60, TimeUnit.SECONDS);
        assertThat(names).containsExactly("stream-0", "stream-1", "stream-2", "stream-3", "stream-4");

        try (KinesisAsyncWaiter waiter = client.waiter()) {
            DescribeStreamResponse response = waiter.waitUntilStreamExists(r -> r.streamName("stream-3"))
                    .get(60, TimeUnit.SECONDS)
                    .matched()
                    .response()
                    .orElseThrow();
            assertThat(response.streamDescription().streamName()).isEqualTo("stream-3");
        }
    }
}
