// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static io.kinesisencryption.consumer.client.SealedStream.ORDERS;
import static io.kinesisencryption.consumer.client.SealedStream.SHARD;
import static io.kinesisencryption.consumer.client.SealedStream.order;
import static io.kinesisencryption.consumer.client.SealedStream.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** Whole subscriptions, with everything on the thread of the test. */
@Timeout(240)
class SubscribeToShardTest {
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().asyncExecutor(Runnable::run).build();
    private final KinesisEncryption encryption = SealedStream.encryption(SealedStream.KEYRING);
    private final SealedStream stream = new SealedStream(kinesis, encryption);
    private final List<String> heard = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final List<SubscribeToShardEvent> events = new ArrayList<>();
    private final DecryptingKinesisAsyncClient client = client(DecryptingClientOptions.builder());

    private DecryptingKinesisAsyncClient client(DecryptingClientOptions.Builder options) {
        return DecryptingKinesisAsyncClient.wrap(
                kinesis.asyncClient(),
                encryption,
                options.executor(Runnable::run).build());
    }

    private final SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
            .onResponse(response -> heard.add("response"))
            .onError(error -> {
                errors.add(error);
                heard.add("error");
            })
            .onComplete(() -> heard.add("complete"))
            .subscriber(event -> event.accept(SubscribeToShardResponseHandler.Visitor.builder()
                    .onSubscribeToShardEvent(records -> {
                        events.add(records);
                        heard.add("event");
                    })
                    .build()))
            .build();

    @BeforeEach
    void createStream() {
        kinesis.createStream(ORDERS, 1);
    }

    @AfterEach
    void close() {
        client.close();
        encryption.close();
    }

