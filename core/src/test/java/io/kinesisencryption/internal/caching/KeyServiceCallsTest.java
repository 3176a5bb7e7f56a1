// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.encryptionsdk.MaterialsSource;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.KeyServiceCalls;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

/** The calls that reach KMS where a load of a data key makes several: through the keyrings that applications use, on simulated time. */
@Timeout(120)
class KeyServiceCallsTest {
    private static final String ACCOUNT = "111122223333";
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders");
    private static final Duration LATENCY = Duration.ofMillis(8);

    private final SimulatedEnvironment time = new SimulatedEnvironment(1);
    private final List<Duration> calls = new ArrayList<>();
    private final List<String> keysOfCalls = new ArrayList<>();
    private String denied = "none";

    /** Opens every ciphertext but garbage, 8 ms after it was asked. */
    private final class Kms implements KmsClient {
        private void called(String keyId) {
            calls.add(time.elapsed());
            keysOfCalls.add(keyId);
            time.advance(LATENCY);
            if (keyId.equals(denied)) {
                throw KmsException.builder().message("denied").statusCode(403).build();
            }
        }

        @Override
        public DecryptResponse decrypt(DecryptRequest request) {
            called(request.keyId());
            if (request.ciphertextBlob().asUtf8String().startsWith("garbage")) {
                throw InvalidCiphertextException.builder().build();
            }
            return DecryptResponse.builder()
                    .keyId(request.keyId())
                    .plaintext(SdkBytes.fromByteArray(new byte[32]))
                    .build();
        }

        @Override
        public GenerateDataKeyResponse generateDataKey(GenerateDataKeyRequest request) {
            called(request.keyId());
            return GenerateDataKeyResponse.builder()
                    .keyId(request.keyId())
                    .plaintext(SdkBytes.fromByteArray(new byte[32]))
                    .ciphertextBlob(SdkBytes.fromUtf8String("honest"))
                    .build();
        }

