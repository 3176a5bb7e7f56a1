// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.ProducerListener.PutEnded;
import io.kinesisencryption.producer.ProducerListener.PutStarted;
import io.kinesisencryption.producer.ProducerListener.Retry;
import io.kinesisencryption.producer.ProducerListener.Stage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Puts sealed aggregates, many in a call and several calls at once, and again with the same ciphertext if they fail. Not thread-safe: the engine's
 * thread only.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>
 */
final class Sender {
    private static final int MAX_RECORDS_IN_CALL = 500;
    private static final int MAX_CALLS = 16;
    private static final String THROTTLED = "ProvisionedThroughputExceededException";

    /** How long sealed aggregates wait for others while a call is under way already. */
    private static final long COLLECT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long LONGEST_CALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHORTEST_CALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The client should end a call by itself; one that does not is given up so much later. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST_PACES = 10_000;

    private final Settings settings;
    private final StreamClient client;
    private final Environment environment;
    private final Outcomes outcomes;
    private final Engine engine;
    private final long callTimeoutNanos;
    private final Queue<Aggregate> ready = new ArrayDeque<>();
    private final Set<Call> calls = new LinkedHashSet<>();
    private final Map<String, ShardPace> paces = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ShardPace> eldest) {
            return size() > MOST_PACES;
        }
    };
    private long readySizeBytes;
    private long readySinceNanos;

    Sender(Settings settings, StreamClient client, Environment environment, Outcomes outcomes, Engine engine) {
        this.settings = settings;
        this.client = client;
        this.environment = environment;
        this.outcomes = outcomes;
        this.engine = engine;
        // A record is worth several calls within its time.
        this.callTimeoutNanos =
                Math.max(SHORTEST_CALL_NANOS, Math.min(LONGEST_CALL_NANOS, settings.deliveryTimeoutNanos() / 4));
    }

    /** Takes an aggregate to be put as soon as its shard is thought to take it. */
    void add(Aggregate aggregate) {
        if (!aggregate.wanted()) {
            engine.released(aggregate.slice);
            return;
        }
        long nowNanos = environment.nanoTime();
        ShardPace pace = aggregate.slice.pace;
        long waitNanos = pace == null ? 0 : pace.waitNanos(nowNanos);
        if (waitNanos > 0) {
            engine.at(nowNanos + waitNanos, () -> add(aggregate));
            return;
        }
        if (pace != null) {
            pace.sends(nowNanos, aggregate.sealedSizeBytes());
        }
        if (ready.isEmpty()) {
            readySinceNanos = nowNanos;
        }
        ready.add(aggregate);
        readySizeBytes += aggregate.sealedSizeBytes();
    }

    /** Makes the calls that are due. */
    void send(long nowNanos) {
        while (calls.size() < MAX_CALLS && !ready.isEmpty() && collectNanos(nowNanos) == 0) {
            List<Aggregate> batch = batch();
            readySinceNanos = nowNanos;
            if (!batch.isEmpty()) {
                call(batch, nowNanos);
            }
        }
    }

    /** How long until a call is due, or the longest if none is or one has to end first. */
    long waitNanos(long nowNanos) {
        return calls.size() >= MAX_CALLS || ready.isEmpty() ? Long.MAX_VALUE : collectNanos(nowNanos);
    }

    /** Gives up every call. */
    void cancel() {
        for (Call call : List.copyOf(calls)) {
            call.cancel();
        }
        calls.clear();
        ready.clear();
    }

    private long collectNanos(long nowNanos) {
        boolean enough = calls.isEmpty()
                || ready.size() >= MAX_RECORDS_IN_CALL
                || readySizeBytes >= settings.maxRequestSizeBytes();
        return enough ? 0 : Math.max(0, readySinceNanos + COLLECT_NANOS - nowNanos);
    }

    private List<Aggregate> batch() {
        List<Aggregate> batch = new ArrayList<>();
        long sizeBytes = 0;
        for (Aggregate next = ready.peek(); next != null; next = ready.peek()) {
            if (batch.size() == MAX_RECORDS_IN_CALL
                    || (!batch.isEmpty() && sizeBytes + next.sealedSizeBytes() > settings.maxRequestSizeBytes())) {
                break;
            }
            ready.remove();
            readySizeBytes -= next.sealedSizeBytes();
            if (next.wanted()) {
                batch.add(next);
                sizeBytes += next.sealedSizeBytes();
            } else {
                engine.released(next.slice);
            }
        }
        return batch;
    }

    private void call(List<Aggregate> batch, long nowNanos) {
        List<KinesisRecord> records = new ArrayList<>(batch.size());
        long sizeBytes = 0;
        for (Aggregate aggregate : batch) {
            records.add(Objects.requireNonNull(aggregate.sealed()));
            sizeBytes += aggregate.sealedSizeBytes();
            aggregate.sendingBegins();
        }
        settings.tell(ProducerListener::onPutStarted, new PutStarted(settings.stream(), batch.size(), sizeBytes));
        Call call = new Call(batch, nowNanos);
        calls.add(call);
        call.started(client.putRecords(records, Duration.ofNanos(callTimeoutNanos)), engine, this::ended);
        // In two steps: after a machine was suspended, the answer that has come meanwhile is heard before the call is
        // given up.
        engine.at(
                nowNanos + callTimeoutNanos,
                () -> engine.at(environment.nanoTime() + GRACE_NANOS, () -> call.giveUp(this::ended)));
    }

    private void ended(Call call, @Nullable PutRecordsResponse response, @Nullable Throwable failure) {
        List<Aggregate> batch = call.end();
        if (batch.isEmpty()) {
            return;
        }
        calls.remove(call);
        if (failure == null && response != null && response.records().size() == batch.size()) {
            answered(call, batch, response);
            return;
        }
        Verdict verdict = failure != null
                ? Verdict.of(failure)
                : new Verdict(
                        Verdict.Kind.TRANSIENT,
                        true,
                        new IllegalStateException("The service answered for %d of %d records"
                                .formatted(
                                        response == null
                                                ? 0
                                                : response.records().size(),
                                        batch.size())));
        tell(call, batch.size(), 0, 0, verdict.cause());
        for (Aggregate aggregate : batch) {
            aggregate.sendingEnded(verdict.mayHaveBeenWritten());
            aggregate.lastFailure = verdict.cause();
            if (verdict.kind() == Verdict.Kind.PERMANENT) {
                outcomes.failed(aggregate, "Refused", verdict.cause());
                engine.released(aggregate.slice);
            } else {
                retry(aggregate);
            }
        }
    }

    private void answered(Call call, List<Aggregate> batch, PutRecordsResponse response) {
        long nowNanos = environment.nanoTime();
        int throttled = 0;
        int failed = 0;
        for (int i = 0; i < batch.size(); i++) {
            Aggregate aggregate = batch.get(i);
            PutRecordsResultEntry answer = response.records().get(i);
            if (answer.errorCode() == null && answer.sequenceNumber() == null) {
                failed++;
                aggregate.sendingEnded(true);
                aggregate.lastFailure = new IllegalStateException(
                        "The service answered with neither a sequence number nor an error code");
                retry(aggregate);
            } else if (answer.errorCode() == null) {
                acknowledged(aggregate, answer, nowNanos);
            } else if (answer.errorCode().equals(THROTTLED)) {
                throttled++;
                throttled(aggregate, answer, nowNanos);
            } else {
                failed++;
                // InternalFailure: the service does not say what became of the record.
                aggregate.sendingEnded(true);
                aggregate.lastFailure = new IllegalStateException(
                        "The service answered %s: %s".formatted(answer.errorCode(), answer.errorMessage()));
                retry(aggregate);
            }
        }
        tell(call, batch.size(), throttled, failed, null);
    }

    private void acknowledged(Aggregate aggregate, PutRecordsResultEntry answer, long nowNanos) {
        Slice slice = aggregate.slice;
        aggregate.sendingEnded(false);
        slice.pace = paces.computeIfAbsent(answer.shardId(), shard -> new ShardPace());
        slice.pace.took(nowNanos);
        outcomes.acknowledged(aggregate, answer.shardId(), answer.sequenceNumber());
        engine.released(slice);
    }

    private void throttled(Aggregate aggregate, PutRecordsResultEntry answer, long nowNanos) {
        aggregate.sendingEnded(false);
        aggregate.lastFailure = ProvisionedThroughputExceededException.builder()
                .message(answer.errorMessage())
                .build();
        if (aggregate.slice.pace != null) {
            aggregate.slice.pace.throttled(nowNanos);
        }
        retry(aggregate);
    }

    private void retry(Aggregate aggregate) {
        long delayNanos = Backoff.nanos(aggregate.attempts(), environment.random());
        if (aggregate.wanted()) {
            settings.tell(
                    ProducerListener::onRetry,
                    new Retry(settings.stream(), Stage.PUT, aggregate.attempts(), Duration.ofNanos(delayNanos)));
        }
        engine.at(environment.nanoTime() + delayNanos, () -> add(aggregate));
    }

    private void tell(Call call, int records, int throttled, int failed, @Nullable Throwable failure) {
        Duration duration = Duration.ofNanos(environment.nanoTime() - call.startedNanos());
        settings.tell(
                ProducerListener::onPutEnded,
                new PutEnded(settings.stream(), records, throttled, failed, duration, failure));
    }
}
