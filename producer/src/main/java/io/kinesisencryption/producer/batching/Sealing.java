// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.ProducerListener.AggregateSealed;
import io.kinesisencryption.producer.ProducerListener.Retry;
import io.kinesisencryption.producer.ProducerListener.Stage;
import java.time.Duration;
import java.util.List;

/** Has aggregates sealed on threads that may wait for the key service, each one once. Not thread-safe: the engine's thread only. */
final class Sealing {
    private final Settings settings;
    private final Sealer sealer;
    private final Environment environment;
    private final Outcomes outcomes;
    private final Sender sender;
    private final StreamWatch watch;
    private final Engine engine;

    Sealing(
            Settings settings,
            Sealer sealer,
            Environment environment,
            Outcomes outcomes,
            Sender sender,
            StreamWatch watch,
            Engine engine) {
        this.settings = settings;
        this.sealer = sealer;
        this.environment = environment;
        this.outcomes = outcomes;
        this.sender = sender;
        this.watch = watch;
        this.engine = engine;
    }

    /** Seals what somebody waits for still. */
    void begin(Aggregate aggregate) {
        List<UserRecord> records = aggregate.toSeal();
        if (records.isEmpty()) {
            engine.released(aggregate.slice);
            return;
        }
        try {
            environment.seal(() -> seal(aggregate, records));
        } catch (OutOfMemoryError e) {
            // No thread can be had.
            failed(aggregate, e);
        }
    }

    /** On a thread that may wait. */
    private void seal(Aggregate aggregate, List<UserRecord> records) {
        long began = environment.nanoTime();
        try {
            Slice slice = aggregate.slice;
            KinesisRecord sealed = sealer.seal(slice.partitionKey, slice.explicitHashKey, records);
            Duration took = Duration.ofNanos(environment.nanoTime() - began);
            engine.later(() -> sealed(aggregate, records, sealed, began, took));
        } catch (Throwable e) {
            engine.later(() -> failed(aggregate, e));
        }
    }

    private void sealed(
            Aggregate aggregate, List<UserRecord> records, KinesisRecord sealed, long began, Duration took) {
        aggregate.seal(sealed);
        if (aggregate.sealedSizeBytes() > watch.maxRecordSizeBytes()) {
            tooLarge(aggregate);
            return;
        }
        long dataSizeBytes = 0;
        for (UserRecord record : records) {
            dataSizeBytes += record.data().length;
        }
        settings.tell(
                ProducerListener::onAggregateSealed,
                new AggregateSealed(
                        settings.stream(),
                        records.size(),
                        dataSizeBytes,
                        sealed.data().length,
                        took,
                        Duration.ofNanos(began - aggregate.openedNanos),
                        aggregate.lingers));
        sender.add(aggregate);
    }

    private void tooLarge(Aggregate aggregate) {
        RecordTooLargeException cause = new RecordTooLargeException(
                0,
                aggregate.sealedSizeBytes(),
                watch.maxRecordSizeBytes(),
                "The aggregate of %d user records takes %d bytes once encrypted, its partition key included; the stream takes at most %d"
                        .formatted(
                                aggregate.records().size(), aggregate.sealedSizeBytes(), watch.maxRecordSizeBytes()));
        outcomes.failed(aggregate, "Too large", cause);
        engine.released(aggregate.slice);
    }

    private void failed(Aggregate aggregate, Throwable failure) {
        aggregate.notSealed();
        aggregate.lastFailure = failure;
        boolean passes = failure instanceof KinesisEncryptionException known
                && known.failureClass() == FailureClass.TRANSIENT_KEY;
        if (!passes) {
            outcomes.failed(aggregate, "Not sealed", failure);
        }
        if (!aggregate.wanted()) {
            engine.released(aggregate.slice);
            return;
        }
        long delayNanos = Backoff.nanos(aggregate.sealingAttempts(), environment.random());
        settings.tell(
                ProducerListener::onRetry,
                new Retry(settings.stream(), Stage.SEAL, aggregate.sealingAttempts(), Duration.ofNanos(delayNanos)));
        engine.at(environment.nanoTime() + delayNanos, () -> begin(aggregate));
    }
}
