// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Opens and delivers one batch of a shard. Records before one that has to be waited for are delivered first, as a batch of their own; then it waits at
 * that record. A thread that cannot wait any longer leaves, and another one goes on where it stood. Used by one thread at a time.
 */
final class BatchDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(BatchDelivery.class);

    /** A record that does not open and is not to be passed over, before the shard has come to it. */
    private record Ahead(Throwable failure, Obstacle obstacle) {}

    private final ShardContext shard;
    private final ProcessRecordsInput input;
    private final List<KinesisClientRecord> stored;
    private boolean prepared;
    private List<KinesisClientRecord> opened;
    private SliceTally tally;
    private int next;
    /** The first record since the last handover. */
    private int sliceStart;

    /** The last record that user records were opened of. */
    private @Nullable KinesisClientRecord lastOpened;

    private @Nullable Ahead ahead;
    private @Nullable RecordHold hold;
    private @Nullable Handover handover;
    private boolean lastIsHandedOver;
    private @Nullable Throwable applicationFailure;

    BatchDelivery(ShardContext shard, ProcessRecordsInput input) {
        this.shard = shard;
        this.input = input;
        this.stored = input.records() == null ? List.of() : input.records();
        this.opened = new ArrayList<>(stored.size());
        this.tally = tally(shard);
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
        shard.environment().waiting().began(stored.size());
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
        } finally {
            shard.environment().waiting().ended(stored.size());
        }
    }

    /** Gives up the wait that a thread has left, and halts the shard. */
    void giveUp() {
        if (hold != null) {
            hold.giveUp();
        }
        if (handover != null) {
            handover.giveUp();
        }
        shard.halt();
    }

    /** What the application threw first; null if it threw nothing. */
    @Nullable
    Throwable applicationFailure() {
        return applicationFailure;
    }

    private boolean openAndDeliver(BooleanSupplier leave) {
        while (true) {
            if (handover != null) {
                switch (handover.run(leave)) {
                    case DONE -> handedOver(handover);
                    case LEFT -> {
                        return false;
                    }
                    case GIVEN_UP -> {
                        shard.halt();
                        return true;
                    }
                }
            } else if (lastIsHandedOver) {
                return true;
            } else if (ahead != null) {
                hold = new RecordHold(shard, stored.get(next), ahead.failure, ahead.obstacle, stored.size() - next);
                ahead = null;
            } else if (hold != null) {
                switch (hold.await(leave)) {
                    case OPENED -> add(hold.opened());
                    case PASSED_OVER -> next++;
                    case LEFT -> {
                        return false;
                    }
                    case GIVEN_UP -> {
                        shard.halt();
                        return true;
                    }
                }
                hold = null;
            } else if (next < stored.size()) {
                openRecords();
            } else {
                cutLast();
            }
        }
    }

    /** Opens what is left of the batch, or up to a record that has to be waited for; everything before that is delivered first. */
    private void openRecords() {
        if (!prepared) {
            prepared = true;
            prepare();
        }
        long start = shard.environment().timer().nanoTime();
        while (next < stored.size() && ahead == null) {
            openNext();
        }
        tally.opening(shard.environment().timer().nanoTime() - start);
        if (ahead != null) {
            cutBeforeHold();
        }
    }

    /** Opens the next record, passes over it, or finds that it has to be waited for. */
    private void openNext() {
        KinesisClientRecord record = stored.get(next);
        List<KinesisClientRecord> userRecords;
        try {
            userRecords = shard.open(record);
        } catch (Throwable failure) {
            Obstacle obstacle = shard.failures().handle(record, failure);
            if (obstacle == null) {
                next++;
            } else {
                ahead = new Ahead(failure, obstacle);
            }
            return;
        }
        shard.failures().opened();
        add(userRecords);
    }

    /** What goes wrong now is told of each record that it concerns, when that is opened. */
    private void prepare() {
        long start = shard.environment().timer().nanoTime();
        int dataKeys;
        try {
            dataKeys = shard.opener().prepare(stored);
        } catch (Throwable e) {
            dataKeys = 0;
        }
        Long behindLatest = input.millisBehindLatest();
        shard.environment()
                .events()
                .received(new BatchReceived(
                        shard.stream(),
                        shard.shardId(),
                        stored.size(),
                        SliceTally.sizeBytes(stored),
                        dataKeys,
                        Duration.ofNanos(shard.environment().timer().nanoTime() - start),
                        behindLatest == null ? null : Duration.ofMillis(behindLatest)));
    }

    private void add(List<KinesisClientRecord> userRecords) {
        if (userRecords.size() > 1) {
            shard.position().expands(stored.get(next), userRecords.size(), next == 0 ? null : stored.get(next - 1));
        }
        tally.add(userRecords, shard.lastWasPlaintext());
        opened.addAll(userRecords);
        lastOpened = stored.get(next);
        next++;
    }

    /** An ordinary batch from the middle of the shard. */
    private void cutBeforeHold() {
        cut(input.toBuilder().isAtShardEnd(false).childShards(List.of()));
    }

    /** The rest. A batch that KCL hands over without records goes to the application as it is. */
    private void cutLast() {
        lastIsHandedOver = true;
        if (stored.isEmpty()) {
            handover = handover(input.toBuilder(), null);
        } else {
            cut(input.toBuilder());
        }
    }

    /** What is passed over counts as delivered. If there is nothing else the application is not called: it may not reckon with a batch of none. */
    private void cut(ProcessRecordsInput.ProcessRecordsInputBuilder batch) {
        if (!opened.isEmpty() && lastOpened != null) {
            shard.position().gives(lastOpened);
            handover = handover(batch, stored.get(next - 1));
        } else if (next > 0) {
            shard.position().delivered(stored.get(next - 1));
            tally = tally(shard);
        }
    }

    private Handover handover(
            ProcessRecordsInput.ProcessRecordsInputBuilder batch, @Nullable KinesisClientRecord last) {
        List<KinesisClientRecord> records = opened;
        opened = new ArrayList<>(stored.size() - next);
        int recordsHeldBack = stored.size() - sliceStart;
        sliceStart = next;
        return new Handover(
                shard,
                batch.records(records)
                        .checkpointer(shard.safe(input.checkpointer()))
                        .build(),
                last,
                recordsHeldBack);
    }

    private static SliceTally tally(ShardContext shard) {
        return new SliceTally(shard.environment().events().heard());
    }

    private void handedOver(Handover done) {
        handover = null;
        Throwable failure = done.failure();
        tally.tell(shard, done.processingNanos(), failure);
        tally = tally(shard);
        if (failure == null) {
            return;
        }
        if (applicationFailure == null) {
            applicationFailure = failure;
            if (!lastIsHandedOver) {
                LOG.warn(
                        "The record processor of shard {} of stream {} threw an exception, which KCL gets only after the rest of the batch",
                        shard.shardId(),
                        shard.stream(),
                        Loggable.of(failure));
            }
        } else {
            LOG.warn(
                    "The record processor of shard {} of stream {} threw more than once in a batch; KCL gets the first exception, not this one",
                    shard.shardId(),
                    shard.stream(),
                    Loggable.of(failure));
        }
    }
}
