// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.PutFailedException;
import io.kinesisencryption.producer.batching.PutReceipt;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * Puts lines into a stream, many of them sealed as one. The lines of one partition key stay in order. After the first one that fails, no further
 * line is taken.
 */
public final class BatchPublisher implements Publisher {
    private final BatchingProducer producer;
    private final Acknowledgements acknowledgements;
    /** What was given and is not acknowledged; three threads look at it. */
    private final Set<OutgoingRecord> unacknowledged = ConcurrentHashMap.newKeySet();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean perhapsStored = new AtomicBoolean();

    /**
     * A publisher to one stream.
     *
     * @param client a client that does not encrypt; not closed here
     * @param encryption whose keys are used; not closed here
     * @param stream the stream
     * @param encryptorOptions how aggregates are sealed
     * @param batching how records travel together
     * @param acknowledgements who is told of each record that was stored, on a thread of the producer's
     * @throws IllegalArgumentException if an option is out of range
     */
    public BatchPublisher(
            KinesisAsyncClient client,
            KinesisEncryption encryption,
            StreamIdentity stream,
            EncryptorOptions encryptorOptions,
            Batching batching,
            Acknowledgements acknowledgements) {
        this.acknowledgements = Objects.requireNonNull(acknowledgements, "acknowledgements");
        this.producer = BatchingProducer.builder(client, encryption).stream(stream)
                .encryptorOptions(encryptorOptions)
                .linger(batching.linger())
                .build();
    }

    /** {@inheritDoc} Waits while there is no room for it. */
    @Override
    public void put(OutgoingRecord record) {
        unacknowledged.add(record);
        failIfOneFailed();
        CompletableFuture<PutReceipt> stored;
        try {
            stored = producer.put(record.partitionKey(), record.line().data());
        } catch (IllegalArgumentException e) {
            settle();
            throw notAcknowledged(e);
        }
        var unused = stored.whenComplete((receipt, problem) -> ended(record, receipt, problem));
    }

    /** Does nothing for the records: they wait for others for the linger time and no longer. */
    @Override
    public void inputPauses() {
        failIfOneFailed();
    }

    @Override
    public void flush() {
        settle();
        failIfOneFailed();
    }

    @Override
    public void settle() {
        try {
            producer.flush().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notAcknowledged(new CommandException("interrupted", e));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<String> unacknowledged() {
        List<OutgoingRecord> records = List.copyOf(unacknowledged);
        return records.isEmpty() ? Optional.empty() : Optional.of(LineNumbers.of(records));
    }

    /** Waits for what is on its way. */
    @Override
    public void close() {
        producer.close();
    }

    private void ended(OutgoingRecord record, @Nullable PutReceipt receipt, @Nullable Throwable problem) {
        if (receipt != null) {
            unacknowledged.remove(record);
            acknowledgements.acknowledged(
                    record, new Place(receipt.shardId(), receipt.sequenceNumber(), receipt.subSequenceNumber()));
            return;
        }
        if (problem instanceof PutFailedException failed && failed.mayHaveBeenWritten()) {
            perhapsStored.set(true);
        }
        failure.compareAndSet(null, problem);
    }

    /** Once the others have ended as well, so that exactly those are named that were not stored. */
    private void failIfOneFailed() {
        if (failure.get() != null) {
            settle();
            throw notAcknowledged(Objects.requireNonNull(failure.get()));
        }
    }

    private CommandException notAcknowledged(Throwable problem) {
        Throwable reason =
                problem instanceof PutFailedException && problem.getCause() != null ? problem.getCause() : problem;
        return new CommandException(
                "%s not acknowledged%s: %s"
                        .formatted(
                                LineNumbers.of(List.copyOf(unacknowledged)),
                                perhapsStored.get() ? ", and may be stored or not" : "",
                                Retries.describe(reason)),
                problem);
    }
}
