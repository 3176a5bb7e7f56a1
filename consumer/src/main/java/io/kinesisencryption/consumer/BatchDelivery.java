// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Opens and delivers one batch of a shard. Records before one that does not open are delivered first, as a batch of their own; then it waits at
 * that record. A thread that cannot wait any longer leaves, and another one goes on where it stood. Used by one thread at a time.
 */
final class BatchDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(BatchDelivery.class);

    private final ShardContext shard;
    private final ProcessRecordsInput input;
    private final List<KinesisClientRecord> stored;
    private List<KinesisClientRecord> opened;
    private int next;
    private @Nullable RecordHold hold;
    private @Nullable Throwable applicationFailure;

    BatchDelivery(ShardContext shard, ProcessRecordsInput input) {
        this.shard = shard;
        this.input = input;
        this.stored = input.records() == null ? List.of() : input.records();
        this.opened = new ArrayList<>(stored.size());
    }

    /**
     * Goes on until the batch is delivered or the shard halted. Never throws: KCL would skip the batch.
     *
     * @param leave whether the calling thread must leave a hold; asked while it waits
     * @return false if it left; run it again, or give it up
     */
    boolean run(BooleanSupplier leave) {
        if (shard.position().isHalted()) {
            shard.logWithheld(stored.size());
            return true;
        }
        try {
            return openAndDeliver(leave);
        } catch (Throwable e) {
            // A fault of this library, by which a part of the batch is not delivered: nothing after it may be either.
            shard.halt();
            LOG.error(
                    "Halted shard {} of stream {} because its records could not be delivered",
                    shard.shardId(),
                    shard.stream(),
                    e);
            return true;
        }
    }

    /** Gives up the hold that a thread has left, and halts the shard. */
    void giveUp() {
        if (hold != null) {
            hold.giveUp();
        }
        shard.halt();
    }

    /** What the application threw first; null if it threw nothing. */
    @Nullable
    Throwable applicationFailure() {
        return applicationFailure;
    }

    private boolean openAndDeliver(BooleanSupplier leave) {
        while (next < stored.size()) {
            if (hold == null) {
                hold = openNext();
            }
            if (hold != null) {
                switch (hold.untilOpened(leave)) {
                    case OPENED -> {
                        add(hold.opened());
                        hold = null;
                    }
                    case LEFT -> {
                        return false;
                    }
                    case GIVEN_UP -> {
                        shard.halt();
                        return true;
                    }
                }
            }
        }
        deliver(input.toBuilder()
                .records(opened)
                .checkpointer(shard.safe(input.checkpointer()))
                .build());
        return true;
    }

    /**
     * Opens the next record. What is done about one that does not open is decided here and in the hold: it is waited for.
     *
     * @return null if it is opened; otherwise the hold at it, and everything before it is delivered
     */
    private @Nullable RecordHold openNext() {
        KinesisClientRecord record = stored.get(next);
        try {
            add(shard.opener().open(record));
            return null;
        } catch (Throwable failure) {
            deliverBeforeHold();
            return RecordHold.start(shard, record, failure);
        }
    }

    private void add(List<KinesisClientRecord> userRecords) {
        if (userRecords.size() > 1) {
            shard.position().expands(stored.get(next), userRecords.size(), next == 0 ? null : stored.get(next - 1));
        }
        opened.addAll(userRecords);
        next++;
    }

    /** An ordinary batch from the middle of the shard. */
    private void deliverBeforeHold() {
        if (opened.isEmpty()) {
            return;
        }
        List<KinesisClientRecord> before = opened;
        opened = new ArrayList<>(stored.size() - next);
        deliver(input.toBuilder()
                .records(before)
                .checkpointer(shard.safe(input.checkpointer()))
                .isAtShardEnd(false)
                .childShards(List.of())
                .build());
        if (applicationFailure != null) {
            LOG.warn(
                    "The record processor of shard {} of stream {} threw an exception, which KCL gets only after the rest of the batch",
                    shard.shardId(),
                    shard.stream(),
                    applicationFailure);
        }
    }

    private void deliver(ProcessRecordsInput batch) {
        if (shard.position().isHalted()) {
            return;
        }
        List<KinesisClientRecord> records = batch.records();
        if (!records.isEmpty()) {
            // Of several user records in one record, KCL knows the record alone.
            shard.position().delivered(stored.get(next - 1));
        }
        Throwable failure = ApplicationCall.failureOf(() -> shard.application().processRecords(batch));
        if (applicationFailure == null) {
            applicationFailure = failure;
        } else if (failure != null) {
            LOG.warn(
                    "The record processor of shard {} of stream {} threw more than once in a batch; KCL gets the first exception, not this one",
                    shard.shardId(),
                    shard.stream(),
                    failure);
        }
    }
}
