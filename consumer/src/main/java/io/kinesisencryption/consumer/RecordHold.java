// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.HoldListener.Hold;
import io.kinesisencryption.consumer.HoldListener.Outcome;
import io.kinesisencryption.consumer.HoldTimer.Wake;
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
 * One wait of one shard at one record that could not be decrypted. It ends when the record can be, or when the wait is given up. The thread that
 * delivers waits: KCL would skip the batch if this threw, and would go on to the next one if it returned. Not thread-safe.
 */
final class RecordHold {
    private static final Logger LOG = LoggerFactory.getLogger(RecordHold.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final StreamIdentity stream;
    private final String shardId;
    private final KinesisClientRecord record;
    private final RecordOpener opener;
    private final HoldEnvironment environment;
    private final RetryPace pace;
    private final Instant since;
    private final long startNanos;

    private int attempts = 1;
    private Throwable failure;
    private long lastLogNanos;
    private @Nullable ErrorCode lastLogged;

    RecordHold(
            StreamIdentity stream,
            String shardId,
            KinesisClientRecord record,
            Throwable firstFailure,
            RecordOpener opener,
            HoldEnvironment environment) {
        this.stream = stream;
        this.shardId = shardId;
        this.record = record;
        this.failure = firstFailure;
        this.opener = opener;
        this.environment = environment;
        this.pace = new RetryPace(environment.random());
        this.since = environment.timer().now();
        this.startNanos = environment.timer().nanoTime();
    }

    /**
     * Waits and tries again until the record opens.
     *
     * @return the opened record; null if the wait was given up, because it was stopped or the thread was interrupted. Its flag is then set.
     */
    @Nullable
    KinesisClientRecord untilOpened() {
        log(failure);
        environment.events().started(hold());
        while (true) {
            Wake wake = environment.timer().await(pace.after(failure));
            if (wake != Wake.TIME) {
                LOG.error(
                        "Gave up waiting ({}) at record {} of shard {} of stream {}: {} after {} hours. Nothing more of this shard is delivered, and no"
                                + " checkpoint passes this record; whoever reads the shard next begins at the last checkpoint.",
                        wake == Wake.STOPPED ? "stopped" : "interrupted",
                        record.sequenceNumber(),
                        shardId,
                        stream,
                        reason(),
                        hours());
                environment.events().ended(hold(), Outcome.HALTED);
                return null;
            }
            attempts++;
            try {
                KinesisClientRecord opened = opener.open(record);
                LOG.info(
                        "Opened record {} of shard {} of stream {} after {} hours and {} attempts; going on",
                        record.sequenceNumber(),
                        shardId,
                        stream,
                        hours(),
                        attempts);
                environment.events().ended(hold(), Outcome.RESUMED);
                return opened;
            } catch (Throwable e) {
                failure = e;
                logNowAndThen();
                environment.events().stillHolding(hold());
            }
        }
    }

    private Hold hold() {
        return new Hold(stream, shardId, record.sequenceNumber(), since, attempts, failure);
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
                        shardId,
                        stream,
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
