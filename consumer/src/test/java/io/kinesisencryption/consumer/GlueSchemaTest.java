// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.schemaregistry.common.Schema;
import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryDeserializer;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Records of the AWS Glue Schema Registry are decoded after decryption, and wait for the registry. */
class GlueSchemaTest {
    private static final Schema ORDER = new Schema("{\"type\":\"string\"}", "AVRO", "order");
    private static final int HEADER_BYTES = 18;

    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final Registry registry = new Registry();

    @AfterEach
    void close() {
        encryption.close();
    }

    private Wrapped wrapped(FailurePolicies policies) {
        return Wrapped.decoding(new GlueSchemaDecoder(registry), policies, encryption);
    }

    /** As the registry's serializers do: a version, a compression, the id of the schema's version, and the data. */
    private static byte[] encoded(String text) {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        byte[] encoded = new byte[HEADER_BYTES + data.length];
        encoded[0] = 3;
        System.arraycopy(data, 0, encoded, HEADER_BYTES, data.length);
        return encoded;
    }

    private KinesisClientRecord sealed(int number, byte[] data) {
        return Records.stored(
                number,
                encryption
                        .encryptor(Records.ORDERS)
                        .encrypt(UserRecord.of("customer-1", data))
                        .data());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<KinesisClientRecord> delivered(Wrapped wrapped) {
        return wrapped.application.batches.stream()
                .flatMap(batch -> batch.records().stream())
                .toList();
    }

    @Test
    void recordsThatASerializerEncodedComeWithTheirSchemaAndWithoutTheHeader() {
        Wrapped wrapped = wrapped(FailurePolicies.DEFAULTS);

        wrapped.shard.process(sealed(1, encoded("order 1")), sealed(2, bytes("order 2")));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2");
        assertThat(delivered(wrapped)).extracting(KinesisClientRecord::schema).containsExactly(ORDER, null);
        assertThat(delivered(wrapped)).allSatisfy(record -> {
            assertThat(record.data().array()).hasSize("order 1".length());
            assertThat(record.data().position()).isZero();
        });
        assertThat(wrapped.holds.events()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void eachUserRecordOfAnAggregateIsDecodedForItself(EnvelopeFormat format) {
        Wrapped wrapped = wrapped(FailurePolicies.DEFAULTS);
        List<UserRecord> userRecords = List.of(
                UserRecord.of("a", encoded("order 1")),
                UserRecord.of("b", bytes("order 2")),
                UserRecord.of("c", encoded("order 3")));

        wrapped.shard.process(Records.aggregate(encryption, format, 1, userRecords));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2", "order 3");
        assertThat(delivered(wrapped)).extracting(KinesisClientRecord::schema).containsExactly(ORDER, null, ORDER);
        assertThat(delivered(wrapped))
                .extracting(KinesisClientRecord::partitionKey)
                .containsExactly("a", "b", "c");
        assertThat(delivered(wrapped))
                .extracting(KinesisClientRecord::subSequenceNumber)
                .containsExactly(0L, 1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canDeserialize", "getSchema", "getData"})
    void aShardWaitsWhileTheRegistryDoesNotAnswer(String method) {
        for (Throwable thrown : List.of(new IllegalStateException("registry"), new NoClassDefFoundError("registry"))) {
            // A policy that passes over bad records must not pass over good ones.
            Wrapped wrapped = wrapped(FailurePolicies.builder().skipBadRecords().build());
            wrapped.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
            registry.failing = Map.of(method, thrown);
            wrapped.time.during(3, () -> registry.failing = Map.of());

            wrapped.shard.process(sealed(1, encoded("order 1")), sealed(2, encoded("order 2")));

            assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2");
            assertThat(delivered(wrapped))
                    .extracting(KinesisClientRecord::schema)
                    .containsOnly(ORDER);
            assertThat(wrapped.time.waits()).extracting(Duration::toMillis).containsExactly(150L, 300L, 600L);
            assertThat(wrapped.holds.holds()).hasSize(4).allSatisfy(hold -> {
                assertThat(hold.reason()).isEqualTo(HoldReason.SCHEMA_UNAVAILABLE);
                assertThat(hold.error()).hasCause(thrown);
            });
            assertThat(wrapped.holds.failures())
                    .singleElement()
                    .satisfies(
                            failure -> assertThat(failure.decision().action()).isEqualTo(RecordFailureAction.HOLD));
            assertThat(wrapped.holds.passed()).isEmpty();
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
        }
    }

    @Test
    void noCheckpointPassesARecordThatWaitsForItsSchemaWhenTheWaitIsGivenUp() {
        Wrapped wrapped = wrapped(FailurePolicies.DEFAULTS);
        wrapped.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
        registry.failing = Map.of("getData", new IllegalStateException("registry"));
        wrapped.time.during(5, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1, bytes("order 1")), sealed(2, encoded("order 2")), sealed(3, bytes("order 3")));

        assertThat(wrapped.application.delivered()).containsExactly("order 1");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void aRecordThatIsLetPassIsHandedOnAsItIs() {
        RecordingSink sink = new RecordingSink();
        Wrapped wrapped =
                wrapped(FailurePolicies.builder().deadLetterBadRecords(sink).build());
        registry.failing = Map.of("getSchema", new IllegalStateException("unknown schema"));
        wrapped.time.during(2, () -> {
            wrapped.factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(1));
            registry.failing = Map.of();
        });

        wrapped.shard.process(sealed(1, encoded("order 1")), sealed(2, encoded("order 2")));

        assertThat(delivered(wrapped)).extracting(KinesisClientRecord::schema).containsExactly(null, ORDER);
        assertThat(delivered(wrapped).get(0).data().array()).isEqualTo(encoded("order 1"));
        assertThat(delivered(wrapped).get(0).data().remaining()).isEqualTo(encoded("order 1").length);
        assertThat(sink.letters()).isEmpty();
        assertThat(wrapped.holds.passed()).isEmpty();
        assertThat(wrapped.holds.events()).last().asString().startsWith("RESUMED");
    }

    /** It is known to be a good record: a key service that is out of reach when an operator lets it pass must not make a bad one of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRecordThatIsLetPassWaitsForItsKeyIfThatIsOutOfReachThen(boolean byFile, @TempDir Path directory)
            throws Exception {
        InMemoryKms kms = InMemoryKms.create();
        String keyArn = kms.createKey();
        Path file = directory.resolve("pass");
        try (KinesisEncryption underKms = Records.encryption(Keyrings.awsKms(keyArn, kms.client()))) {
            KinesisClientRecord record =
                    Records.sealed(underKms, 1, new String(encoded("order 1"), StandardCharsets.UTF_8));
            RecordingApplication application = new RecordingApplication();
            RecordingHoldListener holds = new RecordingHoldListener();
            AtomicReference<Runnable> beforeNextDecoding = new AtomicReference<>(() -> {});
            SimulatedTime time = new SimulatedTime();
            time.afterEachWait(underKms::discardAll);
            time.schemas = records -> {
                beforeNextDecoding.get().run();
                throw new SchemaException(new IllegalStateException("unknown schema"));
            };
            var factory = new DecryptingShardRecordProcessorFactory(
                    () -> application,
                    underKms,
                    Records.ORDERS,
                    time.environment(holds, Runnable::run, loop -> false, FailurePolicies.DEFAULTS, file));
            time.during(
                    2,
                    () -> beforeNextDecoding.set(() -> {
                        kms.disableKey(keyArn);
                        underKms.discardAll();
                        if (byFile) {
                            write(file, "orders " + KclShard.SHARD_ID + " " + Records.sequenceNumber(1));
                        } else {
                            factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(1));
                        }
                    }));
            time.during(5, () -> kms.enableKey(keyArn));

            new KclShard(factory.shardRecordProcessor()).process(record);

            assertThat(holds.passed()).isEmpty();
            assertThat(application.batches).hasSize(1);
            assertThat(application.batches.get(0).records())
                    .singleElement()
                    .satisfies(given -> assertThat(given.data().array()).isEqualTo(encoded("order 1")));
            assertThat(time.waits()).hasSize(5);
            assertThat(holds.events()).last().asString().startsWith("RESUMED");
        }
    }

    /** Once the operator has seen that the key is gone for good. */
    @Test
    void whatIsLetPassASecondTimeIsPassedOver() {
        InMemoryKms kms = InMemoryKms.create();
        String keyArn = kms.createKey();
        try (KinesisEncryption underKms = Records.encryption(Keyrings.awsKms(keyArn, kms.client()))) {
            Wrapped wrapped = Wrapped.decoding(new GlueSchemaDecoder(registry), FailurePolicies.DEFAULTS, underKms);
            registry.failing = Map.of("getSchema", new IllegalStateException("unknown schema"));
            Runnable letPass = () -> wrapped.factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(1));
            wrapped.time.during(2, () -> {
                kms.disableKey(keyArn);
                letPass.run();
            });
            wrapped.time.during(5, letPass);

            wrapped.shard.process(Records.sealed(underKms, 1, new String(encoded("order 1"), StandardCharsets.UTF_8)));

            assertThat(wrapped.time.waits()).hasSize(5);
            assertThat(wrapped.holds.passed()).containsExactly("LET_PASS KEY_DISABLED");
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void plaintextThatIsAcceptedIsDecodedOnceAndCountedOnce() {
        Wrapped wrapped = wrapped(
                FailurePolicies.builder().plaintext(PlaintextPolicy.ACCEPT).build());
        KinesisClientRecord decodedByKcl = Records.stored(2, encoded("not again")).toBuilder()
                .schema(ORDER)
                .build();
        registry.failing = Map.of("getData", new IllegalStateException("registry"));
        wrapped.time.during(2, () -> registry.failing = Map.of());

        wrapped.shard.process(Records.stored(1, encoded("order 1")), decodedByKcl);

        assertThat(delivered(wrapped).get(0).schema()).isEqualTo(ORDER);
        assertThat(wrapped.application.delivered()).first().isEqualTo("order 1");
        assertThat(delivered(wrapped).get(1).data().remaining()).isEqualTo(HEADER_BYTES + "not again".length());
        assertThat(wrapped.holds.plaintext()).isEqualTo(2);
    }

    @Test
    void theOptionOfTheBuilderIsWhatDecodes() {
        RecordingApplication application = new RecordingApplication();
        ShardRecordProcessor processor = DecryptingShardRecordProcessorFactory.builder(() -> application, encryption)
                .glueSchemaRegistryDeserializer(registry)
                .build()
                .shardRecordProcessor(StreamIdentifier.singleStreamInstance(Records.ORDERS.name()));
        processor.initialize(InitializationInput.builder()
                .shardId(KclShard.SHARD_ID)
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build());

        processor.processRecords(ProcessRecordsInput.builder()
                .records(List.of(sealed(1, encoded("order 1"))))
                .build());

        assertThat(application.batches.get(0).records())
                .singleElement()
                .extracting(KinesisClientRecord::schema)
                .isEqualTo(ORDER);
    }

    /** Knows a header by its first byte, as the real one does by its version. */
    private static final class Registry implements GlueSchemaRegistryDeserializer {
        private Map<String, Throwable> failing = Map.of();

        @Override
        public boolean canDeserialize(byte[] bytes) {
            fail("canDeserialize");
            return bytes.length > HEADER_BYTES && bytes[0] == 3;
        }

        @Override
        public Schema getSchema(byte[] bytes) {
            fail("getSchema");
            return ORDER;
        }

        @Override
        public byte[] getData(byte[] bytes) {
            fail("getData");
            return Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
        }

        @Override
        public void overrideUserAgentApp(String application) {}

        private void fail(String method) {
            Throwable thrown = failing.get(method);
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
