// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.examples.failure.CommandException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Reads and decrypts every shard of a stream, the children of a reshard after their parents, with one thread. It reads for a person who looks:
 * an application that must survive restarts uses the Kinesis Client Library. Not thread-safe, except {@link #stop()}.
 */
public final class StreamTail {
    /** A shard takes five GetRecords a second. */
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(200);

    private static final Duration WHEN_IDLE = Duration.ofSeconds(1);

    private static final int MAX_KEY_ATTEMPTS = 5;

    private final ShardLineage shards;
    private final RecordDecryptor decryptor;
    private final RecordSink sink;
    private final Pauses pauses;
    private volatile boolean stopped;

    /**
     * A reader of one stream, named by the decryptor.
     *
     * @param client a client that does not decrypt; not closed here
     * @param decryptor what opens the records
     * @param from where to start
     * @param sink what takes the decrypted data
     * @param pauses how to wait between calls
     */
    public StreamTail(
            KinesisClient client, RecordDecryptor decryptor, StartPosition from, RecordSink sink, Pauses pauses) {
        this.decryptor = Objects.requireNonNull(decryptor, "decryptor");
        this.sink = Objects.requireNonNull(sink, "sink");
        this.pauses = Objects.requireNonNull(pauses, "pauses");
        this.shards = new ShardLineage(client, decryptor.stream().name(), from, pauses);
    }

    /**
     * Reads until it is stopped, or until it has caught up.
     *
     * @param untilCaughtUp whether to return once every shard has been read to its tip
     * @throws CommandException if a shard cannot be read or a record cannot be decrypted; what came before it has been handed to the sink
     * @throws IOException if the sink fails
     */
    public void read(boolean untilCaughtUp) throws IOException {
        shards.refresh();
        while (!stopped) {
            boolean idle = true;
            for (ShardReader shard : shards.readable()) {
                List<Record> records = shard.read();
                idle &= records.isEmpty();
                deliver(shard.shardId(), records);
                if (shard.ended()) {
                    idle = false;
                    shards.refresh();
                }
                if (stopped) {
                    return;
                }
            }
            if (untilCaughtUp && shards.caughtUp()) {
                return;
            }
            pauses.pause(idle ? WHEN_IDLE : BETWEEN_ROUNDS);
        }
    }

    /** Lets {@link #read} return after the call that it is making. Thread-safe. */
    public void stop() {
        stopped = true;
    }

    private void deliver(String shardId, List<Record> records) throws IOException {
        try {
            for (Record record : records) {
                for (UserRecord userRecord : decrypt(shardId, record)) {
                    sink.accept(userRecord.data());
                }
            }
        } finally {
            sink.flush();
        }
    }

    private List<UserRecord> decrypt(String shardId, Record record) {
        KinesisRecord sealed =
                KinesisRecord.of(record.partitionKey(), null, record.data().asByteArray());
        for (int failed = 1; ; failed++) {
            try {
                return decryptor.decrypt(sealed);
            } catch (KinesisEncryptionException e) {
                if (e.failureClass() != FailureClass.TRANSIENT_KEY || failed == MAX_KEY_ATTEMPTS) {
                    throw new CommandException(
                            "shard %s, sequence number %s: %s"
                                    .formatted(shardId, record.sequenceNumber(), Retries.describe(e)),
                            e);
                }
                pauses.beforeAttempt(failed);
            }
        }
    }
}
