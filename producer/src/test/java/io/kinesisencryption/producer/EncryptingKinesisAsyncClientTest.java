// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.ClientFixture.Events;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** What is the asynchronous client's alone: who waits, who encrypts, and what ends a request that is under way. */
class EncryptingKinesisAsyncClientTest {
    private static final String STREAM = ClientFixture.STREAM;

    private final HeldCalls calls = new HeldCalls();
    private final ManualTimers timers = new ManualTimers();
    private final Events events = new Events();
    private final AtomicReference<Runnable> onEncrypted = new AtomicReference<>(() -> {});
    private final AtomicInteger encrypted = new AtomicInteger();
    private final CountDownLatch keyServiceAnswers = new CountDownLatch(1);
    private final InMemoryKms kms = InMemoryKms.create();
    private final InMemoryKinesis atOnce =
            InMemoryKinesis.builder().asyncExecutor(Runnable::run).build();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
            .listener(new EncryptionListener() {
                @Override
                public void onEncrypted(Encrypted event) {
                    encrypted.incrementAndGet();
                    onEncrypted.get().run();
                }
            })
            .build();
    private final List<EncryptingKinesisAsyncClient> clients = new ArrayList<>();

    EncryptingKinesisAsyncClientTest() {
        atOnce.createStream(STREAM, 1);
        atOnce.createStream("other", 1);
    }

    @AfterEach
    void close() {
        keyServiceAnswers.countDown();
        clients.forEach(EncryptingKinesisAsyncClient::close);
        encryption.close();
    }

    private EncryptingKinesisAsyncClient client(InMemoryKinesis kinesis) {
        return client(kinesis.asyncClient());
    }

    private EncryptingKinesisAsyncClient client(KinesisAsyncClient delegate) {
        EncryptingKinesisAsyncClient client = EncryptingKinesisAsyncClient.builder(delegate, encryption)
                .encryptorOptions(ClientFixture.COMPACT)
                .listener(events)
                .timers(timers)
                // No time passes but what a test lets pass.
                .nanoClock(() -> 0)
                .build();
        clients.add(client);
        return client;
    }

    private static CompletableFuture<PutRecordResponse> putOne(EncryptingKinesisAsyncClient client, String stream) {
        return client.putRecord(r -> r.streamName(stream).partitionKey("p").data(ClientFixture.bytes("x")));
    }

    private static CompletableFuture<PutRecordResponse> putOne(EncryptingKinesisAsyncClient client) {
        return putOne(client, STREAM);
    }

