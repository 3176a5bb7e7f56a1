// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** An application behind a factory under simulated time, and one shard of it. */
final class Wrapped {
    final RecordingApplication application = new RecordingApplication();
    final SimulatedTime time = new SimulatedTime();
    final RecordingHoldListener holds = new RecordingHoldListener();
    /** Whether KCL's loop waits for the thread that delivers. */
    BooleanSupplier loopWaits = () -> false;
    /** Threads that were asked for, for a test to run when it likes. */
    final Queue<Runnable> takeovers = new ArrayDeque<>();

    final DecryptingShardRecordProcessorFactory factory;
    final ShardRecordProcessor processor;
    final KclShard shard;

    Wrapped(KinesisEncryption encryption) {
        this(encryption, null);
    }

    /** With a listener of the test's own in place of {@link #holds}. */
    Wrapped(KinesisEncryption encryption, ConsumerListener listener) {
        this(encryption, listener, FailurePolicies.DEFAULTS, null, ExtendedSequenceNumber.TRIM_HORIZON);
    }

    static Wrapped under(FailurePolicies policies, KinesisEncryption encryption) {
        return new Wrapped(encryption, null, policies, null, ExtendedSequenceNumber.TRIM_HORIZON);
    }

    Wrapped(
            KinesisEncryption encryption,
            ConsumerListener listener,
            FailurePolicies policies,
            Path passFile,
            ExtendedSequenceNumber checkpoint) {
        this(encryption, listener, policies, passFile, checkpoint, SchemaDecoder.NONE);
    }

    static Wrapped decoding(SchemaDecoder schemas, FailurePolicies policies, KinesisEncryption encryption) {
        return new Wrapped(encryption, null, policies, null, ExtendedSequenceNumber.TRIM_HORIZON, schemas);
    }

    private Wrapped(
            KinesisEncryption encryption,
            ConsumerListener listener,
            FailurePolicies policies,
            Path passFile,
            ExtendedSequenceNumber checkpoint,
            SchemaDecoder schemas) {
        time.schemas = schemas;
        factory = new DecryptingShardRecordProcessorFactory(
                () -> application,
                encryption,
                null,
                time.environment(
                        listener == null ? holds : listener,
                        takeovers::add,
                        loop -> loopWaits.getAsBoolean(),
                        policies,
                        passFile));
        // Waits are long: what is remembered of the key service's answers is forgotten by their end.
        time.afterEachWait(encryption::discardAll);
        processor = factory.shardRecordProcessor(StreamIdentifier.singleStreamInstance(Records.ORDERS.name()));
        shard = new KclShard(processor, checkpoint);
    }
}
