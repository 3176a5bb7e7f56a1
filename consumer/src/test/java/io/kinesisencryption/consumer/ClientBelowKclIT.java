// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.client.AggregateForm;
import io.kinesisencryption.consumer.client.DecryptingClientOptions;
import io.kinesisencryption.consumer.client.DecryptingKinesisAsyncClient;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** A real KCL scheduler whose client decrypts, so that KCL takes the aggregates apart itself: polling, and with enhanced fan-out. */
@Timeout(900)
class ClientBelowKclIT {
    private static final String STREAM = Records.ORDERS.name();
    private static final String SHARD = "shardId-000000000000";
    private static final int AGGREGATES = 20;
    private static final int OF_EACH = 4;

    private static LocalDynamoDb dynamoDb;

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final KinesisEncryption writer = Records.encryption(Keyrings.awsKms(keyArn, kms.client()));
    private final KinesisEncryption reader = Records.encryption(Keyrings.awsKms(keyArn, kms.client()));
    private final List<String> sent = new ArrayList<>();

    @BeforeAll
    static void startDynamoDb() {
        dynamoDb = LocalDynamoDb.start();
    }

    @AfterAll
    static void stopDynamoDb() {
        dynamoDb.close();
    }

    @BeforeEach
    void createStream() {
        kinesis.createStream(STREAM, 2);
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    /** Puts an aggregate into the first shard whose user records have keys of everywhere. */
    private void putAggregate(int number) {
        EncryptorOptions options = EncryptorOptions.builder()
                .format(number % 2 == 0 ? EnvelopeFormat.AWS_ENCRYPTION_SDK : EnvelopeFormat.COMPACT)
                .payloadKind(PayloadKind.AGGREGATE)
                .build();
        List<UserRecord> userRecords = new ArrayList<>();
        for (int i = 0; i < OF_EACH; i++) {
            String data = "%d.%d".formatted(number, i);
            sent.add(data);
            userRecords.add(UserRecord.of("customer-" + i, data.getBytes(StandardCharsets.UTF_8)));
        }
        KinesisRecord sealed = writer.encryptor(Records.ORDERS, options)
                .encryptAggregate("slice", BigInteger.TWO.toString(), userRecords);
        kinesis.client()
                .putRecord(r -> r.streamName(STREAM)
                        .partitionKey(sealed.partitionKey())
                        .explicitHashKey(sealed.explicitHashKey())
                        .data(SdkBytes.fromByteArray(sealed.data())));
    }

    private RunningScheduler start(boolean fanOut, Processor processor) {
        DecryptingKinesisAsyncClient client = DecryptingKinesisAsyncClient.wrap(
                kinesis.asyncClient(),
                reader,
                DecryptingClientOptions.builder().aggregates(AggregateForm.KPL).build());
        return RunningScheduler.start(
                kinesis, client, dynamoDb, STREAM, "below-kcl-" + fanOut, fanOut, () -> processor);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void kclNumbersTheUserRecordsAndGoesOnInTheMiddleOfAnAggregateAfterARestart(boolean fanOut) throws Exception {
        for (int i = 0; i < AGGREGATES; i++) {
            putAggregate(i);
        }
        String last = "11.1";
        Processor first = new Processor(last);
        try (RunningScheduler scheduler = start(fanOut, first)) {
            first.await(sent);
            Await.until(
                    "the checkpoint is written",
                    () -> !first.checkpointed.isEmpty()
                            && scheduler.checkpoint(SHARD).equals(first.checkpointed.get(0)),
                    () -> scheduler.checkpoint(SHARD));
            assertThat(scheduler.shutdown(SchedulerFixture.EXIT)).isTrue();
        }
        assertThat(first.delivered).containsExactlyElementsOf(sent);
        assertThat(first.subSequenceNumbers.subList(0, OF_EACH)).containsExactly(0L, 1L, 2L, 3L);

        // The key service is away for the first reads: it is waited for.
        reader.discardAll();
        kms.faults().inject(KmsFault.unreachable("Decrypt").times(2));
        putAggregate(AGGREGATES);
        Processor second = new Processor("none");
        List<String> left = sent.subList(sent.indexOf(last) + 1, sent.size());
        try (RunningScheduler scheduler = start(fanOut, second)) {
            second.await(left);
            assertThat(second.delivered).containsExactlyElementsOf(left);
            assertThat(scheduler.shutdown(SchedulerFixture.EXIT)).isTrue();
        }
    }

    /** An application of one shard's records that checkpoints once, at one user record. */
    private static final class Processor implements ShardRecordProcessor {
        final List<String> delivered = new CopyOnWriteArrayList<>();
        final List<Long> subSequenceNumbers = new CopyOnWriteArrayList<>();
        final List<String> checkpointed = new CopyOnWriteArrayList<>();
        private final String checkpointAt;

        Processor(String checkpointAt) {
            this.checkpointAt = checkpointAt;
        }

        void await(List<String> expected) throws Exception {
            Await.until(
                    expected.size() + " user records are delivered",
                    () -> delivered.size() >= expected.size(),
                    () -> delivered.size() + " of them");
        }

        @Override
        public void initialize(InitializationInput input) {}

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord record : input.records()) {
                String data = StandardCharsets.UTF_8.decode(record.data()).toString();
                if (data.equals(checkpointAt)) {
                    try {
                        input.checkpointer().checkpoint(record.sequenceNumber(), record.subSequenceNumber());
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    checkpointed.add(record.sequenceNumber());
                }
                subSequenceNumbers.add(record.subSequenceNumber());
                delivered.add(data);
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {
            RecordingApplication.checkpoint(input.checkpointer());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
