// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/**
 * Decrypts the records of one shard for an application's record processor. What KCL does with an exception decides everything here: it skips the batch
 * and goes on, so a record that cannot be decrypted must never become one.
 *
 * <p>Records before such a record are delivered first, as a batch of their own; then the thread waits ({@link RecordHold}). If the record opens, it and
 * the rest of its batch are delivered. A thread that KCL's loop needs back does not wait but returns, and another one waits in its place
 * ({@link Takeover}). If the wait is given up, the shard is halted for good: nothing more is delivered, no checkpoint passes the last
 * delivered record, and the end of the shard is refused, so that KCL neither completes the shard nor starts its children.
 * The policies may have it that some records are passed over instead ({@link FailedRecords}); those count as delivered.
 *
 * <p>Unless the policies say otherwise ({@link Handover}), what the application throws is handed on unchanged, after the rest of its batch: for KCL an exception of the application ends one call, and
 * without this class the rest might have come in the next one. An {@link Error} becomes a {@link RuntimeException}, because in KCL it would end the
 * scheduler's loop but not the renewal of its leases.
 *
 * <p>KCL calls it from one thread at a time.
 */
final class DecryptingShardRecordProcessor implements ShardRecordProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(DecryptingShardRecordProcessor.class);

    private final ShardContext shard;
    private final Thread scheduler;
    /** The last one that there was, ended or not. */
    private @Nullable Takeover takeover;

    /**
     * Makes one. Called by KCL's loop, whose thread it remembers.
     *
     * @param application the application's processor
     * @param stream the stream
     * @param opener how records are opened
     * @param environment what holds need
     */
    DecryptingShardRecordProcessor(
            ShardRecordProcessor application, StreamIdentity stream, RecordOpener opener, HoldEnvironment environment) {
        this.shard = new ShardContext(application, stream, opener, environment);
        this.scheduler = Thread.currentThread();
    }

    @Override
    public void initialize(InitializationInput input) {
        shard.initialize(input.shardId());
        shard.position().startAfter(input.extendedSequenceNumber());
        ApplicationCall.run(() -> shard.application().initialize(input));
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        Throwable applicationFailure;
        try {
            applicationFailure = deliver(input);
        } catch (Throwable e) {
            // KCL would skip the batch, or end its loop.
            shard.halt();
            LOG.error("Halted shard {} of stream {} because of a fault", shard.shardId(), shard.stream(), e);
            return;
        }
        ApplicationCall.rethrow(applicationFailure);
    }

    /** Returns what the application threw, as far as KCL is to get it. */
    private @Nullable Throwable deliver(ProcessRecordsInput input) {
        BatchDelivery batch = new BatchDelivery(shard, input);
        if (takeover != null && !takeover.await(this::schedulerWaits) && takeover.add(batch)) {
            return null;
        }
        if (!batch.run(this::schedulerWaits)) {
            takeover = Takeover.start(shard, batch);
            return null;
        }
        return batch.applicationFailure();
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        endTakeover();
        ApplicationCall.run(() -> shard.application().leaseLost(input));
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        if (takeover != null) {
            takeover.await(() -> false);
        }
        if (shard.position().isHalted()) {
            throw new IllegalStateException(
                    "Shard %s of stream %s is not complete: a record after %s could not be decrypted or was not taken by the application, and nothing from it on was delivered. The shard and its children wait until a processor that can go on takes over."
                            .formatted(
                                    shard.shardId(),
                                    shard.stream(),
                                    shard.position().latest()));
        }
        shard.position().shardEnded();
        ShardEndedInput safe = ShardEndedInput.builder()
                .checkpointer(shard.safe(input.checkpointer()))
                .build();
        ApplicationCall.run(() -> shard.application().shardEnded(safe));
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        endTakeover();
        ShutdownRequestedInput safe = ShutdownRequestedInput.builder()
                .checkpointer(shard.safe(input.checkpointer()))
                .build();
        ApplicationCall.run(() -> shard.application().shutdownRequested(safe));
    }

    /** The lease is about to go or gone, so a hold has nothing left to wait for. A batch that is being delivered is waited for, as KCL does. */
    private void endTakeover() {
        if (takeover != null) {
            takeover.end();
        }
    }

    /** If that cannot be told, the thread waits as it does in most cases. */
    private boolean schedulerWaits() {
        try {
            return shard.environment().watch().waitsForThisThread(scheduler);
        } catch (Throwable e) {
            return false;
        }
    }
}
