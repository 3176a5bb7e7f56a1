// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.examples.failure.CommandException;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Reads one shard with GetRecords, wherever it had got to when an iterator expires. Not thread-safe. */
final class ShardReader {
    private final KinesisClient client;
    private final String stream;
    private final String shardId;
    private final StartPosition from;
    private final Instant began = Instant.now();
    private final Pauses pauses;

    private @Nullable String iterator;
    private @Nullable String lastSequenceNumber;
    private boolean iteratorWasLost;
    private boolean caughtUp;
    private boolean ended;

    ShardReader(KinesisClient client, String stream, String shardId, StartPosition from, Pauses pauses) {
        this.client = client;
        this.stream = stream;
        this.shardId = shardId;
        this.from = from;
        this.pauses = pauses;
    }

    String shardId() {
        return shardId;
    }

    /** Whether the shard has been read to what was its tip at that time. */
    boolean caughtUp() {
        return caughtUp;
    }

    /** Whether the shard was closed by a reshard and has been read to its end. */
    boolean ended() {
        return ended;
    }

    /** Fixes the place to start at, which matters for {@link StartPosition#LATEST}. */
    void open() {
        if (iterator == null) {
            iterator = attempt(
                    "GetShardIterator",
                    () -> client.getShardIterator(iteratorRequest()).shardIterator());
        }
    }

    /** Makes one call, and repeats it as long as the service only asks for patience. */
    List<Record> read() {
        open();
        GetRecordsResponse response = getRecords();
        if (response == null) {
            iterator = null;
            iteratorWasLost = true;
            open();
            response = getRecords();
            if (response == null) {
                throw new CommandException("shard %s: a fresh shard iterator has expired already".formatted(shardId));
            }
        }
        List<Record> records = response.records();
        if (!records.isEmpty()) {
            lastSequenceNumber = records.get(records.size() - 1).sequenceNumber();
        }
        iterator = response.nextShardIterator();
        ended = iterator == null;
        Long millisBehindLatest = response.millisBehindLatest();
        caughtUp |= ended || (millisBehindLatest == null ? records.isEmpty() : millisBehindLatest == 0);
        return records;
    }

    /** Null if the iterator has expired. */
    private @Nullable GetRecordsResponse getRecords() {
        return attempt("GetRecords", () -> {
            try {
                return client.getRecords(request -> request.shardIterator(iterator));
            } catch (ExpiredIteratorException e) {
                return null;
            }
        });
    }

    private GetShardIteratorRequest iteratorRequest() {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder().streamName(stream).shardId(shardId);
        if (lastSequenceNumber != null) {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                    .startingSequenceNumber(lastSequenceNumber);
        } else if (from == StartPosition.TRIM_HORIZON) {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        } else if (iteratorWasLost) {
            // Latest would by now skip what came in the meantime.
            request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(began);
        } else {
            request.shardIteratorType(ShardIteratorType.LATEST);
        }
        return request.build();
    }

    private <T extends @Nullable Object> T attempt(String operation, Supplier<T> call) {
        return Retries.call("shard %s: %s failed".formatted(shardId, operation), call, pauses);
    }
}
