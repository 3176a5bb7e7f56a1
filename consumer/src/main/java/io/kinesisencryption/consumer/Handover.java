// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.HoldReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Hands one batch of opened records to the application, and does what the policy says if that throws. While it is waited for the application, the
 * position is before the batch, so that no checkpoint passes what the application did not take. Used by one thread at a time.
 */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final ShardContext shard;
    private final ProcessRecordsInput batch;
    private final @Nullable KinesisClientRecord last;
    private final int recordsHeldBack;
    private final ApplicationFailureAction action;
    private final RetryPace pace;

    private @Nullable HoldStatus status;
    private @Nullable Throwable failure;
    private long processingNanos;

    /**
     * Prepares to hand over a batch.
     *
     * @param batch with records that are open
     * @param last the last record of it as the stream stores it; of several user records in one, KCL knows that alone. Null if the batch is empty.
     * @param recordsHeldBack how many records wait as long as the application does not take these
     */
    Handover(ShardContext shard, ProcessRecordsInput batch, @Nullable KinesisClientRecord last, int recordsHeldBack) {
        this.shard = shard;
        this.batch = batch;
        this.last = last;
        this.recordsHeldBack = recordsHeldBack;
        this.action = shard.environment().policies().applicationFailures();
        this.pace = new RetryPace(shard.environment().random());
    }

    /** How it ended. */
    enum Result {
        /** The application has taken the batch, or thrown, if that is to be handed on. */
        DONE,
        /** The thread had to leave; it goes on when it is called again. */
        LEFT,
        /** It is over: the application threw, and the shard is to be halted. */
        GIVEN_UP
    }

    /**
     * Hands the batch over, as often as it takes.
     *
     * @param leave whether the calling thread must leave; asked while it waits
     * @return how it ended
     */
    Result run(BooleanSupplier leave) {
        if (status == null) {
            Result result = first();
            if (result != null) {
                return result;
            }
        }
        return again(status == null ? startWaiting() : status, leave);
    }

    /** What the application threw that is to be handed on; null if it threw nothing. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** How long the application took, of all calls together. */
    long processingNanos() {
        return processingNanos;
    }

    /** Ends a wait that a thread has left. */
    void giveUp() {
        if (status != null) {
            status.givenUp("the lease is given back");
        }
    }

    private @Nullable Result first() {
        if (shard.position().isHalted()) {
            return Result.GIVEN_UP;
        }
        failure = deliver();
        if (failure == null || action == ApplicationFailureAction.PASS_ON) {
            return Result.DONE;
        }
        if (action == ApplicationFailureAction.HALT) {
            LOG.error(
                    "The record processor of shard {} of stream {} threw an exception, which halts the shard: nothing more of it is delivered, and no"
                            + " checkpoint passes the records before {}",
                    shard.shardId(),
                    shard.stream(),
                    HoldStatus.sequenceNumberOf(firstRecord()),
                    Loggable.of(failure));
            return Result.GIVEN_UP;
        }
        return null;
    }

    private HoldStatus startWaiting() {
        status = HoldStatus.start(shard, firstRecord(), recordsHeldBack, obstacle(Objects.requireNonNull(failure)));
        failure = null;
        return status;
    }

    private Result again(HoldStatus waiting, BooleanSupplier leave) {
        while (true) {
            switch (shard.environment().timer().await(pace.after(HoldReason.APPLICATION_FAILED), leave)) {
                case STOPPED -> {
                    waiting.givenUp("stopped");
                    return Result.GIVEN_UP;
                }
                case INTERRUPTED -> {
                    waiting.givenUp("interrupted");
                    return Result.GIVEN_UP;
                }
                case LEFT -> {
                    return Result.LEFT;
                }
                case TIME -> {
                    waiting.triesAgain();
                    Throwable thrown = deliver();
                    if (thrown == null) {
                        waiting.taken();
                        return Result.DONE;
                    }
                    waiting.stillHolding(obstacle(thrown));
                }
            }
        }
    }

    private static Obstacle obstacle(Throwable thrown) {
        return new Obstacle(HoldReason.APPLICATION_FAILED, thrown);
    }

    private @Nullable KinesisClientRecord firstRecord() {
        return batch.records().isEmpty() ? null : batch.records().get(0);
    }

    /** Returns what the application threw. */
    private @Nullable Throwable deliver() {
        // First, because it can fail: nothing counts as delivered before the application is really called.
        ProcessRecordsInput input = action == ApplicationFailureAction.RETRY ? fresh() : batch;
        ExtendedSequenceNumber before = shard.position().lastDelivered();
        if (last != null) {
            shard.position().delivered(last);
        }
        long start = shard.environment().timer().nanoTime();
        Throwable thrown = ApplicationCall.failureOf(() -> shard.application().processRecords(input));
        processingNanos += shard.environment().timer().nanoTime() - start;
        if (thrown != null && action != ApplicationFailureAction.PASS_ON) {
            shard.position().takenBack(before);
        }
        return thrown;
    }

    /** With a list and buffers of its own, because the application moves and changes what it gets. */
    private ProcessRecordsInput fresh() {
        List<KinesisClientRecord> records = new ArrayList<>(batch.records().size());
        for (KinesisClientRecord record : batch.records()) {
            records.add(
                    record.data() == null
                            ? record
                            : record.toBuilder().data(record.data().duplicate()).build());
        }
        return batch.toBuilder().records(records).build();
    }
}
