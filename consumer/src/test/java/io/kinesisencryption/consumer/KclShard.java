// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import software.amazon.kinesis.checkpoint.ShardRecordProcessorCheckpointer;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.ProcessTask;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.ThrottlingReporter;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * One shard as KCL drives it: batches go through KCL's own {@link ProcessTask} and checkpoints through its own checkpointer, so that what KCL does with
 * an exception or a position is real. A new one over the same checkpoint is the shard's next owner.
 */
final class KclShard {
    static final String SHARD_ID = "shardId-000000000000";

    final InMemoryCheckpointer checkpoints;
    final ShardRecordProcessorCheckpointer checkpointer;

    private final ShardInfo shard = new ShardInfo(SHARD_ID, "1d4ad1d7-9d0e-4ad4-a1c2-3a6a4b6c2b49", List.of(), null);
    private final ShardRecordProcessor processor;

    KclShard(ShardRecordProcessor processor) {
        this(processor, ExtendedSequenceNumber.TRIM_HORIZON);
    }

    KclShard(ShardRecordProcessor processor, ExtendedSequenceNumber checkpoint) {
        this.processor = processor;
        this.checkpoints = new InMemoryCheckpointer(checkpoint);
        this.checkpointer = new ShardRecordProcessorCheckpointer(shard, checkpoints);
        checkpointer.largestPermittedCheckpointValue(checkpoint);
        checkpointer.setInitialCheckpointValue(checkpoint);
        processor.initialize(InitializationInput.builder()
                .shardId(SHARD_ID)
                .extendedSequenceNumber(checkpoint)
                .build());
    }

    /** Hands a batch over as KCL does, which keeps every exception to itself and goes on. */
    void process(KinesisClientRecord... records) {
        process(ProcessRecordsInput.builder()
                .records(new ArrayList<>(List.of(records)))
                .millisBehindLatest(0L)
                .build());
    }

    void process(ProcessRecordsInput input) {
        Object[] arguments = {
            shard,
            processor,
            checkpointer,
            0L,
            true,
            null,
            new ThrottlingReporter(5, SHARD_ID),
            input,
            true,
            0L,
            new AggregatorUtil(),
            new NullMetricsFactory(),
            null
        };
        processTask(arguments).call();
    }

    /** KCL 3 wants one argument more than the KCL 2 that this is compiled against: what counts the bytes of a lease. */
    private static ProcessTask processTask(Object[] arguments) {
        try {
            Constructor<?> constructor = ProcessTask.class.getConstructors()[0];
            Class<?>[] types = constructor.getParameterTypes();
            Object[] all = Arrays.copyOf(arguments, types.length);
            if (types.length > arguments.length) {
                Callable<Long> clock = System::currentTimeMillis;
                all[arguments.length] = types[arguments.length]
                        .getConstructor(Long.class, Callable.class)
                        .newInstance(10_000L, clock);
            }
            return (ProcessTask) constructor.newInstance(all);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("This KCL makes its ProcessTask of other things", e);
        }
    }

    /** What KCL's ShutdownTask does at the end of a shard, and does again until it passes. */
    void end() {
        checkpointer.sequenceNumberAtShardEnd(checkpointer.largestPermittedCheckpointValue());
        checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.SHARD_END);
        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());
        if (!ExtendedSequenceNumber.SHARD_END.equals(checkpointer.lastCheckpointValue())) {
            throw new IllegalArgumentException("Application didn't checkpoint at end of shard");
        }
    }

    void requestShutdown() {
        processor.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(checkpointer).build());
    }

    void loseLease() {
        processor.leaseLost(LeaseLostInput.builder().build());
    }

    ExtendedSequenceNumber checkpoint() {
        return checkpoints.getCheckpoint(SHARD_ID);
    }
}
