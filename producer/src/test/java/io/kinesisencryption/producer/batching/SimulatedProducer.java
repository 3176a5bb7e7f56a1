// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.internal.SafeListener;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** The engine with everything round it simulated but the encryption and the service's own rules. */
final class SimulatedProducer implements AutoCloseable {
    static final String STREAM = "orders";

    final Random random;
    final Simulation simulation;
    final InMemoryKinesis kinesis;
    final SimulatedStream stream;
    final KinesisEncryption encryption;
    final Budget budget;
    final Engine engine;
    final RecordEncryptor encryptor;
    private final Settings settings;

    /** Runs before each sealing; throws what sealing throws. */
    Runnable beforeSealing = () -> {};

    SimulatedProducer(long seed, Options options) {
        this.random = new Random(seed);
        this.simulation = new Simulation(random, options.sealing);
        this.kinesis = InMemoryKinesis.builder()
                .seed(seed)
                .clock(simulation.clock())
                .shardThroughputLimits(options.shardThroughputLimits)
                .asyncExecutor(Runnable::run)
                .build();
        if (options.shards > 0) {
            kinesis.createStream(STREAM, options.shards);
        }
        this.stream = new SimulatedStream(kinesis, STREAM, simulation);
        byte[] key = new byte[32];
        random.nextBytes(key);
        this.encryption = KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("tests", "key", key))
                .build();
        this.encryptor = encryption.encryptor(
                StreamIdentity.of(STREAM),
                EncryptorOptions.builder()
                        .format(options.format)
                        .payloadKind(PayloadKind.AGGREGATE)
                        .build());
        this.settings = new Settings(
                StreamIdentity.of(STREAM),
                options.linger.toNanos(),
                options.maxAggregateSizeBytes,
                options.maxAggregateRecords,
                options.maxRequestSizeBytes,
                options.deliveryTimeout.toNanos(),
                options.ordered,
                options.slices,
                new SafeListener<>(options.listener));
        this.budget = new Budget(options.maxBufferedBytes, options.maxBufferedRecords);
        this.engine = new Engine(settings, stream, this::seal, budget, simulation);
        simulation.drive(engine);
    }

    private KinesisRecord seal(String partitionKey, String explicitHashKey, List<UserRecord> records) {
        beforeSealing.run();
        return encryptor.encryptAggregate(partitionKey, explicitHashKey, records);
    }

    /** What {@link BatchingProducer#tryPut} does, or null where that is empty. */
    CompletableFuture<PutReceipt> tryPut(UserRecord record) {
        int sizeBytes = Pending.bufferedBytes(UserRecords.keysSizeBytes(record), record.data().length);
        if (!budget.tryTake(sizeBytes)) {
            return null;
        }
        boolean keyed = record.partitionKey() != null;
        Pending pending = new Pending(
                record,
                sizeBytes,
                keyed,
                keyed ? encryptor.hashKeyHigh(record.partitionKey()) : 0,
                simulation.nanoTime() + settings.deliveryTimeoutNanos());
        engine.accept(pending);
        return pending.future;
    }

    CompletableFuture<PutReceipt> put(String partitionKey, byte[] data) {
        CompletableFuture<PutReceipt> future = tryPut(UserRecord.of(partitionKey, data));
        if (future == null) {
            throw new AssertionError("The buffer of the test is full");
        }
        return future;
    }

    void run(Duration duration) {
        simulation.run(duration);
    }

    /** The user records that were written, in the order of writing, those that were written twice among them. */
    List<UserRecord> writtenRecords() {
        var decryptor = encryption.decryptor(StreamIdentity.of(STREAM));
        List<UserRecord> records = new ArrayList<>();
        for (SimulatedStream.Written written : stream.written) {
            records.addAll(decryptor.decrypt(written.record()));
        }
        return records;
    }

    @Override
    public void close() {
        encryption.close();
    }

    /** What a test may change; the rest is as by default. */
    static final class Options {
        int shards = 4;
        Duration sealing = Duration.ofNanos(100_000);
        EnvelopeFormat format = EnvelopeFormat.COMPACT;
        Duration linger = Duration.ofMillis(100);
        int maxAggregateSizeBytes = 51_200;
        int maxAggregateRecords = 10_000;
        int maxRequestSizeBytes = 5 * 1024 * 1024;
        Duration deliveryTimeout = Duration.ofMinutes(2);
        boolean ordered = true;
        int slices;
        long maxBufferedBytes = 64L * 1024 * 1024;
        int maxBufferedRecords = 100_000;
        boolean shardThroughputLimits;
        ProducerListener listener = ProducerListener.NONE;
    }
}
