// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_1;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_2;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.SdkCancellationException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

class SubscribeToShardTest {
    private static final StartingPosition TRIM_HORIZON = at(ShardIteratorType.TRIM_HORIZON, null);

    private final MutableClock clock = new MutableClock();
    private final QueueExecutor executor = new QueueExecutor();
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).asyncExecutor(executor).build();
    private final KinesisClient client = kinesis.client();
    private final KinesisAsyncClient async = kinesis.asyncClient();
    private String consumerArn = "";

    @BeforeEach
    void createStreamAndConsumer() {
        kinesis.createStream(STREAM, 1);
        consumerArn = client.registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn(STREAM)).consumerName("app"))
                .consumer()
                .consumerARN();
    }

    private static StartingPosition at(ShardIteratorType type, @Nullable String sequenceNumber) {
        return StartingPosition.builder()
                .type(type)
                .sequenceNumber(sequenceNumber)
                .build();
    }

    private Recorder subscribe(StartingPosition position) {
        Recorder recorder = new Recorder();
        recorder.result = async.subscribeToShard(
                r -> r.consumerARN(consumerArn).shardId(SHARD_0).startingPosition(position), recorder);
        executor.runAll();
        return recorder;
    }

    /** A handler and subscriber in one that notes what happens and asks for events when the test says so. */
    private static class Recorder implements SubscribeToShardResponseHandler, Subscriber<SubscribeToShardEventStream> {
        private final List<SubscribeToShardEvent> events = new ArrayList<>();
        private final List<String> signals = new ArrayList<>();
        private CompletableFuture<Void> result = new CompletableFuture<>();
        private @Nullable Subscription subscription;
        private @Nullable Throwable failure;

        @Override
        public void responseReceived(SubscribeToShardResponse response) {
            assertThat(response.responseMetadata().requestId()).hasSize(36);
            signals.add("response");
        }

        @Override
        public void onEventStream(SdkPublisher<SubscribeToShardEventStream> publisher) {
            publisher.subscribe(this);
        }

        @Override
        public void exceptionOccurred(Throwable throwable) {
            failure = throwable;
            signals.add("exceptionOccurred");
        }

        @Override
        public void complete() {
            signals.add("complete");
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            signals.add("subscribed");
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            events.add((SubscribeToShardEvent) event);
        }

        @Override
        public void onError(Throwable throwable) {
            signals.add("onError");
        }

        @Override
        public void onComplete() {
            signals.add("onComplete");
        }

        List<String> texts() {
            return events.stream()
                    .flatMap(event -> event.records().stream())
                    .map(record -> record.data().asUtf8String())
                    .toList();
        }

        SubscribeToShardEvent last() {
            return events.get(events.size() - 1);
        }
    }

    private void request(Recorder recorder, long events) {
        recorder.subscription.request(events);
        executor.runAll();
    }

    private void putAll(String... texts) {
        for (String text : texts) {
            put(client, "k", text);
        }
        executor.runAll();
    }

    @Test
    void eventsComeAsTheyAreAskedForAndAsRecordsArrive() {
        putAll("1", "2");
        Recorder recorder = subscribe(TRIM_HORIZON);
        assertThat(recorder.signals).containsExactly("response", "subscribed");
        assertThat(recorder.events).isEmpty();

        request(recorder, 1);
        assertThat(recorder.texts()).containsExactly("1", "2");
        putAll("3", "4");
        assertThat(recorder.events).hasSize(1);

        request(recorder, 10);
        assertThat(recorder.texts()).containsExactly("1", "2", "3", "4");
        putAll("5");
        assertThat(recorder.texts()).endsWith("5");
        assertThat(recorder.last().millisBehindLatest()).isZero();
        assertThat(recorder.result).isNotDone();
    }

    @Test
    void theFirstEventOfAnIdleShardIsEmptyAndSaysWhereToGoOn() {
        putAll("old");
        Recorder idle = subscribe(at(ShardIteratorType.LATEST, null));
        request(idle, 5);
        assertThat(idle.events).hasSize(1);
        assertThat(idle.last().records()).isEmpty();
        String continuation = idle.last().continuationSequenceNumber();
        idle.subscription.cancel();
        putAll("new");

        Recorder next = subscribe(at(ShardIteratorType.AFTER_SEQUENCE_NUMBER, continuation));
        request(next, 5);

        assertThat(next.texts()).containsExactly("new");
    }

    @Test
    void aContinuationSequenceNumberResumesWithoutGapsOrRepeats() {
        putAll("1", "2");
        Recorder first = subscribe(TRIM_HORIZON);
        request(first, 1);
        first.subscription.cancel();
        putAll("3");

        Recorder second = subscribe(
                at(ShardIteratorType.AFTER_SEQUENCE_NUMBER, first.last().continuationSequenceNumber()));
        request(second, 1);

        assertThat(first.texts()).containsExactly("1", "2");
        assertThat(second.texts()).containsExactly("3");
    }

    @Test
    void startingPositionsAreThoseOfIterators() {
        putAll("1");
        clock.advance(Duration.ofSeconds(10));
        String second = put(client, "k", "2").sequenceNumber();
        putAll("3");

        Recorder atNumber = subscribe(at(ShardIteratorType.AT_SEQUENCE_NUMBER, second));
        request(atNumber, 1);
        atNumber.subscription.cancel();
        executor.runAll();
        Recorder atTime = subscribe(StartingPosition.builder()
                .type(ShardIteratorType.AT_TIMESTAMP)
                .timestamp(clock.instant())
                .build());
        request(atTime, 1);

        assertThat(atNumber.texts()).containsExactly("2", "3");
        assertThat(atTime.texts()).containsExactly("2", "3");
    }

    @Test
    void aSubscriptionEndsWithTheShardAndNamesTheChildren() {
        putAll("1");
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 10);
        kinesis.splitShard(STREAM, SHARD_0, BigInteger.ONE.shiftLeft(127));
        executor.runAll();

        assertThat(recorder.last().childShards())
                .extracting(ChildShard::shardId)
                .containsExactly(SHARD_1, SHARD_2);
        assertThat(recorder.last().continuationSequenceNumber()).isNull();
        assertThat(recorder.signals).containsExactly("response", "subscribed", "onComplete", "complete");
        assertThat(recorder.result).isCompleted();
    }

    @Test
    void cancellingEndsTheSubscription() {
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 10);
        recorder.subscription.cancel();
        executor.runAll();
        int before = recorder.events.size();
        putAll("late");
        recorder.subscription.request(1);
        executor.runAll();

        assertThat(recorder.events).hasSize(before);
        assertThat(recorder.failure).isInstanceOf(SdkCancellationException.class);
        assertThat(recorder.signals).containsExactly("response", "subscribed", "exceptionOccurred");
        assertThat(recorder.result).isCompletedExceptionally();
    }

    @Test
    void cancellingTheFutureEndsTheSubscriptionToo() {
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 10);
        recorder.result.cancel(true);
        executor.runAll();
        int before = recorder.events.size();
        putAll("late");

        assertThat(recorder.events).hasSize(before);
        assertThat(subscribe(TRIM_HORIZON).signals).contains("subscribed");
    }

    @Test
    void aSubscriptionLivesForFiveMinutes() {
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 10);
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        putAll("in time");
        clock.advance(Duration.ofMillis(1));
        putAll("too late");

        assertThat(recorder.texts()).containsExactly("in time");
        assertThat(recorder.signals).endsWith("onComplete", "complete");
    }

    @Test
    void aSecondSubscriptionOfAShardIsRefusedForFiveSecondsAndThenTakesOver() {
        Recorder first = subscribe(TRIM_HORIZON);
        request(first, 10);
        clock.advance(Duration.ofMillis(4_999));
        Recorder tooSoon = subscribe(TRIM_HORIZON);
        assertThat(tooSoon.failure).isInstanceOf(ResourceInUseException.class);
        assertThat(tooSoon.result).isCompletedExceptionally();
        assertThat(first.signals).doesNotContain("onError");

        clock.advance(Duration.ofMillis(1));
        Recorder second = subscribe(TRIM_HORIZON);
        request(second, 10);
        putAll("x");

        assertThat(first.failure).isInstanceOf(ResourceInUseException.class);
        assertThat(first.signals).endsWith("onError", "exceptionOccurred");
        assertThat(first.texts()).isEmpty();
        assertThat(second.texts()).containsExactly("x");
    }

    @Test
    void twoConsumersReadAShardSideBySide() {
        Recorder first = subscribe(TRIM_HORIZON);
        consumerArn = client.registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn(STREAM)).consumerName("other"))
                .consumer()
                .consumerARN();
        Recorder second = subscribe(TRIM_HORIZON);
        request(first, 10);
        request(second, 10);
        putAll("x");

        assertThat(first.texts()).containsExactly("x");
        assertThat(second.texts()).containsExactly("x");
    }

    @Test
    void theSdksOwnHandlersWork() {
        putAll("1", "2");
        List<String> visited = new ArrayList<>();
        SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
                .subscriber(SubscribeToShardResponseHandler.Visitor.builder()
                        .onSubscribeToShardEvent(event -> event.records()
                                .forEach(record -> visited.add(record.data().asUtf8String())))
                        .build())
                .build();
        CompletableFuture<Void> result = async.subscribeToShard(
                r -> r.consumerARN(consumerArn).shardId(SHARD_0).startingPosition(TRIM_HORIZON), handler);
        executor.runAll();
        kinesis.splitShard(STREAM, SHARD_0, BigInteger.ONE.shiftLeft(127));
        executor.runAll();

        assertThat(visited).containsExactly("1", "2");
        assertThat(result).isCompleted();
    }

    @Test
    void aFaultRefusesASubscriptionOrBreaksItAfterItsFirstEvent() {
        putAll("1");
        kinesis.faults().inject(KinesisFault.throttled("SubscribeToShard").times(1));
        assertThat(subscribe(TRIM_HORIZON).failure).isInstanceOf(ProvisionedThroughputExceededException.class);

        kinesis.faults()
                .inject(KinesisFault.internalFailure("SubscribeToShard")
                        .afterSuccess()
                        .times(1));
        Recorder broken = subscribe(TRIM_HORIZON);
        request(broken, 10);
        putAll("2");

        assertThat(broken.texts()).containsExactly("1");
        assertThat(broken.failure).isInstanceOf(KinesisException.class);
        assertThat(broken.signals).endsWith("onError", "exceptionOccurred");
        Recorder next = subscribe(TRIM_HORIZON);
        request(next, 10);
        assertThat(next.texts()).containsExactly("1", "2");
    }

    @Test
    void aSubscriberThatThrowsGetsNoMoreEventsAndWritersDoNotNotice() {
        Recorder recorder = new Recorder() {
            @Override
            public void onNext(SubscribeToShardEventStream event) {
                super.onNext(event);
                throw new IllegalStateException("broken subscriber");
            }
        };
        recorder.result = async.subscribeToShard(
                r -> r.consumerARN(consumerArn).shardId(SHARD_0).startingPosition(TRIM_HORIZON), recorder);
        executor.runAll();
        request(recorder, 10);
        putAll("1", "2");

        assertThat(recorder.events).hasSize(1);
        assertThat(recorder.result).isCompletedExceptionally();
    }

    @Test
    void aDemandOfNothingIsAnError() {
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 0);

        assertThat(recorder.signals).endsWith("onError", "exceptionOccurred");
        assertThat(recorder.failure).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void consumersAreRegisteredDescribedListedAndDeregistered() {
        String streamArn = kinesis.streamArn(STREAM);
        assertThat(consumerArn)
                .isEqualTo(streamArn + "/consumer/app:" + clock.instant().getEpochSecond());
        assertThat(client.describeStreamConsumer(r -> r.streamARN(streamArn).consumerName("app"))
                        .consumerDescription()
                        .consumerARN())
                .isEqualTo(consumerArn);
        assertThat(client.describeStreamConsumer(r -> r.consumerARN(consumerArn))
                        .consumerDescription()
                        .consumerStatusAsString())
                .isEqualTo("ACTIVE");
        refusal(
                ResourceInUseException.class,
                () -> client.registerStreamConsumer(r -> r.streamARN(streamArn).consumerName("app")));
        IntStream.range(1, 20)
                .forEach(i -> client.registerStreamConsumer(
                        r -> r.streamARN(streamArn).consumerName("app-" + i)));
        refusal(
                LimitExceededException.class,
                () -> client.registerStreamConsumer(r -> r.streamARN(streamArn).consumerName("one-too-many")));
        assertThat(client
                        .listStreamConsumersPaginator(
                                r -> r.streamARN(streamArn).maxResults(7))
                        .stream()
                        .flatMap(page -> page.consumers().stream()))
                .hasSize(20);
        refusal(ResourceInUseException.class, () -> client.deleteStream(r -> r.streamName(STREAM)));

        client.deregisterStreamConsumer(r -> r.consumerARN(consumerArn));
        refusal(ResourceNotFoundException.class, () -> client.describeStreamConsumer(r -> r.consumerARN(consumerArn)));
        client.deleteStream(r -> r.streamName(STREAM).enforceConsumerDeletion(true));
    }

    @Test
    void deregisteringAConsumerEndsItsSubscriptions() {
        Recorder recorder = subscribe(TRIM_HORIZON);
        request(recorder, 10);
        client.deregisterStreamConsumer(r -> r.consumerARN(consumerArn));
        executor.runAll();

        assertThat(recorder.signals).endsWith("onComplete", "complete");
    }

    @Test
    void anUnknownConsumerOrShardIsNotFound() {
        CompletableFuture<Void> noShard = async.subscribeToShard(
                r -> r.consumerARN(consumerArn).shardId(SHARD_1).startingPosition(TRIM_HORIZON), new Recorder());
        CompletableFuture<Void> noConsumer = async.subscribeToShard(
                r -> r.consumerARN(consumerArn + "0").shardId(SHARD_0).startingPosition(TRIM_HORIZON), new Recorder());
        executor.runAll();

        for (CompletableFuture<Void> result : List.of(noShard, noConsumer)) {
            refusal(ResourceNotFoundException.class, () -> {
                try {
                    result.join();
                } catch (CompletionException e) {
                    throw e.getCause();
                }
            });
        }
    }
}