        @Override
        public EncryptResponse encrypt(EncryptRequest request) {
            called(request.keyId());
            return EncryptResponse.builder()
                    .keyId(request.keyId())
                    .ciphertextBlob(SdkBytes.fromUtf8String("honest"))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    /** What is told of a record before its key is opened: a name, and its data key encrypted under the first wrapping keys. */
    private record Identity(String name, int wrappingKeys) {
        List<EncryptedDataKeyEntry> encryptedDataKeys() {
            return arns(wrappingKeys).stream()
                    .map(arn -> new EncryptedDataKeyEntry("aws-kms", utf8(arn), utf8(name)))
                    .toList();
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> arns(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "arn:aws:kms:eu-west-1:%s:key/key-%d".formatted(ACCOUNT, i))
                .toList();
    }

    private Keyring keyring(String kind, int wrappingKeys) {
        return switch (kind) {
            case "named" -> Keyrings.awsKms(arns(wrappingKeys), region -> new Kms());
            case "discovered" ->
                Keyrings.awsKmsDiscovery()
                        .accounts(ACCOUNT)
                        .clients(region -> new Kms())
                        .build();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static DataKeySource source(Keyring keyring) {
        return new MaterialsSource(keyring.open().materialProvidersKeyring(), keyring.toString())
                .dataKeys(EnvelopeFormat.COMPACT);
    }

    private DecryptionKeys<Identity, FakeKey> keys(KeyCacheOptions options, KeyLoads loads, Keyring keyring) {
        DataKeySource source = source(keyring);
        return new DecryptionKeys<>(
                options,
                loads,
                identity -> {
                    source.decrypt(identity.encryptedDataKeys(), CONTEXT).close();
                    return new FakeKey(identity.name(), 0);
                },
                UnaryOperator.identity(),
                KeyCacheEvents.NONE);
    }

    @ParameterizedTest(name = "{1} wrapping keys, {0}")
    @CsvSource({"named, 2", "named, 8", "discovered, 8"})
    void garbageThatNamesEveryWrappingKeyCannotRaiseTheCallsAboveTheCapNorStopHonestRecords(
            String kind, int wrappingKeys) {
        int batches = 6;
        int garbage = 20;
        int[] opened = new int[4];
        Duration[] longest = new Duration[4];
        Arrays.fill(longest, Duration.ZERO);
        try (KeyLoads loads = new KeyLoads(KeyCacheOptions.DEFAULTS, time);
                var keys = keys(KeyCacheOptions.DEFAULTS, loads, keyring(kind, wrappingKeys))) {
            // Shards 0 to 2 are flooded: twenty garbage records to one honest. Shard 3 is not.
            for (int shard = 0; shard < 4; shard++) {
                int number = shard;
                time.execute(() -> {
                    for (int batch = 0; batch < batches * (number == 3 ? 4 : 1); batch++) {
                        Duration before = time.elapsed();
                        readBatch(keys, number, batch, number == 3 ? 0 : garbage, wrappingKeys);
                        opened[number]++;
                        Duration took = time.elapsed().minus(before);
                        longest[number] = took.compareTo(longest[number]) > 0 ? took : longest[number];
                    }
                });
            }
            time.advance(Duration.ofMinutes(10));
        }
        System.out.printf(
                "%d wrapping keys, %s: %d calls in %s, batches of the shard without garbage took at most %s, of the others %s%n",
                wrappingKeys, kind, calls.size(), calls.get(calls.size() - 1), longest[3], longest[0]);
        assertThat(opened).as("every shard goes on").containsExactly(batches, batches, batches, 4 * batches);
        DecryptionKeysTest.assertThatNoSecondHasMoreThan(50, calls);
        // An honest record costs one call, though it has two encrypted data keys, and a garbage record all that it can.
        assertThat(calls).hasSize((3 + 4) * batches + 3 * batches * garbage * wrappingKeys);
    }

    /** As a consumer does: what cannot be had now is tried again, what is refused is left. */
    private void readBatch(
            DecryptionKeys<Identity, FakeKey> keys, int shard, int number, int garbage, int wrappingKeys) {
        List<Identity> batch = new ArrayList<>();
        for (int i = 0; i < garbage; i++) {
            batch.add(new Identity("garbage %d %d %d".formatted(shard, number, i), wrappingKeys));
        }
        batch.add(new Identity("honest key %d %d".formatted(shard, number), 2));
        keys.prefetch("shard " + shard, batch);
        int refused = 0;
        for (Identity identity : batch) {
            boolean done = false;
            while (!done) {
                try {
                    keys.use("shard " + shard, identity, any -> {}, (key, n) -> key.use(), 0);
                    done = true;
                } catch (KinesisEncryptionException e) {
                    done = e.failureClass() != FailureClass.TRANSIENT_KEY;
                    if (done) {
                        refused++;
                    } else {
                        time.advance(Duration.ofMillis(200));
                    }
                }
            }
        }
        assertThat(refused).isEqualTo(garbage);
    }

    /** The first key is denied, so that each record costs two calls: one more than what its load began with. */
    @Test
    void recordsThatTheSecondKeyOpensAreOpenedAtHalfTheRate() {
        denied = arns(1).get(0);
        List<Identity> batch = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            batch.add(new Identity("honest key " + i, 2));
        }
        try (KeyLoads loads = new KeyLoads(KeyCacheOptions.DEFAULTS, time);
                var keys = keys(KeyCacheOptions.DEFAULTS, loads, keyring("named", 2))) {
            assertThat(keys.prefetch("shard", batch)).isEmpty();
        }
        assertThat(calls).hasSize(2 * 300);
        DecryptionKeysTest.assertThatNoSecondHasMoreThan(50, calls);
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(11), Duration.ofSeconds(13));
    }

    /** A caller waits for a tenth of a second and the second call begins after one: the load goes on, and the next caller finds its key. */
    @Test
    void whatTakesManyCallsAtALowRateIsOpenedAllTheSame() {
        KeyCacheOptions options = KeyCacheOptions.builder()
                .loadsPerSecond(1)
                .maxWait(Duration.ofMillis(100))
                .build();
        denied = arns(1).get(0);
        Identity identity = new Identity("honest key", 2);
        try (KeyLoads loads = new KeyLoads(options, time);
                var keys = keys(options, loads, keyring("named", 2))) {
            assertThat(keys.prefetch("shard", List.of(identity)).values())
                    .singleElement()
                    .matches(e -> e.failureClass() == FailureClass.TRANSIENT_KEY);
            time.advance(Duration.ofSeconds(2));
            assertThat(keys.has(identity)).isTrue();
        }
        assertThat(keysOfCalls).isEqualTo(arns(2));
        assertThat(calls.get(1).minus(calls.get(0))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aNewDataKeyUnderEightWrappingKeysCountsAsEightCalls() {
        KeyCacheOptions options = KeyCacheOptions.builder().loadsPerSecond(4).build();
        DataKeySource source = source(keyring("named", 8));
        try (KeyLoads loads = new KeyLoads(options, time);
                var keys = new EncryptionKeys<String, FakeKey>(
                        options,
                        loads,
                        name -> {
                            source.generate(CONTEXT).close();
                            return new FakeKey(name, 0);
                        },
                        KeyCacheEvents.NONE)) {
            keys.use("orders", 1, 1, (key, n) -> key.use(), 0);
        }
        assertThat(keysOfCalls).isEqualTo(arns(8));
        DecryptionKeysTest.assertThatNoSecondHasMoreThan(4, calls);
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_100));
    }

    /**
     * The refusal comes back through the material providers library, alone or among what other keys answered. Taken for anything but transient, it
     * would have a consumer wait for an operator, or take an honest record for a forged one.
     */
    @ParameterizedTest(name = "{0}, {1} wrapping keys, {2}, refused from call {3} on")
    @CsvSource({
        "named, 1, honest, 1",
        "named, 2, honest, 1",
        "named, 1, garbage, 1",
        "named, 2, garbage, 1",
        "named, 2, garbage, 2",
        "named, 2, denied, 2",
        "discovered, 1, honest, 1",
        "discovered, 2, honest, 1",
        "discovered, 1, garbage, 1",
        "discovered, 2, garbage, 1",
        "discovered, 2, garbage, 2",
        "discovered, 2, denied, 2"
    })
    void aRecordWhoseCallsTheLimitRefusesIsNotToBeHadNow(
            String kind, int wrappingKeys, String record, int refusedFrom) {
        denied = record.equals("denied") ? arns(1).get(0) : denied;
        DataKeySource source = source(keyring(kind, wrappingKeys));
        List<EncryptedDataKeyEntry> encrypted = new Identity(record, wrappingKeys).encryptedDataKeys();

        assertThatRefusalIsTransient(
                refusedFrom, () -> source.decrypt(encrypted, CONTEXT).close());
    }

    @ParameterizedTest(name = "{0} wrapping keys, refused from call {1} on")
    @CsvSource({"1, 1", "2, 1", "2, 2"})
    void aNewDataKeyWhoseCallsTheLimitRefusesIsNotToBeHadNow(int wrappingKeys, int refusedFrom) {
        DataKeySource source = source(keyring("named", wrappingKeys));

        assertThatRefusalIsTransient(refusedFrom, () -> source.generate(CONTEXT).close());
    }

    private void assertThatRefusalIsTransient(int refusedFrom, Runnable load) {
        int[] asked = {0};
        KeyServiceCalls.Permits permits = new KeyServiceCalls.Permits() {
            @Override
            public void acquire() {
                asked[0]++;
                if (asked[0] >= refusedFrom) {
                    throw new TransientKeyException("no further call now", null);
                }
            }

            @Override
            public void charge() {
                throw new AssertionError("these clients do not tell of attempts");
            }
        };
        assertThatThrownBy(() -> KeyServiceCalls.within(permits, load))
                .isInstanceOf(TransientKeyException.class)
                .hasMessageContaining("no further call now");
        assertThat(calls).as("what was refused is not called").hasSize(refusedFrom - 1);
    }

    /** What it calls cannot be seen: each time that it is asked counts, and its parts each for itself. */
    @Test
    void aKeyringOfTheCallersCountsAsOneCallEachTimeThatItIsAsked() {
        KeyCacheOptions options = KeyCacheOptions.builder().loadsPerSecond(1).build();
        List<Duration> asked = new ArrayList<>();
        Keyring both = Keyrings.multi(Keyrings.of(refusing(asked)), Keyrings.ofKmsAccounts(refusing(asked), ACCOUNT));
        try (KeyLoads loads = new KeyLoads(options, time);
                var keys = keys(options, loads, both)) {
            assertThat(keys.prefetch("shard", List.of(new Identity("garbage", 8))))
                    .hasSize(1);
        }
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).minus(asked.get(0))).isEqualTo(Duration.ofSeconds(1));
    }

    private IKeyring refusing(List<Duration> asked) {
        return new IKeyring() {
            @Override
            public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
                throw new UnsupportedOperationException();
            }

            @Override
            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                asked.add(time.elapsed());
                throw InvalidCiphertextException.builder().build();
            }
        };
    }
}
