// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.examples.failure.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Puts lines into a stream, batch by batch: a batch is sent once the one before it is acknowledged in full, and within a batch the order is kept,
 * except that records which the service refused are sent again after the others. A call that failed without an answer is sent again as a whole, so
 * a record may be stored twice. Not thread-safe.
 */
public final class RecordPublisher implements Publisher {
    /** See <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>. */
    private static final int MAX_BATCH_RECORDS = 500;

    /** Half of what a request takes today, and all that it took before October 2025. */
    private static final int MAX_BATCH_BYTES = 5 * 1024 * 1024;

    /** What an envelope may add to a record, at most: a header with one encrypted data key and a short context. */
    private static final int ENVELOPE_ALLOWANCE_BYTES = 1024;

    private final KinesisClient client;
    private final String stream;
    private final Acknowledgements acknowledgements;
    private final Pauses pauses;
    /** What was given and is not acknowledged; a thread that is told to end the process may look while another sends. */
    private final Set<OutgoingRecord> unacknowledged = ConcurrentHashMap.newKeySet();

    private List<OutgoingRecord> batch = new ArrayList<>();
    private long batchBytes;

    /**
     * A publisher to one stream.
     *
     * @param client the client, which encrypts if records are to be encrypted; not closed here
     * @param stream the stream's name
     * @param acknowledgements who is told of each record that was stored, on the calling thread
     * @param pauses how to wait before an attempt is repeated
     */
    public RecordPublisher(KinesisClient client, String stream, Acknowledgements acknowledgements, Pauses pauses) {
        this.client = Objects.requireNonNull(client, "client");
        this.stream = Objects.requireNonNull(stream, "stream");
        this.acknowledgements = Objects.requireNonNull(acknowledgements, "acknowledgements");
        this.pauses = Objects.requireNonNull(pauses, "pauses");
    }

    /** {@inheritDoc} Sends the records that are waiting if this one does not fit among them. */
    @Override
    public void put(OutgoingRecord record) {
        unacknowledged.add(record);
        long sizeBytes = (long) record.line().data().length
                + record.partitionKey().getBytes(StandardCharsets.UTF_8).length
                + ENVELOPE_ALLOWANCE_BYTES;
        if (batch.size() == MAX_BATCH_RECORDS || batchBytes + sizeBytes > MAX_BATCH_BYTES) {
            flush();
        }
        batch.add(record);
        batchBytes += sizeBytes;
    }

    @Override
    public void inputPauses() {
        flush();
    }

    @Override
    public void flush() {
        List<OutgoingRecord> waiting = batch;
        batch = new ArrayList<>();
        batchBytes = 0;
        int fruitless = 0;
        while (!waiting.isEmpty()) {
            Outcome outcome = send(waiting);
            fruitless = outcome.refused().size() < waiting.size() ? 0 : fruitless + 1;
            waiting = outcome.refused();
            if (waiting.isEmpty()) {
                return;
            }
            if (fruitless == Retries.MAX_FRUITLESS_ATTEMPTS) {
                throw notAcknowledged("%s; gave up after %d attempts".formatted(outcome.reason(), fruitless), null);
            }
            pauses.beforeAttempt(Math.max(1, fruitless));
        }
    }

    /** Does nothing: each call is waited for. */
    @Override
    public void settle() {}

    @Override
    public Optional<String> unacknowledged() {
        List<OutgoingRecord> records = List.copyOf(unacknowledged);
        return records.isEmpty() ? Optional.empty() : Optional.of(LineNumbers.of(records));
    }

    /** Does nothing: what waits is not sent. */
    @Override
    public void close() {}

    /** What one call left undone, in order, and why. */
    private record Outcome(List<OutgoingRecord> refused, String reason) {}

    private Outcome send(List<OutgoingRecord> records) {
        PutRecordsResponse response;
        try {
            response = client.putRecords(request -> request.streamName(stream)
                    .records(records.stream().map(RecordPublisher::entry).toList()));
        } catch (SdkException e) {
            if (Retries.worthwhile(e)) {
                return new Outcome(records, Retries.describe(e));
            }
            throw notAcknowledged(records, e);
        }
        if (response.records().size() != records.size()) {
            throw notAcknowledged(
                    "the service answered for %d of %d records"
                            .formatted(response.records().size(), records.size()),
                    null);
        }
        return outcome(records, response.records());
    }

    private Outcome outcome(List<OutgoingRecord> records, List<PutRecordsResultEntry> results) {
        List<OutgoingRecord> refused = new ArrayList<>();
        String reason = "";
        for (int i = 0; i < records.size(); i++) {
            PutRecordsResultEntry result = results.get(i);
            @Nullable String errorCode = result.errorCode();
            if (errorCode == null) {
                unacknowledged.remove(records.get(i));
                acknowledgements.acknowledged(records.get(i), new Place(result.shardId(), result.sequenceNumber(), 0));
            } else {
                refused.add(records.get(i));
                reason = errorCode + ": " + CommandException.oneLine(String.valueOf(result.errorMessage()));
            }
        }
        return new Outcome(refused, reason);
    }

    private CommandException notAcknowledged(List<OutgoingRecord> records, SdkException failure) {
        if (failure.getCause() instanceof RecordTooLargeException tooLarge) {
            return new CommandException(
                    "line %d takes %d bytes in the stream, its partition key included, which takes at most %d; %s not acknowledged"
                            .formatted(
                                    records.get(tooLarge.index()).line().number(),
                                    tooLarge.sizeBytes(),
                                    tooLarge.limitBytes(),
                                    unacknowledgedLines()),
                    failure);
        }
        return notAcknowledged(Retries.describe(failure), failure);
    }

    private CommandException notAcknowledged(String why, @Nullable Throwable cause) {
        return new CommandException("%s not acknowledged: %s".formatted(unacknowledgedLines(), why), cause);
    }

    /** More than those of a call that failed: the line after a full batch was taken and never sent. */
    private String unacknowledgedLines() {
        return LineNumbers.of(List.copyOf(unacknowledged));
    }

    private static PutRecordsRequestEntry entry(OutgoingRecord record) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(record.partitionKey())
                .data(SdkBytes.fromByteArrayUnsafe(record.line().data()))
                .build();
    }
}
