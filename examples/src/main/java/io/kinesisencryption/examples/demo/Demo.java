// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.stream.BatchPublisher;
import io.kinesisencryption.examples.stream.Batching;
import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.examples.stream.Pauses;
import io.kinesisencryption.examples.stream.Publisher;
import io.kinesisencryption.examples.stream.RecordPublisher;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Sends records through an encrypting client into a stream in memory and back through a real KCL application that decrypts, then proves what the
 * stream stored and what came back.
 */
public final class Demo {
    private static final String STREAM = "orders";

    /** Far more than the start of KCL takes on a slow machine; records come back every few milliseconds after that. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long POLL_MILLIS = 100;

    private final DemoOptions options;
    private final DemoProgress progress;
    private final Duration patience;
    private final long startNanos;
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final Deliveries deliveries = new Deliveries();

    private Demo(DemoOptions options, DemoProgress progress, Duration patience, long startNanos) {
        this.options = options;
        this.progress = progress;
        this.patience = patience;
        this.startNanos = startNanos;
    }

    /**
     * Runs one demonstration.
     *
     * @param options what to do
     * @param progress who is shown how far it is; closed before this returns
     * @param startNanos the {@link System#nanoTime()} from which times are counted
     * @return the report
     * @throws CommandException if the records cannot be read or put
     * @throws InterruptedException if the calling thread is interrupted
     */
    public static DemoReport run(DemoOptions options, DemoProgress progress, long startNanos)
            throws InterruptedException {
        try (progress) {
            return new Demo(options, progress, PATIENCE, startNanos).run();
        }
    }

    private DemoReport run() throws InterruptedException {
        List<OutgoingRecord> records = DemoInput.records(options);
        progress.begin(records.size());
        kinesis.createStream(STREAM, options.shards());
        String keyArn = kms.createKey();
        try (KmsClient kmsClient = kms.client();
                KinesisEncryption encryption = KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(keyArn, kmsClient))
                        .build();
                LocalDynamoDb dynamoDb = LocalDynamoDb.start();
                OrderConsumer consumer = OrderConsumer.start(kinesis, dynamoDb, STREAM, encryption, deliveries)) {
            put(records, encryption);
            awaitReturn(records.size());
            consumer.stop();
        }
        return DemoReport.of(
                options, STREAM, records, deliveries.outcome(records.size()), kinesis, kms.calls(), startNanos);
    }

    private void put(List<OutgoingRecord> records, KinesisEncryption encryption) {
        Batching batching = options.batching();
        if (batching == null) {
            try (KinesisClient client = EncryptingKinesisClient.builder(kinesis.client(), encryption)
                    .encryptorOptions(options.encryptorOptions())
                    .build()) {
                put(records, new RecordPublisher(client, STREAM, deliveries::sent, Pauses.REAL));
            }
        } else {
            put(
                    records,
                    new BatchPublisher(
                            kinesis.asyncClient(),
                            encryption,
                            StreamIdentity.of(STREAM),
                            options.encryptorOptions(),
                            batching,
                            deliveries::sent));
        }
    }

    private void put(List<OutgoingRecord> records, Publisher publisher) {
        try (publisher) {
            for (OutgoingRecord record : records) {
                publisher.put(record);
                showProgress(deliveries.count());
            }
            publisher.flush();
        }
    }

    private void awaitReturn(long expected) throws InterruptedException {
        long lastReturned = -1;
        long lastChange = System.nanoTime();
        while (true) {
            Deliveries.Count count = deliveries.count();
            showProgress(count);
            if (count.complete(expected) || count.obstructed()) {
                return;
            }
            long now = System.nanoTime();
            if (count.returned() != lastReturned) {
                lastReturned = count.returned();
                lastChange = now;
            } else if (now - lastChange > patience.toNanos()) {
                deliveries.obstructed("nothing came back for %d seconds".formatted(patience.toSeconds()));
                return;
            }
            deliveries.awaitChange(POLL_MILLIS);
        }
    }

    private void showProgress(Deliveries.Count count) {
        progress.update(count.sent(), count.returned());
    }
}
