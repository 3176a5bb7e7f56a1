// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.HoldListener.Hold;
import io.kinesisencryption.consumer.HoldListener.Outcome;
import io.kinesisencryption.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One wait of one shard at one record that could not be decrypted. It ends when the record can be, or when the wait is given up. The thread that
 * delivers waits: KCL would skip the batch if this threw, and would go on to the next one if it returned. Used by one thread at a time.
 */
final class RecordHold {
    private static final Logger LOG = LoggerFactory.getLogger(RecordHold.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final ShardContext shard;
    private final KinesisClientRecord record;
    private final HoldEnvironment environment;
    private final RetryPace pace;
    private final Instant since;
    private final long startNanos;

    private int attempts = 1;
    private Throwable failure;
    private @Nullable List<KinesisClientRecord> opened;
    private long lastLogNanos;
    private @Nullable ErrorCode lastLogged;

    private RecordHold(ShardContext shard, KinesisClientRecord record, Throwable firstFailure) {
        this.shard = shard;
        this.record = record;
        this.failure = firstFailure;
        this.environment = shard.environment();
        this.pace = new RetryPace(environment.random());
        this.since = environment.timer().now();
        this.startNanos = environment.timer().nanoTime();
    }

    /** Begins a hold at a record that has just failed to open. */
    static RecordHold start(ShardContext shard, KinesisClientRecord record, Throwable firstFailure) {
        RecordHold hold = new RecordHold(shard, record, firstFailure);
        hold.log(firstFailure);
        hold.environment.events().started(hold.hold());
        return hold;
    }

    /** How a wait ended. */
    enum Resolution {
        /** The record is {@link #opened()}. */
        OPENED,
        /** The thread had to leave; the hold goes on when it is called again. */
        LEFT,
        /** It is over: the wait was stopped, or the thread interrupted; its flag is then set. */
        GIVEN_UP
    }

    /**
     * Waits and tries again until the record opens.
     *
     * @param leave whether the calling thread must leave; asked while it waits
     * @return how it ended
     */
    Resolution untilOpened(BooleanSupplier leave) {
        while (true) {
            switch (environment.timer().await(pace.after(failure), leave)) {
                case STOPPED -> {
                    return givenUp("stopped");
                }
                case INTERRUPTED -> {
                    return givenUp("interrupted");
                }
                case LEFT -> {
                    return Resolution.LEFT;
                }
                case TIME -> {
                    if (tryAgain()) {
                        return Resolution.OPENED;
                    }
                }
            }
        }
    }

    /** The record, once it is. */
    List<KinesisClientRecord> opened() {
        return Objects.requireNonNull(opened, "opened");
    }

    /** Ends a hold that a thread has left. */
    void giveUp() {
        givenUp("the lease is given back");
    }

    private boolean tryAgain() {
        attempts++;
        try {
            opened = shard.opener().open(record);
        } catch (Throwable e) {
            failure = e;
            logNowAndThen();
            environment.events().stillHolding(hold());
            return false;
        }
        LOG.info(
                "Opened record {} of shard {} of stream {} after {} hours and {} attempts; going on",
                record.sequenceNumber(),
                shard.shardId(),
                shard.stream(),
                hours(),
                attempts);
        environment.events().ended(hold(), Outcome.RESUMED);
        return true;
    }

    private Resolution givenUp(String why) {
        LOG.error(
                "Gave up waiting ({}) at record {} of shard {} of stream {}: {} after {} hours. Nothing more of this shard is delivered, and no"
                        + " checkpoint passes this record; whoever reads the shard next begins at the last checkpoint.",
                why,
                record.sequenceNumber(),
                shard.shardId(),
                shard.stream(),
                reason(),
                hours());
        environment.events().ended(hold(), Outcome.HALTED);
        return Resolution.GIVEN_UP;
    }

    private Hold hold() {
        return new Hold(shard.stream(), shard.shardId(), record.sequenceNumber(), since, attempts, failure);
    }

    /** Each minute, and when the reason has changed: retries come much more often than that at first. */
    private void logNowAndThen() {
        boolean due = environment.timer().nanoTime() - lastLogNanos >= LOG_INTERVAL.toNanos();
        if (due || !Objects.equals(hold().code(), lastLogged)) {
            log(hold().code() == null && lastLogged != null ? failure : null);
        }
    }

    /** An unknown failure is logged with its stack once; the messages of known ones say everything and hold no data. */
    private void log(@Nullable Throwable newFailure) {
        lastLogNanos = environment.timer().nanoTime();
        lastLogged = hold().code();
        Level level = RetryPace.isTransient(failure) ? Level.WARN : Level.ERROR;
        LOG.atLevel(level)
                .setCause(lastLogged == null ? newFailure : null)
                .log(
                        "Holding shard {} of stream {} at record {}, which cannot be decrypted: {}. Waiting for {} hours, {} attempts so far; everything"
                                + " before it is delivered. {}",
                        shard.shardId(),
                        shard.stream(),
                        record.sequenceNumber(),
                        reason(),
                        hours(),
                        attempts,
                        failure.getMessage());
    }

    private String reason() {
        ErrorCode code = hold().code();
        return code == null ? failure.getClass().getName() : code.name();
    }

    private String hours() {
        Duration waited = Duration.ofNanos(environment.timer().nanoTime() - startNanos);
        return String.format(Locale.ROOT, "%.2f", waited.toSeconds() / 3600.0);
    }
}
