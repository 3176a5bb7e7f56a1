// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
        var unused = client.describe(CALL_TIMEOUT)
                .whenComplete((answer, failure) -> engine.later(() -> answered(answer, failure)));
    }

    private void answered(DescribeStreamSummaryResponse answer, Throwable failure) {
        long nowNanos = environment.nanoTime();
        asking = false;
        if (failure == null) {
            StreamDescriptionSummary summary = answer.streamDescriptionSummary();
            openShards = summary.openShardCount() == null ? 0 : summary.openShardCount();
            Integer maxRecordSizeInKiB = summary.maxRecordSizeInKiB();
            maxRecordSizeBytes = maxRecordSizeInKiB == null
                    ? DEFAULT_MAX_RECORD_SIZE_BYTES
                    : Math.max(DEFAULT_MAX_RECORD_SIZE_BYTES, maxRecordSizeInKiB * BYTES_PER_KIB);
            decide();
            return;
        }
        if (decided) {
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
