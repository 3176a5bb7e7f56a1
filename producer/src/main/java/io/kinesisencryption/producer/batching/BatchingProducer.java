// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * Puts user records into one stream, many of them sealed in each envelope. Records of one partition key are stored in the order in which
 * {@link #put(String, byte[])} was called, also when calls fail in between and while the stream is resharded; the stream's own readers see the key of
 * none. Every future that this hands out completes: with where the record is, or with a {@link PutFailedException} that tells whether it may be
 * in the stream all the same.
 *
 * <p>Futures are completed one after the other on one thread of the producer's. What depends on them runs there unless it asks for another one
 * ({@code whenCompleteAsync}), and must not wait for further futures of this producer. Cancelling a future does not take its record back.
 *
 * <p>Thread-safe. The threads are daemons, and {@link #close} ends them all.
 *
 * <pre>{@code
 * try (var producer = BatchingProducer.builder(kinesis, encryption).stream("orders").build()) {
 *     producer.put(customerId, json).whenComplete(this::report);
 * }
 * }</pre>
 */
public final class BatchingProducer implements AutoCloseable {
    /** The largest record that any stream can be set to take. */
    private static final int LARGEST_RECORD_SIZE_BYTES = 10 * 1024 * 1024;

    /** For ever, in the units of what waits. */
    private static final Duration LONGEST_CLOSE = Duration.ofNanos(Long.MAX_VALUE);

    private final Settings settings;
    private final RecordEncryptor encryptor;
    private final long maxBufferedBytes;
    private final Budget budget;
    private final ThreadEnvironment environment;
    private final Engine engine;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    BatchingProducer(
            Settings settings,
            StreamClient client,
            RecordEncryptor encryptor,
            Sealer sealer,
            long maxBufferedBytes,
            int maxBufferedRecords) {
        this.settings = settings;
        this.encryptor = encryptor;
        this.maxBufferedBytes = maxBufferedBytes;
        this.budget = new Budget(maxBufferedBytes, maxBufferedRecords);
        this.environment = new ThreadEnvironment();
        this.engine = new Engine(settings, client, sealer, budget, environment);
        environment.start(engine);
    }

    /**
     * Starts to configure a producer.
     *
     * @param client what sends the sealed records; not closed by the producer. Whatever retries it is set to make, the producer's calls are made without them:
     *     the producer tries again by itself, and has to know of each attempt what it may have stored.
     * @param encryption whose keys are used; not closed by the producer. Close it after the producer.
     * @return a builder; a stream is all that it needs
     * @throws IllegalArgumentException if {@code client} encrypts by itself
     */
    public static BatchingProducerBuilder builder(KinesisAsyncClient client, KinesisEncryption encryption) {
        return new BatchingProducerBuilder(client, encryption);
    }

    /**
     * Puts a record, and waits for room in the buffer if need be.
     *
     * @param partitionKey 1 to 256 characters, which only readers with the key will see
     * @param data the plaintext, not copied: it must not change before the future completes
     * @return see {@link #put(UserRecord)}
     * @throws IllegalArgumentException if the key is too short, too long or no text
     * @throws IllegalStateException if this is closed
     */
    public CompletableFuture<PutReceipt> put(String partitionKey, byte[] data) {
        return put(UserRecord.of(Objects.requireNonNull(partitionKey, "partitionKey"), data));
    }

    /**
     * Puts a record that has no partition key, and so no order, wherever there is room in the stream; waits for room in the buffer if need be.
     *
     * @param data the plaintext, not copied: it must not change before the future completes
     * @return see {@link #put(UserRecord)}
     * @throws IllegalStateException if this is closed
     */
    public CompletableFuture<PutReceipt> put(byte[] data) {
        return put(UserRecord.of(null, data));
    }

    /**
     * Puts a record, and waits for room in the buffer if need be, for the delivery timeout at most. An explicit hash key chooses the slice
     * instead of the partition key, and order holds between records of one explicit hash key then. With a {@link io.kinesisencryption.BlindingSecret}
     * of AWS KMS, the first call waits for KMS.
     *
     * @param record the record; its data is not copied and must not change before the future completes
     * @return completed once the stream has the record, or exceptionally with a {@link PutFailedException}: the delivery timeout has passed, the
     *     service or the keyring refuses for good, the record is too large, there was no room in time, or the waiting thread was interrupted
     *     (it stays so)
     * @throws IllegalArgumentException if a key of the record is none
     * @throws IllegalStateException if this is closed
     */
    public CompletableFuture<PutReceipt> put(UserRecord record) {
        int sizeBytes = checkedSizeBytes(record);
        if (sizeBytes < 0) {
            return tooLarge(record);
        }
        boolean roomTaken;
        try {
            // What completes futures makes the room itself: it would wait for itself.
            roomTaken = environment.isCompleting()
                    ? budget.takeAnyway(sizeBytes)
                    : budget.take(sizeBytes, settings.deliveryTimeoutNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("Interrupted while waiting for room in the buffer", e);
        }
        if (!roomTaken) {
            checkOpen();
            return failed(
                    "There was no room in the buffer within %s: %d records of %d bytes wait"
                            .formatted(
                                    Duration.ofNanos(settings.deliveryTimeoutNanos()),
                                    bufferedRecords(),
                                    bufferedBytes()),
                    null);
        }
        return accept(record, sizeBytes);
    }

    /**
     * Puts a record if there is room in the buffer now.
     *
     * @param record the record; its data is not copied and must not change before the future completes
     * @return as {@link #put(UserRecord)}, or empty if there was no room
     * @throws IllegalArgumentException if a key of the record is none
     * @throws IllegalStateException if this is closed
     */
    public Optional<CompletableFuture<PutReceipt>> tryPut(UserRecord record) {
        int sizeBytes = checkedSizeBytes(record);
        if (sizeBytes < 0) {
            return Optional.of(tooLarge(record));
        }
        return budget.tryTake(sizeBytes) ? Optional.of(accept(record, sizeBytes)) : Optional.empty();
    }

    /**
     * Sends what waits for more records.
     *
     * @return completed after the futures of all records that were put before are, however they ended; never exceptionally
     */
    public CompletableFuture<Void> flush() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        engine.flush(done, true);
        return done;
    }

    /**
     * Where records go.
     *
     * @return the stream
     */
    public StreamIdentity stream() {
        return settings.stream();
    }

    /**
     * How many records wait for their future to complete.
     *
     * @return from 0
     */
    public int bufferedRecords() {
        return budget.records();
    }

    /**
     * How much those records take in memory as the buffer's bound counts it.
     *
     * @return bytes
     */
    public long bufferedBytes() {
        return budget.bytes();
    }

    /** Closes this, and waits for what was put for the delivery timeout at most: by then every record has been acknowledged or given up. */
    @Override
    public void close() {
        close(Duration.ofNanos(settings.deliveryTimeoutNanos()));
    }

    /**
     * Refuses further records, sends what there is, waits until all of it is settled, and ends the threads. Records that are not settled in
     * time are given up: their futures complete with a {@link PutFailedException}. If the thread is interrupted, that is now (it stays so).
     * Code that depends on the futures may run on for as long again, and for a second at least, and is then interrupted. Closing twice waits for the first to end.
     *
     * @param timeout how long at most; zero gives up at once
     * @throws IllegalArgumentException if it is negative
     */
    public void close(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout is %s; it must not be negative".formatted(timeout));
        }
        boolean interrupted = false;
        Duration bounded = timeout.compareTo(LONGEST_CLOSE) > 0 ? LONGEST_CLOSE : timeout;
        if (closing.compareAndSet(false, true)) {
            budget.close();
            CompletableFuture<Void> settled = new CompletableFuture<>();
            engine.flush(settled, false);
            interrupted = await(settled, bounded);
            engine.later(() -> engine.end("The producer was closed before the record was acknowledged", null));
            environment.stop(interrupted ? Duration.ZERO : bounded);
            closed.complete(null);
        } else if (!environment.isCompleting()) {
            interrupted = await(closed, bounded);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The stream and how much waits, never data or keys. */
    @Override
    public String toString() {
        return "BatchingProducer[%s, %d records of %d bytes wait%s]"
                .formatted(settings.stream(), bufferedRecords(), bufferedBytes(), closing.get() ? ", closed" : "");
    }

    private CompletableFuture<PutReceipt> accept(UserRecord record, int bufferedBytes) {
        boolean accepted = false;
        try {
            String partitionKey = record.partitionKey();
            String explicitHashKey = record.explicitHashKey();
            boolean keyed = partitionKey != null || explicitHashKey != null;
            long hashKeyHigh = 0;
            if (explicitHashKey != null) {
                hashKeyHigh = UserRecords.hashKeyHigh(explicitHashKey);
            } else if (partitionKey != null) {
                hashKeyHigh = encryptor.hashKeyHigh(partitionKey);
            }
            Pending pending = new Pending(
                    record,
                    bufferedBytes,
                    keyed,
                    hashKeyHigh,
                    environment.nanoTime() + settings.deliveryTimeoutNanos());
            engine.accept(pending);
            accepted = true;
            return pending.future;
        } catch (KinesisEncryptionException e) {
            return failed("The partition key could not be blinded", e);
        } finally {
            if (!accepted) {
                budget.give(bufferedBytes, 1);
            }
        }
    }

    /** What the record takes in the buffer, or -1 if no stream or not the buffer takes it. */
    private int checkedSizeBytes(UserRecord record) {
        checkOpen();
        int keysSizeBytes = UserRecords.keysSizeBytes(record);
        int dataSizeBytes = record.data().length;
        if (dataSizeBytes > LARGEST_RECORD_SIZE_BYTES) {
            return -1;
        }
        int sizeBytes = Pending.bufferedBytes(keysSizeBytes, dataSizeBytes);
        return sizeBytes > maxBufferedBytes ? -1 : sizeBytes;
    }

    private CompletableFuture<PutReceipt> tooLarge(UserRecord record) {
        int sizeBytes = record.data().length;
        long limitBytes = Math.min(LARGEST_RECORD_SIZE_BYTES, maxBufferedBytes);
        String message = "The record's data has %d bytes; %s takes at most %d"
                .formatted(
                        sizeBytes,
                        limitBytes == LARGEST_RECORD_SIZE_BYTES ? "no stream takes more than that: it" : "the buffer",
                        limitBytes);
        return failed(message, new RecordTooLargeException(0, sizeBytes, limitBytes, message));
    }

    private void checkOpen() {
        if (closing.get()) {
            throw new IllegalStateException(
                    "This BatchingProducer of the stream %s is closed".formatted(settings.stream()));
        }
        Throwable broken = engine.broken();
        if (broken != null) {
            throw new IllegalStateException(
                    "This BatchingProducer of the stream %s has failed; close it and make another one"
                            .formatted(settings.stream()),
                    broken);
        }
    }

    private static CompletableFuture<PutReceipt> failed(String message, @Nullable Throwable cause) {
        return CompletableFuture.failedFuture(new PutFailedException(message, false, 0, cause));
    }

    /** Waits for something, and tells whether the thread was interrupted. */
    private static boolean await(CompletableFuture<Void> what, Duration timeout) {
        try {
            what.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
        return false;
    }
}