    private SubscribeToShardRequest request() {
        String consumer = kinesis.client()
                .registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn(ORDERS)).consumerName("fan-out"))
                .consumer()
                .consumerARN();
        return SubscribeToShardRequest.builder()
                .consumerARN(consumer)
                .shardId(SHARD)
                .startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON))
                .build();
    }

    private List<String> delivered() {
        return events.stream().flatMap(event -> texts(event.records()).stream()).toList();
    }

    @Test
    void eventsHoldUserRecordsUpToTheEndOfTheShard() {
        stream.put("one");
        stream.putAggregate(EnvelopeFormat.COMPACT, null, List.of(order("a", "two"), order("b", "three")));
        kinesis.splitShard(ORDERS, SHARD, BigInteger.TWO.pow(127));

        CompletableFuture<Void> subscription = client.subscribeToShard(request(), handler);

        assertThat(subscription).isCompleted();
        assertThat(delivered()).containsExactly("one", "two", "three");
        assertThat(events.get(events.size() - 1).childShards()).hasSize(2);
        assertThat(heard).startsWith("response", "event").endsWith("complete").doesNotContain("error");
    }

    @Test
    void aBadRecordFailsTheFutureAndTheHandlerHearsOfItOnce() {
        stream.put("one");
        stream.putTampered("two");

        CompletableFuture<Void> subscription = client.subscribeToShard(request(), handler);

        assertThat(subscription).isCompletedExceptionally();
        assertThat(failureOf(subscription))
                .isInstanceOf(SdkClientException.class)
                .hasCauseInstanceOf(AuthenticationFailedException.class);
        assertThat(delivered()).isEmpty();
        assertThat(heard).containsOnlyOnce("error").doesNotContain("complete");
        assertThat(errors).containsExactly(failureOf(subscription));
    }

    @Test
    void cancellingTheFutureEndsTheSubscription() {
        stream.put("one");
        CompletableFuture<Void> subscription = client.subscribeToShard(request(), handler);
        assertThat(delivered()).containsExactly("one");
        assertThat(subscription).isNotDone();

        subscription.cancel(true);

        assertThat(subscription).isCancelled();
    }

    @Test
    void aRefusalOfTheServiceReachesTheHandlerAndTheFuture() {
        kinesis.faults().inject(KinesisFault.throttled("SubscribeToShard"));

        CompletableFuture<Void> subscription = client.subscribeToShard(request(), handler);

        assertThat(failureOf(subscription)).hasMessageContaining("Rate exceeded");
        assertThat(errors).containsExactly(failureOf(subscription));
    }

    @Test
    void aConsumerWhoseStreamIsNotKnownIsRefused() {
        CompletableFuture<Void> subscription = client.subscribeToShard(
                SubscribeToShardRequest.builder()
                        .consumerARN("fan-out")
                        .shardId(SHARD)
                        .build(),
                handler);

        assertThat(failureOf(subscription))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("fan-out");
        assertThat(errors).containsExactly(failureOf(subscription));
        assertThat(kinesis.callCount("SubscribeToShard")).isZero();
    }

    @Test
    void inTheFormOfTheKplAShardThatCannotBeListedFailsTheSubscription() {
        kinesis.faults().inject(KinesisFault.throttled("ListShards").times(1));
        DecryptingKinesisAsyncClient kpl =
                client(DecryptingClientOptions.builder().aggregates(AggregateForm.KPL));

        CompletableFuture<Void> subscription = kpl.subscribeToShard(request(), handler);

        assertThat(failureOf(subscription)).hasMessageContaining("Rate exceeded");
        assertThat(errors).containsExactly(failureOf(subscription));
        kpl.close();
    }

    @Test
    void aStreamMayBeCalledConsumerAndAConsumerToo() {
        kinesis.createStream("consumer", 1);
        String consumer = kinesis.client()
                .registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn("consumer")).consumerName("consumer"))
                .consumer()
                .consumerARN();
        kinesis.client()
                .putRecord(r -> r.streamName("consumer")
                        .partitionKey("customer-1")
                        .data(SdkBytes.fromByteArray(encryption
                                .encryptor(StreamIdentity.of("consumer"))
                                .encrypt(order("customer-1", "one"))
                                .data())));

        CompletableFuture<Void> subscription = client.subscribeToShard(
                SubscribeToShardRequest.builder()
                        .consumerARN(consumer)
                        .shardId(SHARD)
                        .startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON))
                        .build(),
                handler);

        assertThat(errors).isEmpty();
        assertThat(delivered()).containsExactly("one");
        subscription.cancel(true);
    }

    @Test
    void aHandlerThatThrowsAtAnErrorKeepsNobodyWaitingForTheFuture() {
        kinesis.faults().inject(KinesisFault.throttled("ListShards").times(1));
        DecryptingKinesisAsyncClient kpl =
                client(DecryptingClientOptions.builder().aggregates(AggregateForm.KPL));
        SubscribeToShardResponseHandler throwing = SubscribeToShardResponseHandler.builder()
                .onError(error -> {
                    throw new IllegalStateException("the handler's fault");
                })
                .subscriber(event -> {})
                .build();

        CompletableFuture<Void> subscription = kpl.subscribeToShard(request(), throwing);

        assertThat(subscription).isDone();
        assertThat(failureOf(subscription)).hasMessageContaining("Rate exceeded");
        kpl.close();
    }

    @Test
    void aCallThatFailsWhileItsEventsGoOnEndsThemToo() {
        IOException broken = new IOException("the call was given up");
        boolean[] asked = new boolean[1];
        KinesisAsyncClient silent = new DelegatingKinesisAsyncClient(kinesis.asyncClient()) {
            @Override
            public CompletableFuture<Void> subscribeToShard(
                    SubscribeToShardRequest request, SubscribeToShardResponseHandler to) {
                to.onEventStream(SdkPublisher.adapt(subscriber -> subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long count) {
                        asked[0] = true;
                    }

                    @Override
                    public void cancel() {}
                })));
                to.exceptionOccurred(broken);
                return CompletableFuture.failedFuture(broken);
            }
        };
        DecryptingKinesisAsyncClient over = DecryptingKinesisAsyncClient.wrap(
                silent,
                encryption,
                DecryptingClientOptions.builder().executor(Runnable::run).build());

        CompletableFuture<Void> subscription = over.subscribeToShard(request(), handler);

        assertThat(asked[0]).as("asked for an event").isTrue();
        assertThat(subscription).isDone();
        assertThat(failureOf(subscription)).isSameAs(broken);
        assertThat(errors).containsExactly(broken);
    }

    @Test
    void whoeverWaitsForTheFutureFindsThatTheHandlerHasHeardOfTheEnd() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        DecryptingKinesisAsyncClient queueing = DecryptingKinesisAsyncClient.wrap(
                kinesis.asyncClient(),
                encryption,
                DecryptingClientOptions.builder().executor(tasks::add).build());
        stream.put("one");
        kinesis.splitShard(ORDERS, SHARD, BigInteger.TWO.pow(127));

        CompletableFuture<Void> subscription = queueing.subscribeToShard(request(), handler);
        var unused = subscription.thenRun(() -> heard.add("future"));
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }

        assertThat(heard).endsWith("event", "complete", "future");
        queueing.close();
    }

    private static Throwable failureOf(CompletableFuture<Void> future) {
        try {
            future.join();
            throw new AssertionError("did not fail");
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
