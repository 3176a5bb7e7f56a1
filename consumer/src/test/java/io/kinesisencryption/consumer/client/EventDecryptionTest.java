// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static io.kinesisencryption.consumer.client.SealedStream.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** Every step of a subscription by hand: what waits for what, and what the subscriber is told. */
@Timeout(240)
class EventDecryptionTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<Long> pauses = new ArrayList<>();
    private final List<String> signals = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final List<SubscribeToShardEvent> events = new ArrayList<>();
    private long requested;
    private boolean upstreamCancelled;

    private final InMemoryKms kms = InMemoryKms.create();
    private final String key = kms.createKey();
    private final KinesisEncryption writer = SealedStream.encryption(Keyrings.awsKms(key, kms.client()));
    private final KinesisEncryption reader = SealedStream.encryption(Keyrings.awsKms(key, kms.client()));
    private final SealedStream stream = new SealedStream(InMemoryKinesis.create(), writer);

    private Executor executor = tasks::add;
    private EventDecryption decryption;
    private Subscription subscription = new Ignored();

    private static final class Ignored implements Subscription {
        @Override
        public void request(long events) {
            throw new AssertionError("nobody subscribed");
        }

        @Override
        public void cancel() {
            throw new AssertionError("nobody subscribed");
        }
    }

    private final Subscriber<SubscribeToShardEventStream> downstream = new Subscriber<>() {
        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            event.accept(SubscribeToShardResponseHandler.Visitor.builder()
                    .onSubscribeToShardEvent(events::add)
                    .onDefault(unknown -> {})
                    .build());
            signals.add("next");
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
            signals.add("error");
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    };

    private final Subscription upstream = new Subscription() {
        @Override
        public void request(long count) {
            requested += count;
        }

        @Override
        public void cancel() {
            upstreamCancelled = true;
        }
    };

    /** A subscriber that writes down its signals, and throws where a test wants it. */
    private abstract class Unruly implements Subscriber<SubscribeToShardEventStream> {
        @Override
        public void onNext(SubscribeToShardEventStream event) {
            signals.add("next");
        }

        @Override
        public void onError(Throwable error) {
            signals.add("error");
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    }

    private EventDecryption decryption(FailurePolicies policies, Subscriber<SubscribeToShardEventStream> subscriber) {
        DecryptingClientOptions options =
                DecryptingClientOptions.builder().failurePolicies(policies).build();
        return new EventDecryption(
                subscriber,
                new ShardReader(reader.decryptor(SealedStream.STREAM), SealedStream.SHARD, policies),
                new ReadEnvironment(
                        new RecordBatches(options, Clock.systemUTC()),
                        task -> executor.execute(task),
                        (millis, on, task) -> {
                            pauses.add(millis);
                            later.add(task);
                        }));
    }

    @BeforeEach
    void subscribe() {
        subscribeUnder(FailurePolicies.DEFAULTS);
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    private void subscribeUnder(FailurePolicies policies) {
        decryption = decryption(policies, downstream);
        decryption.onSubscribe(upstream);
    }

    private static void runAll(Queue<Runnable> queue) {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    private static SubscribeToShardEvent event(KinesisRecord... records) {
        List<Record> stored = new ArrayList<>();
        for (KinesisRecord record : records) {
            stored.add(Record.builder()
                    .sequenceNumber("49600" + stored.size())
                    .partitionKey(record.partitionKey())
                    .data(SdkBytes.fromByteArray(record.data()))
                    .build());
        }
        return SubscribeToShardEventStream.subscribeToShardEventBuilder()
                .records(stored)
                .continuationSequenceNumber("49601")
                .millisBehindLatest(7L)
                .build();
    }

    private KinesisRecord tampered() {
        KinesisRecord record = stream.sealed("tampered");
        record.data()[record.data().length - 1] ^= 1;
        return record;
    }

    @Test
    void nothingIsAskedForUntilTheSubscriberAsksAndThenOneEventAtATime() {
        assertThat(requested).isZero();

        subscription.request(3);
        assertThat(requested).isEqualTo(1);
        decryption.onNext(event(stream.sealed("one")));
        assertThat(requested).as("while an event is opened").isEqualTo(1);
        assertThat(signals).isEmpty();

        runAll(tasks);
        assertThat(signals).containsExactly("next");
        assertThat(requested).isEqualTo(2);
    }

    @Test
    void theSubscriberGetsNoMoreThanItAskedFor() {
        subscription.request(1);
        decryption.onNext(event(stream.sealed("one")));
        runAll(tasks);

        assertThat(signals).containsExactly("next");
        assertThat(requested).isEqualTo(1);
        subscription.request(Long.MAX_VALUE);
        subscription.request(Long.MAX_VALUE);
        assertThat(requested).isEqualTo(2);
    }

    @Test
    void anEventIsOpenedOnTheExecutorAndKeepsAllButItsRecords() {
        subscription.request(1);
        SubscribeToShardEvent stored = event(stream.sealed("one"), stream.sealed("two"));
        long calls = kms.callCount("Decrypt");

        decryption.onNext(stored);
        assertThat(kms.callCount("Decrypt")).as("on the thread of the SDK").isEqualTo(calls);
        runAll(tasks);

        assertThat(texts(events.get(0).records())).containsExactly("one", "two");
        assertThat(events.get(0).toBuilder().records(stored.records()).build()).isEqualTo(stored);
    }

    @Test
    void eventsWithoutRecordsNeedNoThread() {
        executor = task -> {
            throw new AssertionError("no thread is needed");
        };
        subscription.request(1);
        decryption.onNext(event());

        assertThat(signals).containsExactly("next");
        assertThat(events.get(0).continuationSequenceNumber()).isEqualTo("49601");
    }

    @Test
    void theEndWaitsForTheEventThatIsStillBeingOpened() {
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        decryption.onComplete();
        assertThat(signals).isEmpty();
        assertThat(decryption.ended()).isNotDone();

        runAll(tasks);

        assertThat(signals).containsExactly("next", "complete");
        assertThat(decryption.ended()).isDone();
        assertThat(decryption.failure()).isNull();
        assertThat(upstreamCancelled).isFalse();
    }

    @Test
    void anErrorOfTheServiceComesAfterTheEventsBeforeIt() {
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        IOException broken = new IOException("the connection broke");
        decryption.onError(broken);
        runAll(tasks);

        assertThat(signals).containsExactly("next", "error");
        assertThat(errors).containsExactly(broken);
    }

    @Test
    void aBadRecordEndsTheSubscriptionWithAnErrorAndItsEventIsNotHandedOut() {
        subscription.request(5);
        decryption.onNext(event(stream.sealed("one"), tampered(), stream.sealed("three")));
        runAll(tasks);

        assertThat(signals).containsExactly("error");
        assertThat(errors.get(0)).hasCauseInstanceOf(AuthenticationFailedException.class);
        assertThat(upstreamCancelled).isTrue();
        assertThat(later).isEmpty();
        assertThat(decryption.failure()).isSameAs(errors.get(0));
    }

    @Test
    void skippedRecordsAreLeftOutOfTheirEvent() {
        subscribeUnder(FailurePolicies.builder().skipBadRecords().build());
        subscription.request(5);
        decryption.onNext(event(stream.sealed("one"), tampered(), stream.sealed("three")));
        runAll(tasks);
        decryption.onNext(event(tampered()));
        runAll(tasks);

        assertThat(events).hasSize(2);
        assertThat(texts(events.get(0).records())).containsExactly("one", "three");
        assertThat(events.get(1).records()).isEmpty();
        assertThat(events.get(1).continuationSequenceNumber()).isEqualTo("49601");
    }

    @Test
    void whileTheKeyServiceIsOutOfReachTheEventIsHeldAndTriedAgainAtGrowingIntervals() {
        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        for (int i = 0; i < 12; i++) {
            runAll(tasks);
            assertThat(later).as("attempt %d", i).hasSize(1);
            reader.discardAll();
            later.remove().run();
        }
        assertThat(signals).isEmpty();
        assertThat(requested).isEqualTo(1);
        assertThat(pauses.get(0)).isBetween(125L, 250L);
        assertThat(pauses.get(3)).isBetween(1_000L, 2_000L);
        assertThat(pauses.get(11)).isBetween(15_000L, 30_000L);

        kms.faults().clear();
        reader.discardAll();
        later.remove().run();

        assertThat(signals).containsExactly("next");
        assertThat(texts(events.get(0).records())).containsExactly("one");
    }

    @Test
    void aHeldEventIsGivenUpWhenTheSubscriptionEndsAndTheSubscriberHearsWhy() {
        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        runAll(tasks);
        assertThat(signals).isEmpty();

        decryption.onComplete();

        assertThat(signals).containsExactly("error");
        assertThat(errors.get(0)).hasCauseInstanceOf(TransientKeyException.class);
        kms.faults().clear();
        reader.discardAll();
        later.remove().run();
        assertThat(signals).as("nothing comes after the end").containsExactly("error");
    }

    @Test
    void whileASinkDoesNotTakeABadRecordItsEventIsHeld() {
        List<String> kept = new ArrayList<>();
        boolean[] broken = {true};
        subscribeUnder(FailurePolicies.builder()
                .deadLetterBadRecords(letter -> {
                    if (broken[0]) {
                        throw new IOException("the sink is full");
                    }
                    kept.add(letter.origin().sequenceNumber());
                })
                .build());
        subscription.request(1);
        decryption.onNext(event(tampered(), stream.sealed("two")));
        runAll(tasks);
        assertThat(signals).isEmpty();

        broken[0] = false;
        later.remove().run();

        assertThat(kept).containsExactly("496000");
        assertThat(texts(events.get(0).records())).containsExactly("two");
    }

    @Test
    void aCancelledSubscriptionCancelsTheServicesAndHearsNothingMore() {
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        subscription.cancel();
        runAll(tasks);
        decryption.onError(new IOException("cancelled"));

        assertThat(signals).isEmpty();
        assertThat(upstreamCancelled).isTrue();
        assertThat(decryption.ended()).isDone();
        assertThat(decryption.failure()).isNull();
    }

    @Test
    void aSubscriberThatAsksForNothingIsToldSo() {
        subscription.request(0);

        assertThat(signals).containsExactly("error");
        assertThat(errors.get(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(upstreamCancelled).isTrue();
    }

    @Test
    void anExecutorThatRefusesEndsTheSubscription() {
        executor = task -> {
            throw new RejectedExecutionException("shut down");
        };
        subscription.request(1);
        decryption.onNext(event(stream.sealed("one")));

        assertThat(signals).containsExactly("error");
        assertThat(errors.get(0)).hasCauseInstanceOf(RejectedExecutionException.class);
        assertThat(upstreamCancelled).isTrue();
    }

    @Test
    void aSubscriberThatThrowsGetsNoMoreSignals() {
        RuntimeException fault = new IllegalStateException("the subscriber's fault");
        executor = Runnable::run;
        EventDecryption throwing = decryption(FailurePolicies.DEFAULTS, new Unruly() {
            @Override
            public void onSubscribe(Subscription given) {
                given.request(5);
            }

            @Override
            public void onNext(SubscribeToShardEventStream event) {
                super.onNext(event);
                throw fault;
            }
        });
        throwing.onSubscribe(upstream);
        throwing.onNext(event(stream.sealed("one")));
        throwing.onComplete();

        assertThat(signals).containsExactly("next");
        assertThat(upstreamCancelled).isTrue();
        assertThat(throwing.failure()).isSameAs(fault);
    }

    @Test
    void aSecondSubscriptionOfTheServiceIsCancelled() {
        List<String> second = new ArrayList<>();
        decryption.onSubscribe(new Subscription() {
            @Override
            public void request(long count) {
                second.add("request");
            }

            @Override
            public void cancel() {
                second.add("cancel");
            }
        });
        assertThat(second).containsExactly("cancel");
        assertThat(Arrays.asList(upstreamCancelled, requested == 0)).containsExactly(false, true);
    }

    @Test
    void anExecutorThatFailsInAnyOtherWayEndsTheSubscriptionToo() {
        executor = task -> {
            throw new LinkageError("no thread can be made");
        };
        subscription.request(1);
        decryption.onNext(event(stream.sealed("one")));

        assertThat(signals).containsExactly("error");
        assertThat(errors.get(0)).isInstanceOf(SdkClientException.class).hasCauseInstanceOf(LinkageError.class);
        assertThat(decryption.ended()).isDone();
    }

    @Test
    void aSubscriberThatThrowsWhenItSubscribesEndsTheSubscription() {
        RuntimeException fault = new IllegalStateException("the subscriber's fault");
        EventDecryption throwing = decryption(FailurePolicies.DEFAULTS, new Unruly() {
            @Override
            public void onSubscribe(Subscription given) {
                throw fault;
            }
        });

        throwing.onSubscribe(upstream);

        assertThat(upstreamCancelled).isTrue();
        assertThat(signals).isEmpty();
        assertThat(throwing.ended()).isDone();
        assertThat(throwing.failure()).isSameAs(fault);
    }

    @Test
    void anEventThatWasGivenUpFailsTheCallAlthoughTheServiceEndedItInOrder() {
        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        subscription.request(2);
        decryption.onNext(event(stream.sealed("one")));
        runAll(tasks);

        decryption.onComplete();

        assertThat(decryption.ended()).isDone();
        assertThat(decryption.failure()).isSameAs(errors.get(0)).isInstanceOf(SdkClientException.class);
    }

    @Test
    void anEventIsHeldWhateverKeepsItsSinkFromTakingABadRecord() {
        // As one does that encrypts what it is given.
        subscribeUnder(FailurePolicies.builder()
                .deadLetterBadRecords(letter -> {
                    throw new RecordTooLargeException(0, 2_000_000, 1_048_576, "the letter is too large for the sink");
                })
                .build());
        subscription.request(1);
        decryption.onNext(event(tampered()));
        runAll(tasks);

        assertThat(signals).isEmpty();
        assertThat(later).hasSize(1);
    }
}
