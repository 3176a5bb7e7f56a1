// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;

/**
 * Stands between the events of a subscription and their subscriber. Asks for one event when the subscriber has asked for one, opens it on an executor, so
 * that the SDK's threads never wait for a key, and hands it on. An event that cannot be opened for want of a key is held and tried again as long as the
 * subscription lasts, because a consumer that has to subscribe again may pass over records; one with a bad record ends the subscription with an error.
 *
 * <p>One event is under way at a time, so its state needs no lock: whoever has the event sets it. All signals to the subscriber come from one loop.
 */
final class EventDecryption implements Subscriber<SubscribeToShardEventStream>, Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(EventDecryption.class);

    private enum Phase {
        /** No event was asked for. */
        IDLE,
        REQUESTED,
        OPENING,
        /** It could not be opened, and will be tried again. */
        WAITING,
        /** It waits for the subscriber to ask for it. */
        READY
    }

    /** How the events ended: a null failure is an orderly end. */
    private record End(@Nullable Throwable failure) {}

    private final Subscriber<? super SubscribeToShardEventStream> downstream;
    private final ShardReader reader;
    private final ReadEnvironment environment;

    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile @Nullable Subscription upstream;
    private volatile Phase phase = Phase.IDLE;
    private volatile @Nullable SubscribeToShardEventStream ready;
    private volatile @Nullable End upstreamEnd;
    private volatile @Nullable Throwable waitingFor;
    private volatile @Nullable Throwable failure;
    private volatile boolean cancelled;
    private volatile boolean done;

    EventDecryption(
            Subscriber<? super SubscribeToShardEventStream> downstream,
            ShardReader reader,
            ReadEnvironment environment) {
        this.downstream = downstream;
        this.reader = reader;
        this.environment = environment;
    }

    /** Done once the subscriber has got its last signal, or has cancelled. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Why this ended the subscription; null if it did not. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (upstream != null) {
            subscription.cancel();
            return;
        }
        upstream = subscription;
        try {
            downstream.onSubscribe(this);
        } catch (Throwable e) {
            // The subscriber broke the rules of Reactive Streams: it gets no signals.
            failure = e;
            cancelled = true;
        }
        drain();
    }

    @Override
    public void request(long events) {
        if (events <= 0) {
            fail(new IllegalArgumentException("A subscriber requested %d events".formatted(events)));
            return;
        }
        demand.accumulateAndGet(events, (left, more) -> left + more < 0 ? Long.MAX_VALUE : left + more);
        drain();
    }

    @Override
    public void cancel() {
        cancelled = true;
        drain();
    }

    @Override
    public void onNext(SubscribeToShardEventStream event) {
        if (event instanceof SubscribeToShardEvent records && !records.records().isEmpty()) {
            phase = Phase.OPENING;
            try {
                environment.executor().execute(() -> open(records, 0));
            } catch (RejectedExecutionException e) {
                fail(ReadFailures.client("No thread decrypts any more: the client is closed, or its executor is", e));
            } catch (Throwable e) {
                // No task will ever say what became of the event.
                fail(ReadFailures.client("No thread decrypts an event: its executor failed", e));
            }
        } else {
            ready = event;
            phase = Phase.READY;
            drain();
        }
    }

    @Override
    public void onError(Throwable error) {
        upstreamEnd = new End(error);
        drain();
    }

    @Override
    public void onComplete() {
        upstreamEnd = new End(null);
        drain();
    }

    /** The call has failed: no event comes any more, whether the service says so here or not. */
    void callFailed(Throwable error) {
        if (upstreamEnd == null) {
            onError(error);
        }
    }

    private void open(SubscribeToShardEvent event, int attempts) {
        if (done) {
            return;
        }
        phase = Phase.OPENING;
        try {
            List<Record> opened = environment.batches().open(reader, event.records());
            ready = event.toBuilder().records(opened).build();
            phase = Phase.READY;
        } catch (Throwable e) {
            if (!ReadFailures.mayPass(e)) {
                fail(e instanceof RuntimeException ? e : ReadFailures.client("Could not decrypt an event", e));
                return;
            }
            waitingFor = e;
            phase = Phase.WAITING;
            LOG.warn("Waiting with an event, tried {} times so far. {}", attempts + 1, e.getMessage());
            environment.later(attempts, () -> open(event, attempts + 1));
        }
        drain();
    }

    private void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
        drain();
    }

    private void drain() {
        if (wakeUps.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            boolean again = true;
            while (again && !done) {
                again = step();
            }
            seen = wakeUps.addAndGet(-seen);
        } while (seen != 0);
    }

    /** Does one thing; false if there is nothing to do now. */
    private boolean step() {
        Subscription source = upstream;
        if (source == null) {
            return false;
        }
        Throwable own = failure;
        End end = upstreamEnd;
        if (cancelled) {
            finish(source, null);
        } else if (own != null) {
            finish(source, () -> downstream.onError(own));
        } else if (phase == Phase.READY) {
            return demand.get() > 0 && emit(source);
        } else if (end != null && phase != Phase.OPENING) {
            // An event that waits is given up: it was not handed out, so whoever subscribes again gets it again.
            Throwable error = end.failure();
            if (error == null && phase == Phase.WAITING) {
                error = waitingFor;
                failure = error;
            }
            Throwable last = error;
            finish(source, last == null ? downstream::onComplete : () -> downstream.onError(last));
        } else if (phase == Phase.IDLE && demand.get() > 0) {
            phase = Phase.REQUESTED;
            source.request(1);
        }
        return false;
    }

    private boolean emit(Subscription source) {
        SubscribeToShardEventStream event = ready;
        ready = null;
        phase = Phase.IDLE;
        demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1);
        reader.passedOver().handedOut();
        try {
            downstream.onNext(event);
            return true;
        } catch (Throwable e) {
            // The subscriber broke the rules of Reactive Streams: it gets no more signals.
            failure = e;
            finish(source, null);
            return false;
        }
    }

    private void finish(Subscription source, @Nullable Runnable lastSignal) {
        done = true;
        ready = null;
        if (upstreamEnd == null) {
            source.cancel();
        }
        try {
            if (lastSignal != null) {
                lastSignal.run();
            }
        } catch (Throwable e) {
            LOG.warn("A subscriber threw at its last signal", e);
        } finally {
            ended.complete(null);
        }
    }
}