    private static CompletableFuture<PutRecordsResponse> putMany(EncryptingKinesisAsyncClient client, int records) {
        return client.putRecords(r -> r.streamName(STREAM)
                .records(ClientFixture.orders(records))
                .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(10))));
    }

    private void keyServiceHangs() {
        kms.onEachCall(call -> {
            try {
                keyServiceAnswers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void endThreads(EncryptingKinesisAsyncClient client) throws InterruptedException {
        client.close();
        for (Thread thread : events.encryptionThreads) {
            thread.join(SECONDS.toMillis(60));
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    @Test
    void theCallerNeitherWaitsForTheKeyServiceNorEncrypts() {
        keyServiceHangs();
        CompletableFuture<PutRecordResponse> future = putOne(client(atOnce));

        assertThat(future).isNotDone();
        keyServiceAnswers.countDown();
        assertThat(Flavour.result(future).sequenceNumber()).isNotNull();

        assertThat(events.encryptionThreads).singleElement().satisfies(thread -> {
            assertThat(thread.getName()).startsWith("kinesis-encryption-");
            assertThat(thread.isDaemon()).isTrue();
        });
    }

    @Test
    void requestsThatWaitForADataKeyHoldNoThread() {
        EncryptingKinesisAsyncClient client = client(atOnce);
        Flavour.result(putOne(client, "other"));
        keyServiceHangs();
        List<CompletableFuture<PutRecordResponse>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(putOne(client));
        }

        Flavour.result(putOne(client, "other"));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        keyServiceAnswers.countDown();
        waiting.forEach(Flavour::result);
        assertThat(atOnce.storedRecords(STREAM)).hasSize(100);
    }

    @Test
    void moreRequestsThanMayWaitAreRefusedAndMayBeTriedAgain() {
        EncryptingKinesisAsyncClient client = client(atOnce);
        keyServiceHangs();
        List<CompletableFuture<PutRecordResponse>> waiting = new ArrayList<>();
        for (int i = 0; i < EncryptionThreads.MAX_WAITING; i++) {
            waiting.add(putOne(client));
        }

        CompletableFuture<PutRecordResponse> refused = putOne(client);
        assertThat(refused).isCompletedExceptionally();
        assertThatThrownBy(() -> Flavour.result(refused))
                .isInstanceOf(RetryableException.class)
                .hasMessageContaining("10000");

        waiting.get(0).cancel(true);
        CompletableFuture<PutRecordResponse> again = putOne(client);
        keyServiceAnswers.countDown();
        Flavour.result(again);
        waiting.stream().skip(1).forEach(Flavour::result);
        assertThat(atOnce.storedRecords(STREAM)).hasSize(EncryptionThreads.MAX_WAITING);
    }

    @Test
    void aRequestThatIsCancelledWhileItWaitsForADataKeyIsNotEncrypted() throws InterruptedException {
        keyServiceHangs();
        EncryptingKinesisAsyncClient client = client(atOnce);
        CompletableFuture<PutRecordResponse> cancelled = putOne(client);
        CompletableFuture<PutRecordResponse> other = putOne(client);

        assertThat(cancelled.cancel(true)).isTrue();
        keyServiceAnswers.countDown();
        Flavour.result(other);
        endThreads(client);

        assertThat(encrypted).hasValue(1);
        assertThat(atOnce.storedRecords(STREAM)).hasSize(1);
    }

    @Test
    void aRequestThatIsCancelledWhileItIsEncryptedIsNotSent() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(atOnce);
        CompletableFuture<CompletableFuture<?>> future = new CompletableFuture<>();
        onEncrypted.set(() -> {
            if (encrypted.get() == 3) {
                future.join().cancel(true);
            }
        });
        CompletableFuture<PutRecordsResponse> cancelled = putMany(client, 10);
        future.complete(cancelled);

        assertThatThrownBy(cancelled::join).isInstanceOf(CancellationException.class);
        endThreads(client);

        assertThat(encrypted).hasValue(3);
        assertThat(atOnce.callCount("PutRecords")).isZero();
    }

    @Test
    void aRequestThatIsCancelledWhileItsCallIsInFlightCancelsTheCall() throws InterruptedException {
        CompletableFuture<PutRecordResponse> cancelled = putOne(client(calls.client()));
        HeldCalls.Call call = calls.take();

        cancelled.cancel(true);

        call.assertCancelled();
    }

    @Test
    void aRequestThatIsCancelledBetweenItsCallsSendsNoMoreOfThem() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(calls.client());
        CompletableFuture<PutRecordsResponse> cancelled = putMany(client, 1_400);
        calls.take().succeed();
        HeldCalls.Call second = calls.take();

        cancelled.cancel(true);
        second.assertCancelled();
        endThreads(client);

        assertThat(calls.isEmpty()).isTrue();
        assertThat(cancelled).isCancelled();
        assertThat(events.partsFailed).isEmpty();
    }

    @Test
    void aRequestThatTheApplicationCompletesItselfSendsNoMoreEither() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(calls.client());
        CompletableFuture<PutRecordsResponse> completed = putMany(client, 1_400);
        HeldCalls.Call first = calls.take();

        completed.complete(PutRecordsResponse.builder().build());
        first.assertCancelled();
        endThreads(client);

        assertThat(calls.isEmpty()).isTrue();
    }

    @Test
    void cancellingAnAnswerChangesNothing() {
        CompletableFuture<PutRecordResponse> done = putOne(client(atOnce));
        Flavour.result(done);

        assertThat(done.cancel(true)).isFalse();
        assertThat(atOnce.storedRecords(STREAM)).hasSize(1);
    }

    @Test
    void whenTheTimeIsOverWhileARequestWaitsForADataKeyItFailsAndIsNotSent() throws InterruptedException {
        keyServiceHangs();
        EncryptingKinesisAsyncClient client = client(atOnce);
        CompletableFuture<PutRecordsResponse> late = putMany(client, 1);

        timers.all.get(0).goOff();

        assertThatThrownBy(() -> Flavour.result(late))
                .isInstanceOf(ApiCallTimeoutException.class)
                .hasMessageContaining("10000");
        keyServiceAnswers.countDown();
        Flavour.result(putOne(client));
        endThreads(client);
        assertThat(atOnce.callCount("PutRecords")).isZero();
    }

    @Test
    void whenTheTimeIsOverInTheFirstCallItIsCancelled() throws InterruptedException {
        CompletableFuture<PutRecordsResponse> late = putMany(client(calls.client()), 501);
        HeldCalls.Call first = calls.take();

        timers.all.get(0).goOff();

        first.assertCancelled();
        assertThatThrownBy(() -> Flavour.result(late)).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(events.partsFailed).isEmpty();
    }

    @Test
    void whenTheTimeIsOverInALaterCallTheAnswerHasWhatWasStored() throws InterruptedException {
        CompletableFuture<PutRecordsResponse> late = putMany(client(calls.client()), 501);
        calls.take().succeed();
        HeldCalls.Call second = calls.take();

        timers.all.get(0).goOff();

        second.assertCancelled();
        PutRecordsResponse response = Flavour.result(late);
        assertThat(response.records()).hasSize(501);
        assertThat(response.failedRecordCount()).isEqualTo(1);
        assertThat(response.records().get(500).errorCode()).isEqualTo("InternalFailure");
        assertThat(events.partsFailed)
                .singleElement()
                .satisfies(event -> assertThat(event.cause()).isInstanceOf(ApiCallTimeoutException.class));
    }

    @Test
    void aTimerIsSetForTheWholeRequestAndCancelledWithIt() {
        EncryptingKinesisAsyncClient client = client(atOnce);
        CompletableFuture<PutRecordsResponse> future = putMany(client, 1);
        PutRecordsResponse response = Flavour.result(future);
        Flavour.result(putOne(client));

        assertThat(timers.all).singleElement().satisfies(timer -> {
            assertThat(timer.delayNanos).isEqualTo(Duration.ofSeconds(10).toNanos());
            // By whoever completes the future, which can be just after somebody has its value.
            assertThat(timer.cancelled.await(60, SECONDS)).isTrue();
            timer.goOff();
        });
        assertThat(future).isCompletedWithValue(response);
    }

    @Test
    void closingEndsWhatWaitsAndTheThreadsAndRefusesWhatComes() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(atOnce);
        Flavour.result(putOne(client, "other"));
        keyServiceHangs();
        CompletableFuture<PutRecordResponse> waiting = putOne(client);

        endThreads(client);

        assertThatThrownBy(() -> Flavour.result(waiting))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> Flavour.result(putOne(client, "other")))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("closed");
        assertThat(atOnce.storedRecords("other")).hasSize(1);
        client.close();
    }

    @Test
    void closingBetweenCallsSendsNoMoreOfThemAndTellsWhatWasStored() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(calls.client());
        CompletableFuture<PutRecordsResponse> future = putMany(client, 501);
        HeldCalls.Call first = calls.take();

        client.close();
        first.succeed();

        PutRecordsResponse response = Flavour.result(future);
        assertThat(response.failedRecordCount()).isEqualTo(1);
        assertThat(calls.isEmpty()).isTrue();
    }

    @Test
    void theApplicationsCodeNeverRunsOnAThreadThatEncrypts() {
        EncryptingKinesisAsyncClient client = client(atOnce);
        List<CompletableFuture<Void>> nested = new ArrayList<>();
        // More than there are threads, each of which would wait for another one of them.
        for (int i = 0; i < 20; i++) {
            nested.add(putOne(client).thenAccept(response -> {
                assertThat(EncryptionThreads.isOne(Thread.currentThread())).isFalse();
                Flavour.result(putOne(client));
            }));
            nested.add(putOne(client, "missing").handle((response, error) -> {
                assertThat(error).isNotNull();
                assertThat(EncryptionThreads.isOne(Thread.currentThread())).isFalse();
                return null;
            }));
        }

        nested.forEach(Flavour::result);
        assertThat(atOnce.storedRecords(STREAM)).hasSize(40);
    }

    @Test
    void aClientThatThrowsOrGivesNothingFailsTheFuture() {
        KinesisAsyncClient closed = atOnce.asyncClient();
        closed.close();
        assertThatThrownBy(() -> Flavour.result(putOne(client(closed)))).isInstanceOf(IllegalStateException.class);

        KinesisAsyncClient mock = (KinesisAsyncClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KinesisAsyncClient.class}, (proxy, method, args) -> null);
        assertThatThrownBy(() -> Flavour.result(putOne(client(mock))))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("no future");
    }

    @Test
    void aStreamsLimitIsAskedForOnceByAllThatWaitForIt() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(calls.client());
        List<CompletableFuture<PutRecordResponse>> large = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            large.add(client.putRecord(
                    r -> r.streamName(STREAM).partitionKey("p").data(ClientFixture.bytes(ClientFixture.MEBIBYTE))));
        }
        HeldCalls.Call describe = calls.take();
        // One of them does not wait any longer, and the others are not disturbed.
        large.get(0).cancel(true);
        describe.future()
                .complete(DescribeStreamSummaryResponse.builder()
                        .streamDescriptionSummary(s -> s.maxRecordSizeInKiB(2048))
                        .build());
        calls.take().succeed();
        calls.take().succeed();

        assertThat(describe.operation()).isEqualTo("describeStreamSummary");
        Flavour.result(large.get(1));
        Flavour.result(large.get(2));
        endThreads(client);
        assertThat(calls.isEmpty()).isTrue();
    }

    @Test
    void whoWaitsForTheAnswerToACallerWhoseTimeIsOverAsksAgain() throws InterruptedException {
        EncryptingKinesisAsyncClient client = client(calls.client());
        CompletableFuture<PutRecordResponse> hurried = client.putRecord(r -> r.streamName(STREAM)
                .partitionKey("p")
                .data(ClientFixture.bytes(ClientFixture.MEBIBYTE))
                .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(9))));
        HeldCalls.Call first = calls.take();
        CompletableFuture<PutRecordResponse> patient = client.putRecord(
                r -> r.streamName(STREAM).partitionKey("p").data(ClientFixture.bytes(ClientFixture.MEBIBYTE)));

        first.future().completeExceptionally(ApiCallTimeoutException.create(9000));
        HeldCalls.Call second = calls.take();
        second.future()
                .complete(DescribeStreamSummaryResponse.builder()
                        .streamDescriptionSummary(s -> s.maxRecordSizeInKiB(2048))
                        .build());
        calls.take().succeed();

        assertThat(second.operation()).isEqualTo("describeStreamSummary");
        Flavour.result(patient);
        assertThatThrownBy(() -> Flavour.result(hurried)).isInstanceOf(ApiCallTimeoutException.class);
    }
}
