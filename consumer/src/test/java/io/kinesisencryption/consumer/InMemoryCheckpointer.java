// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.checkpoint.Checkpoint;
import software.amazon.kinesis.processor.Checkpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** What KCL's checkpoints of one shard are written to, in place of the lease table. */
final class InMemoryCheckpointer implements Checkpointer {
    private final List<ExtendedSequenceNumber> written = new ArrayList<>();
    private ExtendedSequenceNumber checkpoint;
    private ExtendedSequenceNumber pending;
    private byte[] pendingState;
    private String operation = "";

    InMemoryCheckpointer(ExtendedSequenceNumber checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** Every position that was written, in order. */
    synchronized List<ExtendedSequenceNumber> written() {
        return List.copyOf(written);
    }

    @Override
    public synchronized void setCheckpoint(
            String leaseKey, ExtendedSequenceNumber checkpointValue, String concurrencyToken) {
        checkpoint = checkpointValue;
        pending = null;
        pendingState = null;
        written.add(checkpointValue);
    }

    @Override
    public synchronized ExtendedSequenceNumber getCheckpoint(String leaseKey) {
        return checkpoint;
    }

    @Override
    public synchronized Checkpoint getCheckpointObject(String leaseKey) {
        return new Checkpoint(checkpoint, pending, pendingState);
    }

    @Override
    public void prepareCheckpoint(String leaseKey, ExtendedSequenceNumber pendingCheckpoint, String concurrencyToken) {
        prepareCheckpoint(leaseKey, pendingCheckpoint, concurrencyToken, null);
    }

    @Override
    public synchronized void prepareCheckpoint(
            String leaseKey,
            ExtendedSequenceNumber pendingCheckpoint,
            String concurrencyToken,
            byte[] pendingCheckpointState) {
        pending = pendingCheckpoint;
        pendingState = pendingCheckpointState;
    }

    @Override
    public void operation(String newOperation) {
        operation = newOperation;
    }

    @Override
    public String operation() {
        return operation;
    }
}
