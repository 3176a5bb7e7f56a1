// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkCancellationException;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * One SubscribeToShard call: pushes events to the handler's subscriber as it asks for them, on the executor, one at a time. It
 * ends at the shard's end, five minutes after it began, when a later subscription takes over, or when someone cancels.
 */
final class ShardSubscription implements Subscription {
    static final Duration LIFETIME = Duration.ofMinutes(5);
    static final Duration MIN_AGE_TO_REPLACE = Duration.ofSeconds(5);

    private static final int MAX_EVENT_RECORDS = 10_000;
    private static final long MAX_EVENT_BYTES = 10L * 1024 * 1024;
    private static final long IDLE_EVENT_SECONDS = 5;

    private final Stream stream;
    private final Shard shard;
    private final Clock clock;
    private final Executor executor;
    private final SubscribeToShardResponseHandler handler;
    private final CompletableFuture<Void> result;
    private final @Nullable RuntimeException breakAfterFirstEvent;
    private final long startedMillis;
    private final Runnable watcher = this::drain;

    private final AtomicReference<@Nullable Subscriber<? super SubscribeToShardEventStream>> subscriber =
            new AtomicReference<>();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final AtomicBoolean idleEventScheduled = new AtomicBoolean();
    private volatile boolean idleEventDue = true;
    private volatile @Nullable Ending requestedEnding;
    private volatile boolean active = true;
    /** Only the draining thread touches it. */
    private long position;

    private boolean firstEventSent;

    ShardSubscription(
            Stream stream,
            Shard shard,
            long position,
            Clock clock,
            Executor executor,
            SubscribeToShardResponseHandler handler,
            CompletableFuture<Void> result,
            @Nullable RuntimeException breakAfterFirstEvent) {
        this.stream = stream;
        this.shard = shard;
        this.position = position;
        this.clock = clock;
        this.executor = executor;
        this.handler = handler;
        this.result = result;
        this.breakAfterFirstEvent = breakAfterFirstEvent;
        this.startedMillis = clock.millis();
    }

    Shard shard() {
        return shard;
    }

    boolean isActive() {
        return active;
    }

    boolean isTooYoungToReplace() {
        return clock.millis() - startedMillis < MIN_AGE_TO_REPLACE.toMillis();
    }

    /** Hands the event stream to the handler. */
    void start(SubscribeToShardResponse response) {
        CompletableFuture<Void> unused = result.whenComplete((ignored, failure) -> cancel());
        shard.watch(watcher);
        handler.responseReceived(response);
        handler.onEventStream(this::subscribe);
    }

    private void subscribe(Subscriber<? super SubscribeToShardEventStream> candidate) {
        if (!subscriber.compareAndSet(null, candidate)) {
            candidate.onSubscribe(new Refused());
            candidate.onError(new IllegalStateException("The events of a subscription have one subscriber only"));
            return;
        }
        candidate.onSubscribe(this);
        drain();
    }

    @Override
    public void request(long events) {
        if (events <= 0) {
            end(new Ending(new IllegalArgumentException("A subscriber requested " + events + " events"), true));
            return;
        }
        demand.accumulateAndGet(events, (left, added) -> left + added < 0 ? Long.MAX_VALUE : left + added);
        drain();
    }

    @Override
    public void cancel() {
        end(new Ending(new SdkCancellationException("Subscriber cancelled before all events were published"), false));
    }

    /** Ends as at the end of the five minutes. */
    void end() {
        end(new Ending(null, true));
    }

    /** Gives way to a later subscription of the same consumer. */
    void supersede() {
        end(new Ending(
                new ServiceError(
                                ErrorCode.RESOURCE_IN_USE, "Another subscription of this consumer took over this shard")
                        .toException("superseded"),
                true));
    }

    private void end(Ending ending) {
        if (active && requestedEnding == null) {
            requestedEnding = ending;
            drain();
        }
    }

    private void drain() {
        if (wakeUps.getAndIncrement() == 0) {
            try {
                executor.execute(this::drainAll);
            } catch (RejectedExecutionException e) {
                // Nobody is left to push events, and the writer whose record woke us up must not suffer for it.
                active = false;
                shard.unwatch(watcher);
                result.completeExceptionally(SdkClientException.create("The executor refused the subscription", e));
            }
        }
    }

    private void drainAll() {
        int seen = 1;
        do {
            Subscriber<? super SubscribeToShardEventStream> target = subscriber.get();
            try {
                while (active && step(target)) {
                    // One event, or the ending, at each step.
                }
            } catch (RuntimeException e) {
                // The subscriber broke the rules of Reactive Streams and threw: it gets no more signals.
                finish(null, new Ending(e, false));
            }
            seen = wakeUps.addAndGet(-seen);
        } while (seen != 0);
    }

    /** Does one thing; false if there is nothing to do now. */
    private boolean step(@Nullable Subscriber<? super SubscribeToShardEventStream> target) {
        Ending ending = requestedEnding;
        if (ending != null) {
            finish(target, ending);
            return false;
        }
        if (clock.millis() - startedMillis >= LIFETIME.toMillis()) {
            finish(target, new Ending(null, true));
            return false;
        }
        if (target == null || demand.get() == 0) {
            return false;
        }
        Shard.Batch batch = shard.read(position, MAX_EVENT_RECORDS, MAX_EVENT_BYTES, stream.horizonMillis());
        if (batch.records().isEmpty() && !batch.ended() && !idleEventDue) {
            scheduleIdleEvent();
            return false;
        }
        push(target, batch);
        return true;
    }

    private void push(Subscriber<? super SubscribeToShardEventStream> target, Shard.Batch batch) {
        idleEventDue = false;
        position = batch.next();
        demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1);
        SubscribeToShardEvent.Builder event = SubscribeToShardEventStream.subscribeToShardEventBuilder()
                .records(batch.records())
                .millisBehindLatest(batch.behindMillis());
        if (batch.ended()) {
            event.childShards(shard.childShards());
        } else {
            event.continuationSequenceNumber(batch.continuation());
        }
        target.onNext(event.build());
        if (breakAfterFirstEvent != null && !firstEventSent) {
            finish(target, new Ending(breakAfterFirstEvent, true));
        } else if (batch.ended()) {
            finish(target, new Ending(null, true));
        }
        firstEventSent = true;
    }

    private void finish(@Nullable Subscriber<? super SubscribeToShardEventStream> target, Ending ending) {
        active = false;
        shard.unwatch(watcher);
        Throwable failure = ending.failure();
        if (target != null && ending.tellSubscriber()) {
            if (failure == null) {
                target.onComplete();
            } else {
                target.onError(failure);
            }
        }
        if (failure == null) {
            handler.complete();
            result.complete(null);
        } else {
            handler.exceptionOccurred(failure);
            result.completeExceptionally(failure);
        }
    }

    /** An event without records every few seconds shows a subscriber that the connection lives. */
    private void scheduleIdleEvent() {
        if (idleEventScheduled.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(IDLE_EVENT_SECONDS, TimeUnit.SECONDS, executor)
                    .execute(() -> {
                        idleEventScheduled.set(false);
                        idleEventDue = true;
                        drain();
                    });
        }
    }

    /** How a subscription ends: a null failure is an orderly end. */
    private record Ending(@Nullable Throwable failure, boolean tellSubscriber) {}

    private static final class Refused implements Subscription {
        @Override
        public void request(long events) {
            // Nothing will come.
        }

        @Override
        public void cancel() {
            // Nothing to cancel.
        }
    }
}
