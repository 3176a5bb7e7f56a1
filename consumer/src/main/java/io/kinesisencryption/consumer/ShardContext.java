// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.ConsumerListener.ShardHalted;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** One shard: who gets its records, how they are opened, and how far it is. Used by one thread at a time, which hands it over safely. */
final class ShardContext {
    private static final Logger LOG = LoggerFactory.getLogger(ShardContext.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final ShardRecordProcessor application;
    private final StreamIdentity stream;
    private final RecordOpener opener;
    private final HoldEnvironment environment;
    private final FailedRecords failures;
    private final ShardPosition position = new ShardPosition();
    private boolean lastWasPlaintext;
    private String shardId = "(not initialized)";
    private volatile long lastLogNanos;

    ShardContext(
            ShardRecordProcessor application, StreamIdentity stream, RecordOpener opener, HoldEnvironment environment) {
        this.application = application;
        this.stream = stream;
        this.environment = environment;
        this.opener = RecordOpener.accepting(environment.policies().plaintext(), opener, () -> lastWasPlaintext = true);
        this.failures = new FailedRecords(this);
    }

    ShardRecordProcessor application() {
        return application;
    }

    StreamIdentity stream() {
        return stream;
    }

    RecordOpener opener() {
        return opener;
    }

    FailedRecords failures() {
        return failures;
    }

    /** As {@link RecordOpener#open}, and decodes what needs a schema. */
    List<KinesisClientRecord> open(KinesisClientRecord record) {
        return environment.schemas().decode(openUndecoded(record));
    }

    /** As {@link RecordOpener#open}. */
    List<KinesisClientRecord> openUndecoded(KinesisClientRecord record) {
        lastWasPlaintext = false;
        return opener.open(record);
    }

    /** Whether the record that was opened last was not encrypted. */
    boolean lastWasPlaintext() {
        return lastWasPlaintext;
    }

    HoldEnvironment environment() {
        return environment;
    }

    ShardPosition position() {
        return position;
    }

    String shardId() {
        return shardId;
    }

    void initialize(String newShardId) {
        shardId = newShardId;
    }

    /** Nothing more is delivered. Any thread may call it, more than once. */
    void halt() {
        if (position.halt()) {
            ExtendedSequenceNumber last = position.lastDelivered();
            environment.events().halted(new ShardHalted(stream, shardId, last == null ? null : last.sequenceNumber()));
        }
        lastLogNanos = environment.timer().nanoTime();
    }

    /** Says now and then that a halted shard goes on without its records. */
    void logWithheld(int records) {
        long now = environment.timer().nanoTime();
        if (now - lastLogNanos >= LOG_INTERVAL.toNanos()) {
            lastLogNanos = now;
            LOG.error(
                    "Shard {} of stream {} is halted after {}: {} more records are withheld. Restart this consumer, or let another take the lease.",
                    shardId,
                    stream,
                    position.latest(),
                    records);
        }
    }

    /** A checkpointer for the application. Its tests may have none. */
    @Nullable
    RecordProcessorCheckpointer safe(@Nullable RecordProcessorCheckpointer kcl) {
        return kcl == null ? null : new SafeCheckpointer(kcl, position);
    }
}
