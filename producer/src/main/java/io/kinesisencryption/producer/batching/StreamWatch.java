// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * What the stream says of itself: its open shards and the largest record that it takes. Asked before the first record and now and then while
 * records come; what cannot be learned is assumed. Not thread-safe.
 */
final class StreamWatch {
    /** What a stream takes unless it is set to take more. */
    static final int DEFAULT_MAX_RECORD_SIZE_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(BatchingProducer.class);
    private static final long REFRESH_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** The client should end a call by itself; one that does not is given up so much later. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** How long records wait for an answer before the producer goes on without one. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int BYTES_PER_KIB = 1024;

    private final StreamClient client;
    private final Environment environment;
    private final Engine engine;
    private int openShards;
    private int maxRecordSizeBytes = DEFAULT_MAX_RECORD_SIZE_BYTES;
    private boolean asking;
    private boolean decided;
    private boolean told;
    private int attempts;
    private long asks;
    private long askedNanos;
    private long firstAskedNanos;

    StreamWatch(StreamClient client, Environment environment, Engine engine) {
        this.client = client;
        this.environment = environment;
        this.engine = engine;
    }

    /** Whether the stream has answered, or is not waited for. */
    boolean decided() {
        return decided;
    }

    /** How many open shards the stream has, or 0 if that is not known. */
    int openShards() {
        return openShards;
    }

    int maxRecordSizeBytes() {
        return maxRecordSizeBytes;
    }

    /** A record has come: asks if the last answer is old. */
    void used(long nowNanos) {
        if (!asking && (!decided || nowNanos - askedNanos >= REFRESH_NANOS)) {
            ask(nowNanos);
        }
    }

    private void ask(long nowNanos) {
        asking = true;
        if (attempts++ == 0) {
            firstAskedNanos = nowNanos;
        }
        askedNanos = nowNanos;
        long ask = asks;
        var unused = client.describe(CALL_TIMEOUT)
                .whenComplete((answer, failure) -> engine.later(() -> answered(ask, answer, failure)));
        // Records wait for this: a client that does not end the call in its time must not hold them until they are
        // given up.
        engine.at(
                nowNanos + CALL_TIMEOUT.plus(GRACE).toNanos(),
                () -> answered(ask, null, new TimeoutException("The client did not end the call in its time")));
    }

    private void answered(long ask, @Nullable DescribeStreamSummaryResponse answer, @Nullable Throwable error) {
        if (ask != asks) {
            return;
        }
        asks++;
        long nowNanos = environment.nanoTime();
        asking = false;
        StreamDescriptionSummary summary = answer == null ? null : answer.streamDescriptionSummary();
        Throwable failure =
                error == null && summary == null ? new IllegalStateException("The client gave no answer") : error;
        if (failure == null && summary != null) {
            openShards = summary.openShardCount() == null ? 0 : summary.openShardCount();
            Integer maxRecordSizeInKiB = summary.maxRecordSizeInKiB();
            maxRecordSizeBytes = maxRecordSizeInKiB == null
                    ? DEFAULT_MAX_RECORD_SIZE_BYTES
                    : Math.max(DEFAULT_MAX_RECORD_SIZE_BYTES, maxRecordSizeInKiB * BYTES_PER_KIB);
            decide();
            return;
        }
        if (decided || failure == null) {
            return;
        }
        Verdict verdict = Verdict.of(failure);
        if (verdict.cause() instanceof ResourceNotFoundException) {
            attempts = 0;
            engine.streamMissing(verdict.cause());
        } else if (verdict.kind() == Verdict.Kind.PERMANENT || nowNanos - firstAskedNanos >= PATIENCE_NANOS) {
            goOnWithout(verdict.cause());
        } else {
            asking = true;
            engine.at(nowNanos + Backoff.nanos(attempts, environment.random()), () -> {
                asking = false;
                used(environment.nanoTime());
            });
        }
    }

    private void goOnWithout(Throwable cause) {
        if (!told) {
            told = true;
            LOG.warn(
                    "The stream's shards and limits cannot be learned by DescribeStreamSummary; going on as for a stream of {} shards that takes records of 1 MiB: {}",
                    Slices.ASSUMED_SHARDS,
                    cause.toString());
        }
        decide();
    }

    private void decide() {
        attempts = 0;
        decided = true;
        engine.streamKnown();
    }
}
