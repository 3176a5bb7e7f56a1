// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One wait of one shard at one record that could not be decrypted. It ends when the record can be, or may be passed over, or when the wait is given up.
 * The thread that delivers waits: KCL would skip the batch if this threw, and would go on to the next one if it returned. Used by one thread at a time.
 */
final class RecordHold {
    private final ShardContext shard;
    private final KinesisClientRecord record;
    private final HoldEnvironment environment;
    private final RetryPace pace;
    private final HoldStatus status;

    private Throwable failure;
    /** Whether an operator has had it go without its schema. */
    private boolean undecoded;

    private @Nullable List<KinesisClientRecord> opened;

    /**
     * Begins a hold at a record that has just failed to open.
     *
     * @param failure why it did
     * @param obstacle what has to be waited for
     * @param recordsHeldBack how many records of the batch wait, this one included
     */
    RecordHold(
            ShardContext shard, KinesisClientRecord record, Throwable failure, Obstacle obstacle, int recordsHeldBack) {
        this.shard = shard;
        this.record = record;
        this.failure = failure;
        this.environment = shard.environment();
        this.pace = new RetryPace(environment.random());
        this.status = HoldStatus.start(shard, record, recordsHeldBack, obstacle);
    }

    /** How a wait ended. */
    enum Resolution {
        /** The record is {@link #opened()}. */
        OPENED,
        /** The record is not to be delivered. */
        PASSED_OVER,
        /** The thread had to leave; the hold goes on when it is called again. */
        LEFT,
        /** It is over: the wait was stopped, or the thread interrupted; its flag is then set. */
        GIVEN_UP
    }

    /**
     * Waits and tries again until the shard can go on.
     *
     * @param leave whether the calling thread must leave; asked while it waits
     * @return how it ended
     */
    Resolution await(BooleanSupplier leave) {
        while (true) {
            if (isLetPass()) {
                Resolution resolution = letPass();
                if (resolution != null) {
                    return resolution;
                }
            }
            switch (environment
                    .timer()
                    .await(pace.after(status.obstacle().reason()), () -> leave.getAsBoolean() || isToPass())) {
                case STOPPED -> {
                    return givenUp("stopped");
                }
                case INTERRUPTED -> {
                    return givenUp("interrupted");
                }
                case LEFT -> {
                    if (!isToPass()) {
                        return Resolution.LEFT;
                    }
                }
                case TIME -> {
                    Resolution resolution = tryAgain();
                    if (resolution != null) {
                        return resolution;
                    }
                }
            }
        }
    }

    /** The line of a file that had it go without its schema stays there, and does not mean more than that. */
    private boolean isLetPass() {
        return (!undecoded || isToPass())
                && environment.passes().take(shard.stream(), shard.shardId(), record.sequenceNumber());
    }

    /**
     * What lacks nothing but its schema is handed on as it is, as KCL does; everything else is passed over.
     *
     * @return null if it is waited for all the same: a key that is out of reach at this moment makes no bad record of it
     */
    private @Nullable Resolution letPass() {
        if (failure instanceof SchemaException) {
            undecoded = true;
            return tryAgain();
        }
        shard.failures().letPass(record, failure);
        status.passedOver();
        return Resolution.PASSED_OVER;
    }

    /** The user records, once the record is open. */
    List<KinesisClientRecord> opened() {
        return Objects.requireNonNull(opened, "opened");
    }

    /** Ends a hold that a thread has left. */
    void giveUp() {
        status.givenUp("the lease is given back");
    }

    private boolean isToPass() {
        return environment.passes().isRequested(shard.stream(), shard.shardId(), record.sequenceNumber());
    }

    private @Nullable Resolution tryAgain() {
        status.triesAgain();
        try {
            opened = undecoded ? shard.openUndecoded(record) : shard.open(record);
        } catch (Throwable e) {
            failure = e;
            Obstacle obstacle = shard.failures().handleAgain(record, e);
            if (obstacle != null) {
                status.stillHolding(obstacle);
                return null;
            }
            status.passedOver();
            return Resolution.PASSED_OVER;
        }
        shard.failures().opened();
        status.resumed();
        return Resolution.OPENED;
    }

    private Resolution givenUp(String why) {
        status.givenUp(why);
        return Resolution.GIVEN_UP;
    }
}
