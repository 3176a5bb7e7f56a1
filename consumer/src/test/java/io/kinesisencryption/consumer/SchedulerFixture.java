// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/** A stream of four shards in memory and what was put into it, two keys, DynamoDB Local, and an application over a real KCL scheduler. */
abstract class SchedulerFixture {
    static final int SHARDS = 4;
    static final BigInteger SHARD_WIDTH = BigInteger.TWO.pow(128).divide(BigInteger.valueOf(SHARDS));
    static final Duration EXIT = Duration.ofSeconds(90);

    static LocalDynamoDb dynamoDb;

    final InMemoryKinesis kinesis = InMemoryKinesis.create();
    final KinesisClient client = kinesis.client();
    final InMemoryKms kms = InMemoryKms.create();
    final String keyArn = kms.createKey();
    final String poisonKeyArn = kms.createKey();
    final KinesisEncryption writer = Records.encryption(Keyrings.awsKms(keyArn, kms.client()));
    final KinesisEncryption poisonWriter = Records.encryption(Keyrings.awsKms(poisonKeyArn, kms.client()));
    final KinesisEncryption reader = Records.encryption(bothKeys());
    final Map<String, String> sequenceNumbers = new ConcurrentHashMap<>();
    /** By shard, what was put into the part of the hash-key space that it has at first. */
    final List<List<String>> sent = new ArrayList<>();

    final RecordingHoldListener holds = new RecordingHoldListener();
    String application;

    @BeforeAll
    static void startDynamoDb() {
        dynamoDb = LocalDynamoDb.start();
    }

    @AfterAll
    static void stopDynamoDb() {
        dynamoDb.close();
    }

    @BeforeEach
    void createStream(TestInfo test) {
        application = test.getTestMethod().orElseThrow().getName();
        kinesis.createStream(Records.ORDERS.name(), SHARDS);
        for (int shard = 0; shard < SHARDS; shard++) {
            sent.add(new ArrayList<>());
        }
    }

    @AfterEach
    void closeEncryption() {
        reader.close();
        poisonWriter.close();
        writer.close();
    }

    private Keyring bothKeys() {
        MaterialProviders providers = MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build();
        KmsClient client = kms.client();
        List<IKeyring> keyrings = List.of(keyring(providers, client, keyArn), keyring(providers, client, poisonKeyArn));
        return Keyrings.of(providers.CreateMultiKeyring(CreateMultiKeyringInput.builder()
                .generator(keyrings.get(0))
                .childKeyrings(keyrings.subList(1, 2))
                .build()));
    }

    private static IKeyring keyring(MaterialProviders providers, KmsClient client, String arn) {
        return providers.CreateAwsKmsKeyring(CreateAwsKmsKeyringInput.builder()
                .kmsKeyId(arn)
                .kmsClient(client)
                .build());
    }

    static String shardId(int shard) {
        return "shardId-%012d".formatted(shard);
    }

    /** Puts a record whose key is disabled by the time that anybody sees it. */
    void putPoison(int shard) {
        put(poisonWriter, shard, () -> kms.disableKey(poisonKeyArn));
    }

    /** Puts one record into the part of the hash-key space that this shard has at first. */
    void put(KinesisEncryption encryption, int shard, Runnable onceSealed) {
        String data = nextOf(shard);
        KinesisRecord sealed = encryption
                .encryptor(Records.ORDERS)
                .encrypt(UserRecord.of("customer-1", hashKeyOf(shard), data.getBytes(StandardCharsets.UTF_8)));
        onceSealed.run();
        sent(shard, data, store(sealed.partitionKey(), shard, sealed.data()));
    }

    void put(int shard, int count) {
        for (int i = 0; i < count; i++) {
            put(writer, shard, () -> {});
        }
    }

    /** Puts records that are not encrypted. */
    void putPlaintext(int shard, int count) {
        for (int i = 0; i < count; i++) {
            String data = nextOf(shard);
            sent(shard, data, store("customer-1", shard, data.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private String nextOf(int shard) {
        return "order %d of shard %d".formatted(sent.get(shard).size(), shard);
    }

    private void sent(int shard, String data, String sequenceNumber) {
        sequenceNumbers.put(data, sequenceNumber);
        sent.get(shard).add(data);
    }

    private static String hashKeyOf(int shard) {
        return SHARD_WIDTH.multiply(BigInteger.valueOf(shard)).toString();
    }

    private String store(String partitionKey, int shard, byte[] data) {
        return client.putRecord(r -> r.streamName(Records.ORDERS.name())
                        .partitionKey(partitionKey)
                        .explicitHashKey(hashKeyOf(shard))
                        .data(SdkBytes.fromByteArray(data)))
                .sequenceNumber();
    }

    List<String> allSent() {
        return sent.stream().flatMap(List::stream).toList();
    }

    /** The number of the record that was last put into a shard. */
    String lastSequenceNumber(int shard) {
        return sequenceNumbers.get(sent.get(shard).get(sent.get(shard).size() - 1));
    }

    RunningScheduler start(DecryptingShardRecordProcessorFactory factory) {
        return RunningScheduler.start(kinesis, dynamoDb, Records.ORDERS.name(), application, factory);
    }

    DecryptingShardRecordProcessorFactory wrap(Deliveries deliveries) {
        return wrap(deliveries, FailurePolicies.DEFAULTS);
    }

    DecryptingShardRecordProcessorFactory wrap(Deliveries deliveries, FailurePolicies policies) {
        return DecryptingShardRecordProcessorFactory.builder(deliveries::processor, reader)
                .listener(holds)
                .failurePolicies(policies)
                .build();
    }

    /** Puts bytes that nobody sealed, and returns their sequence number. */
    String putGarbage(int shard, byte[] data) {
        return store("anybody", shard, data);
    }

    byte[] altered() {
        byte[] envelope = Records.seal(writer, Records.ORDERS, "altered");
        envelope[envelope.length - 1] ^= 1;
        return envelope;
    }

    /** Gives every shard a record that is delivered before anything is held. */
    void warmUp(Deliveries deliveries) throws Exception {
        IntStream.range(0, SHARDS).forEach(shard -> put(shard, 1));
        deliveries.await(allSent());
    }

    void awaitHold() throws Exception {
        Await.until("a shard holds", () -> !holds.events().isEmpty(), holds::events);
    }

    /** Of events of other kinds there may be any number: a hold that lasts tells of itself now and then. */
    void awaitEvents(String event, int count) throws Exception {
        Await.until(
                "the listener is told %d times: %s".formatted(count, event),
                () -> Collections.frequency(holds.events(), event) == count,
                holds::events);
    }

    static void awaitCheckpoint(RunningScheduler scheduler, int shard, String sequenceNumber) throws Exception {
        Await.until(
                "shard %d is checkpointed at %s".formatted(shard, sequenceNumber),
                () -> scheduler.checkpoint(shardId(shard)).equals(sequenceNumber),
                () -> scheduler.checkpoint(shardId(shard)));
    }
}
