// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.DeliveryJournal.Kind;
import io.kinesisencryption.consumer.NumberedOrders.Checkpointing;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A worker process's application for one shard: it writes each record down at once, and checkpoints at the records that the seed chooses, wherever in
 * a Kinesis record they are, or after each batch.
 */
final class WorkerApplication implements ShardRecordProcessor {
    /** How it checkpoints, besides at the end of its shard and when it is asked to. */
    enum Checkpoints {
        AT_RANDOM_RECORDS,
        AFTER_EACH_BATCH
    }

    /** Long enough for somebody who looks at the lease table, or kills this process, to find it between two user records of a Kinesis record. */
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private final DeliveryJournal journal;
    private final NumberedOrders orders;
    private final Checkpoints checkpoints;
    private final int run;
    private String shardId = "";
    private int delivered;
    private int checkpointed;
    private Place later;

    /** A record that was delivered, as the how many-th of this run. */
    private record Place(KinesisClientRecord record, int ordinal, boolean middle, int dueOrdinal) {}

    /** A call of KCL's. */
    private interface Call {
        void run() throws Exception;
    }

    WorkerApplication(DeliveryJournal journal, NumberedOrders orders, Checkpoints checkpoints, int run) {
        this.journal = journal;
        this.orders = orders;
        this.checkpoints = checkpoints;
        this.run = run;
    }

    @Override
    public void initialize(InitializationInput input) {
        shardId = input.shardId();
        journal.add(
                Kind.INITIALIZED,
                run,
                shardId,
                input.extendedSequenceNumber().sequenceNumber(),
                input.extendedSequenceNumber().subSequenceNumber());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        List<KinesisClientRecord> records = input.records();
        for (int i = 0; i < records.size(); i++) {
            KinesisClientRecord record = records.get(i);
            deliver(record);
            boolean middle = i + 1 < records.size()
                    && records.get(i + 1).sequenceNumber().equals(record.sequenceNumber());
            if (checkpoints == Checkpoints.AT_RANDOM_RECORDS) {
                checkpointAsTheSeedSays(input.checkpointer(), record, middle);
            }
        }
        if (checkpoints == Checkpoints.AFTER_EACH_BATCH) {
            checkpoint(false, () -> input.checkpointer().checkpoint());
        }
    }

    private void deliver(KinesisClientRecord record) {
        delivered++;
        journal.add(
                Kind.DELIVERED,
                run,
                orders.numberOf(record),
                record.sequenceNumber(),
                record.subSequenceNumber(),
                orders.isIntact(record) ? "INTACT" : "ALTERED");
    }

    private void checkpointAsTheSeedSays(
            RecordProcessorCheckpointer checkpointer, KinesisClientRecord record, boolean middle) {
        int number = orders.numberOf(record);
        Checkpointing how = orders.checkpointing(number);
        String sequenceNumber = record.sequenceNumber();
        long subSequenceNumber = record.subSequenceNumber();
        if (how == Checkpointing.LATER) {
            later = new Place(record, delivered, middle, delivered + orders.recordsLater(number));
        } else if (how == Checkpointing.AT_SEQUENCE_NUMBER) {
            // That names the first user record of an aggregate.
            checkpoint(middle, () -> checkpointer.checkpoint(sequenceNumber));
        } else if (how == Checkpointing.PREPARED) {
            checkpoint(
                    middle,
                    () -> checkpointer
                            .prepareCheckpoint(sequenceNumber, subSequenceNumber)
                            .checkpoint());
        } else if (how == Checkpointing.AT_POSITION) {
            checkpoint(middle, () -> checkpointer.checkpoint(sequenceNumber, subSequenceNumber));
        }
        if (how != null && how != Checkpointing.LATER) {
            checkpointed = delivered;
            if (middle && orders.lingers(number)) {
                LockSupport.parkNanos(LINGER_NANOS);
            }
        }
        checkpointLate(checkpointer);
    }

    /** KCL refuses to go back, so a place that was passed meanwhile is left out. */
    private void checkpointLate(RecordProcessorCheckpointer checkpointer) {
        Place place = later;
        if (place == null || delivered < place.dueOrdinal()) {
            return;
        }
        later = null;
        if (place.ordinal() > checkpointed) {
            checkpointed = place.ordinal();
            checkpoint(
                    place.middle(),
                    () -> checkpointer.checkpoint(
                            place.record().sequenceNumber(), place.record().subSequenceNumber()));
        }
    }

    private void checkpoint(boolean middle, Call call) {
        try {
            call.run();
            journal.add(Kind.CHECKPOINTED, run, middle ? "MIDDLE" : "END");
        } catch (ShutdownException | ThrottlingException | KinesisClientLibDependencyException e) {
            // The lease is another's by now, or the lease table is out of reach: the next one will do.
        } catch (Exception e) {
            journal.add(Kind.FAILED, run, shardId, e);
        }
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        journal.add(Kind.LEASE_LOST, run);
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        journal.add(Kind.SHARD_ENDED, run);
        RecordingApplication.checkpoint(input.checkpointer());
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        RecordingApplication.checkpoint(input.checkpointer());
    }
}
