// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.ConsumerListener.Outcome;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * What is told of one wait of one shard: to the log, each minute and when the reason has changed; to the listener, each time; and to whoever asks which
 * shards wait. Used by one thread at a time.
 */
final class HoldStatus {
    private static final Logger LOG = LoggerFactory.getLogger(RecordHold.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final ShardContext shard;
    private final String sequenceNumber;
    private final @Nullable Instant arrival;
    private final int recordsHeldBack;
    private final Instant since;
    private final long startNanos;

    private int attempts = 1;
    private Obstacle obstacle;
    private long lastLogNanos;
    private @Nullable ErrorCode lastLogged;
    private @Nullable HoldReason lastReason;

    private HoldStatus(
            ShardContext shard, @Nullable KinesisClientRecord record, int recordsHeldBack, Obstacle obstacle) {
        this.shard = shard;
        this.sequenceNumber = sequenceNumberOf(record);
        this.arrival = record == null ? null : record.approximateArrivalTimestamp();
        this.recordsHeldBack = recordsHeldBack;
        this.obstacle = obstacle;
        this.since = shard.environment().timer().now();
        this.startNanos = shard.environment().timer().nanoTime();
    }

    /**
     * Says that a shard begins to wait.
     *
     * @param record where; null in a batch without records
     * @param recordsHeldBack how many records wait from there on
     * @param obstacle why
     */
    static HoldStatus start(
            ShardContext shard, @Nullable KinesisClientRecord record, int recordsHeldBack, Obstacle obstacle) {
        HoldStatus status = new HoldStatus(shard, record, recordsHeldBack, obstacle);
        status.log(true);
        Hold hold = status.hold();
        shard.environment().waiting().waits(status, hold);
        shard.environment().events().started(hold);
        return status;
    }

    /** What the log calls a record. */
    static String sequenceNumberOf(@Nullable KinesisClientRecord record) {
        return record == null ? "(none)" : String.valueOf(record.sequenceNumber());
    }

    Obstacle obstacle() {
        return obstacle;
    }

    /** Says that another attempt has begun. */
    void triesAgain() {
        attempts++;
    }

    /** Says that the attempt was in vain. */
    void stillHolding(Obstacle newObstacle) {
        obstacle = newObstacle;
        logNowAndThen();
        Hold hold = hold();
        shard.environment().waiting().waits(this, hold);
        shard.environment().events().stillHolding(hold);
    }

    void resumed() {
        LOG.info(
                "Opened record {} of shard {} of stream {} after {} hours and {} attempts; going on",
                sequenceNumber,
                shard.shardId(),
                shard.stream(),
                hours(),
                attempts);
        ended(Outcome.RESUMED);
    }

    void taken() {
        LOG.info(
                "The record processor of shard {} of stream {} took the records from {} on after {} hours and {} attempts; going on",
                shard.shardId(),
                shard.stream(),
                sequenceNumber,
                hours(),
                attempts);
        ended(Outcome.RESUMED);
    }

    void passedOver() {
        ended(Outcome.PASSED_OVER);
    }

    void givenUp(String why) {
        LOG.error(
                "Gave up waiting ({}) at record {} of shard {} of stream {}: {} after {} hours. Nothing more of this shard is delivered, and no"
                        + " checkpoint passes this record; whoever reads the shard next begins at the last checkpoint.",
                why,
                sequenceNumber,
                shard.shardId(),
                shard.stream(),
                reason(),
                hours());
        ended(Outcome.HALTED);
    }

    private void ended(Outcome outcome) {
        shard.environment().waiting().goesOn(this);
        shard.environment().events().ended(hold(), outcome);
    }

    private Hold hold() {
        return new Hold(
                shard.stream(),
                shard.shardId(),
                sequenceNumber,
                arrival,
                since,
                attempts,
                obstacle.error(),
                obstacle.reason(),
                recordsHeldBack);
    }

    /** Retries come much more often than each minute at first. */
    private void logNowAndThen() {
        boolean due = shard.environment().timer().nanoTime() - lastLogNanos >= LOG_INTERVAL.toNanos();
        boolean changed = !Objects.equals(hold().code(), lastLogged) || obstacle.reason() != lastReason;
        if (due || changed) {
            log(changed);
        }
    }

    /** An unknown failure is logged with its stack once; the messages of known ones say everything and hold no data. */
    private void log(boolean withStack) {
        lastLogNanos = shard.environment().timer().nanoTime();
        lastLogged = hold().code();
        lastReason = obstacle.reason();
        Level level = lastReason == HoldReason.KEY_UNAVAILABLE ? Level.WARN : Level.ERROR;
        Throwable error = Loggable.of(obstacle.error());
        LOG.atLevel(level)
                .setCause(lastLogged == null && withStack ? error : null)
                .log(
                        "Holding shard {} of stream {} at record {}, {}: {}. Waiting for {} hours, {} attempts so far; everything"
                                + " before it is delivered. {}",
                        shard.shardId(),
                        shard.stream(),
                        sequenceNumber,
                        what(lastReason),
                        reason(),
                        hours(),
                        attempts,
                        error.getMessage());
    }

    private static String what(HoldReason reason) {
        return switch (reason) {
            case TOO_MANY_BAD_RECORDS ->
                "which cannot be decrypted and would be passed over if there had not been so many";
            case SINK_UNAVAILABLE -> "which cannot be decrypted and which the dead-letter sink does not take";
            case SCHEMA_UNAVAILABLE ->
                "which is decrypted and which the schema registry's deserializer does not decode";
            case APPLICATION_FAILED -> "from which on the record processor does not take the records";
            default -> "which cannot be decrypted";
        };
    }

    private String reason() {
        ErrorCode code = hold().code();
        return code == null ? obstacle.error().getClass().getName() : code.name();
    }

    private String hours() {
        Duration waited = Duration.ofNanos(shard.environment().timer().nanoTime() - startNanos);
        return String.format(Locale.ROOT, "%.2f", waited.toSeconds() / 3600.0);
    }
}
