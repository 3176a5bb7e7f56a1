// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Decrypts the records of one shard for an application's record processor. What KCL does with an exception decides everything here: it skips the batch
 * and goes on, so a record that cannot be decrypted must never become one.
 *
 * <p>Records before such a record are delivered first, as a batch of their own; then the thread waits ({@link RecordHold}). If the record opens, it and
 * the rest of its batch are delivered. If the wait is given up, the shard is halted for good: nothing more is delivered, no checkpoint passes the last
 * delivered record, and the end of the shard is refused, so that KCL neither completes the shard nor starts its children.
 *
 * <p>What the application throws is handed on unchanged, after the rest of its batch: for KCL an exception of the application ends one call, and
 * without this class the rest might have come in the next one. An {@link Error} becomes a {@link RuntimeException}, because in KCL it would end the
 * scheduler's loop but not the renewal of its leases.
 *
 * <p>KCL calls it from one thread at a time.
 */
final class DecryptingShardRecordProcessor implements ShardRecordProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(DecryptingShardRecordProcessor.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final ShardRecordProcessor application;
    private final StreamIdentity stream;
    private final RecordOpener opener;
    private final HoldEnvironment environment;
    private final ShardPosition position = new ShardPosition();

    private String shardId = "(not initialized)";
    private long lastLogNanos;

    DecryptingShardRecordProcessor(
            ShardRecordProcessor application, StreamIdentity stream, RecordOpener opener, HoldEnvironment environment) {
        this.application = application;
        this.stream = stream;
        this.opener = opener;
        this.environment = environment;
    }

    @Override
    public void initialize(InitializationInput input) {
        shardId = input.shardId();
        position.startAfter(input.extendedSequenceNumber());
        rethrow(failureOf(() -> application.initialize(input)));
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        if (position.isHalted()) {
            logWithheld(input);
            return;
        }
        Throwable applicationFailure;
        try {
            applicationFailure = openAndDeliver(input);
        } catch (Throwable e) {
            // A fault of this class: thrown, it would cost the batch.
            halt();
            LOG.error("Halted shard {} of stream {} because its records could not be delivered", shardId, stream, e);
            return;
        }
        rethrow(applicationFailure);
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        rethrow(failureOf(() -> application.leaseLost(input)));
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        if (position.isHalted()) {
            throw new IllegalStateException(
                    "Shard %s of stream %s is not complete: a record after %s could not be decrypted, and nothing from it on was delivered. The shard and its children wait until a processor that can decrypt it takes over."
                            .formatted(shardId, stream, position.latest()));
        }
        position.shardEnded();
        ShardEndedInput safe = ShardEndedInput.builder()
                .checkpointer(safe(input.checkpointer()))
                .build();
        rethrow(failureOf(() -> application.shardEnded(safe)));
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        ShutdownRequestedInput safe = ShutdownRequestedInput.builder()
                .checkpointer(safe(input.checkpointer()))
                .build();
        rethrow(failureOf(() -> application.shutdownRequested(safe)));
    }

    /** Returns what the application threw first, if anything. */
    private @Nullable Throwable openAndDeliver(ProcessRecordsInput input) {
        List<KinesisClientRecord> stored = input.records() == null ? List.of() : input.records();
        List<KinesisClientRecord> opened = new ArrayList<>(stored.size());
        Throwable applicationFailure = null;
        for (KinesisClientRecord record : stored) {
            KinesisClientRecord plain;
            try {
                plain = opener.open(record);
            } catch (Throwable failure) {
                if (!opened.isEmpty()) {
                    applicationFailure = first(applicationFailure, deliverBeforeHold(input, opened));
                    opened = new ArrayList<>(stored.size());
                }
                plain = holdAt(record, failure);
                if (plain == null) {
                    return applicationFailure;
                }
            }
            opened.add(plain);
        }
        ProcessRecordsInput rest = input.toBuilder()
                .records(opened)
                .checkpointer(safe(input.checkpointer()))
                .build();
        return first(applicationFailure, deliver(rest));
    }

    /** What is done about a record that does not open: the one place for it. Returns the record if it opened later, null if the shard is halted. */
    private @Nullable KinesisClientRecord holdAt(KinesisClientRecord record, Throwable failure) {
        KinesisClientRecord opened =
                new RecordHold(stream, shardId, record, failure, opener, environment).untilOpened();
        if (opened == null) {
            halt();
        }
        return opened;
    }

    /** Delivers the records before one that is held, as an ordinary batch from the middle of the shard. */
    private @Nullable Throwable deliverBeforeHold(ProcessRecordsInput input, List<KinesisClientRecord> opened) {
        Throwable failure = deliver(input.toBuilder()
                .records(opened)
                .checkpointer(safe(input.checkpointer()))
                .isAtShardEnd(false)
                .childShards(List.of())
                .build());
        if (failure != null) {
            LOG.warn(
                    "The record processor of shard {} of stream {} threw an exception, which KCL gets only after the rest of the batch",
                    shardId,
                    stream,
                    failure);
        }
        return failure;
    }

    private @Nullable Throwable deliver(ProcessRecordsInput batch) {
        List<KinesisClientRecord> records = batch.records();
        if (!records.isEmpty()) {
            position.delivered(records.get(records.size() - 1));
        }
        return failureOf(() -> application.processRecords(batch));
    }

    private @Nullable Throwable first(@Nullable Throwable earlier, @Nullable Throwable failure) {
        if (earlier != null && failure != null) {
            LOG.warn(
                    "The record processor of shard {} of stream {} threw more than once in a batch; KCL gets the first exception, not this one",
                    shardId,
                    stream,
                    failure);
        }
        return earlier == null ? failure : earlier;
    }

    private void halt() {
        position.halt();
        lastLogNanos = environment.timer().nanoTime();
    }

    private void logWithheld(ProcessRecordsInput input) {
        long now = environment.timer().nanoTime();
        if (now - lastLogNanos >= LOG_INTERVAL.toNanos()) {
            lastLogNanos = now;
            LOG.error(
                    "Shard {} of stream {} is halted after {}: {} more records are withheld. Restart this consumer, or let another take the lease.",
                    shardId,
                    stream,
                    position.latest(),
                    input.records().size());
        }
    }

    private @Nullable RecordProcessorCheckpointer safe(@Nullable RecordProcessorCheckpointer kcl) {
        return kcl == null ? null : new SafeCheckpointer(kcl, position);
    }

    private static @Nullable Throwable failureOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error) {
            throw new RuntimeException(
                    "The application's record processor threw "
                            + failure.getClass().getName(),
                    failure);
        }
        if (failure != null) {
            DecryptingShardRecordProcessor.<RuntimeException>throwUnchanged(failure);
        }
    }

    /** An application can throw a checked exception without declaring it (other languages do); it stays what it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnchanged(Throwable failure) throws E {
        throw (E) failure;
    }
}
