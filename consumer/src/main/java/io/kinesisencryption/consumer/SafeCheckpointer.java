// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.processor.Checkpointer;
import software.amazon.kinesis.processor.PreparedCheckpointer;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * A checkpointer that never passes a record which the application has not been given. It turns every call into one of three on KCL's checkpointer,
 * with an explicit position, because KCL's own idea of "the latest" is the end of the batch that is being decrypted.
 *
 * <p>Thread-safe, and good for as long as KCL's is: applications keep checkpointers and use them later, from other threads. All checkpointers of
 * a shard share a lock, so that "the latest" of one call cannot be overtaken by that of another and then be refused as a step back.
 */
final class SafeCheckpointer implements RecordProcessorCheckpointer {
    private final RecordProcessorCheckpointer kcl;
    private final ShardPosition position;

    SafeCheckpointer(RecordProcessorCheckpointer kcl, ShardPosition position) {
        this.kcl = Objects.requireNonNull(kcl, "checkpointer");
        this.position = position;
    }

    @Override
    public void checkpoint()
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        synchronized (position) {
            if (position.isAtShardEnd()) {
                kcl.checkpoint();
                return;
            }
            ExtendedSequenceNumber last = position.lastDelivered();
            if (last != null) {
                checkpoint(last);
            }
        }
    }

    @Override
    public void checkpoint(Record record)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        checkpoint(sequenceNumberOf(record), 0);
    }

    @Override
    public void checkpoint(String sequenceNumber)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        checkpoint(sequenceNumber, 0);
    }

    @Override
    public void checkpoint(String sequenceNumber, long subSequenceNumber)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        synchronized (position) {
            ExtendedSequenceNumber target = position.target(sequenceNumber, subSequenceNumber);
            if (target == null) {
                return;
            }
            if (target.equals(ExtendedSequenceNumber.SHARD_END)) {
                kcl.checkpoint();
            } else {
                checkpoint(target);
            }
        }
    }

    private void checkpoint(ExtendedSequenceNumber target)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        kcl.checkpoint(target.sequenceNumber(), target.subSequenceNumber());
        position.committed(target);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint()
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareLatest(null);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(byte[] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareLatest(applicationState);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(Record record)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumberOf(record), 0, null);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(Record record, byte[] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumberOf(record), 0, applicationState);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(String sequenceNumber)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumber, 0, null);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(String sequenceNumber, byte[] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumber, 0, applicationState);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(String sequenceNumber, long subSequenceNumber)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumber, subSequenceNumber, null);
    }

    @Override
    public PreparedCheckpointer prepareCheckpoint(
            String sequenceNumber, long subSequenceNumber, byte[] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return prepareNamed(sequenceNumber, subSequenceNumber, applicationState);
    }

    /**
     * Refused: KCL's {@code Checkpointer} writes any position for any shard, also one behind a record that is still held.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Checkpointer checkpointer() {
        throw new UnsupportedOperationException(
                "The Checkpointer of a decrypting record processor is not handed out: it would checkpoint past records that are not delivered yet."
                        + " Use checkpoint() and prepareCheckpoint().");
    }

    private PreparedCheckpointer prepareLatest(byte @Nullable [] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        synchronized (position) {
            return prepare(started(position.latest()), applicationState);
        }
    }

    private static ExtendedSequenceNumber started(@Nullable ExtendedSequenceNumber place) {
        if (place == null) {
            throw new IllegalStateException("prepareCheckpoint() was called before initialize()");
        }
        return place;
    }

    private PreparedCheckpointer prepareNamed(
            String sequenceNumber, long subSequenceNumber, byte @Nullable [] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        synchronized (position) {
            ExtendedSequenceNumber target = position.target(sequenceNumber, subSequenceNumber);
            return prepare(target == null ? started(position.initial()) : target, applicationState);
        }
    }

    /**
     * Always the form with three arguments: KCL's {@code prepareCheckpoint(byte[])} drops the sub-sequence number. Without a state KCL passes null to
     * it itself. At the position that the processor started after KCL answers with a checkpointer that does nothing.
     */
    private PreparedCheckpointer prepare(ExtendedSequenceNumber target, byte @Nullable [] applicationState)
            throws KinesisClientLibDependencyException, InvalidStateException, ThrottlingException, ShutdownException {
        return kcl.prepareCheckpoint(target.sequenceNumber(), target.subSequenceNumber(), applicationState);
    }

    private static String sequenceNumberOf(@Nullable Record record) {
        if (record == null) {
            throw new IllegalArgumentException("Could not checkpoint a null record");
        }
        return record.sequenceNumber();
    }
}
