// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SHARD;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.encryptionsdk.AwsCrypto;
import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

class EncryptionSdkCipherTest {
    private static final int THREADS = 16;

    private final SeededRandom random = SeededRandom.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring keyring = Keyrings.awsKms(kms.createKey(), kms.client());
    private final Ciphers ciphers = new Ciphers(keyring);

    @AfterEach
    void close() {
        ciphers.close();
    }

    /** What each thread's calls return, all threads having begun together. */
    private static <T> List<T> inParallel(int threads, int callsEach, IntFunction<T> call) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<List<T>>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t * callsEach;
                futures.add(executor.submit(() -> {
                    start.await();
                    List<T> results = new ArrayList<>();
                    for (int i = 0; i < callsEach; i++) {
                        results.add(call.apply(first + i));
                    }
                    return results;
                }));
            }
            start.countDown();
            List<T> all = new ArrayList<>();
            for (Future<List<T>> future : futures) {
                all.addAll(future.get(60, TimeUnit.SECONDS));
            }
            return all;
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void aThousandRecordsBySixteenThreadsCostOneGenerateDataKeyAndOneDecrypt() throws Exception {
        List<byte[]> messages = inParallel(THREADS, 63, i -> ciphers.seal());
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
        assertThat(messages).hasSize(1008);

        List<byte[]> payloads = inParallel(THREADS, 63, i -> ciphers.open(messages.get(i)));
        assertThat(kms.callCount("Decrypt")).isEqualTo(1);
        assertThat(payloads).allSatisfy(payload -> assertThat(payload).isEqualTo(Samples.PLAINTEXT));
    }

    @Test
    void aSignedKeyIsCachedLikeAnyOtherAndApartFromTheUnsignedOne() {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            messages.add(ciphers.seal(SIGNED));
            messages.add(ciphers.seal(UNSIGNED));
        }
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
        for (byte[] message : messages) {
            assertThat(ciphers.open(message)).isEqualTo(Samples.PLAINTEXT);
        }
        assertThat(kms.callCount("Decrypt")).isEqualTo(2);
    }

    /** The SDK alone, without anything of this library, is what other languages read with. */
    @Test
    @Requirement("M16")
    void everySizeClassIsOneFrameThatTheEncryptionSdkOpens() {
        try (Keyring.OpenKeyring open = keyring.open()) {
            AwsCrypto sdk = AwsCrypto.standard();
            for (int size :
                    new int[] {0, 1, 511, 512, 513, 1023, 1024, 70_000, EncryptionSdkCipher.MAX_PAYLOAD_BYTES}) {
                byte[] payload = random.bytes(size);
                for (AlgorithmSuite suite : List.of(UNSIGNED, SIGNED)) {
                    byte[] message = ciphers.seal(suite, ORDERS, payload);
                    EncryptionSdkMessage layout = EncryptionSdkMessage.parse(message);
                    int footer = suite.signed() ? 2 + 103 : 0;
                    assertThat(message).hasSize(layout.headerSizeBytes() + 24 + size + 16 + footer);
                    assertThat(sdk.decryptData(open.materialProvidersKeyring(), message)
                                    .getResult())
                            .isEqualTo(payload);
                    assertThat(ciphers.open(message)).isEqualTo(payload);
                }
            }
        }
    }

    @Test
    @Requirement("M16")
    void messagesOfSeveralFramesByOthersAreOpened() {
        for (AlgorithmSuite suite : List.of(UNSIGNED, SIGNED)) {
            for (int size : new int[] {0, 63, 64, 65, 128, 1000}) {
                byte[] payload = random.bytes(size);
                byte[] message = Ciphers.foreign(keyring, suite, 64, payload);
                assertThat(ciphers.open(message)).as("%s %d", suite, size).isEqualTo(payload);
            }
        }
    }

    @Test
    void noKeyEncryptsMoreRecordsThanItsCapUnderContention() throws Exception {
        try (Ciphers capped = new Ciphers(keyring, Ciphers.options().maxRecordsPerKey(50))) {
            List<byte[]> messages = inParallel(THREADS, 125, i -> capped.seal());
            Map<Object, Integer> records = new HashMap<>();
            messages.forEach(message -> records.merge(Ciphers.keysOf(message), 1, Integer::sum));

            assertThat(records.values()).allMatch(count -> count <= 50);
            assertThat(records).hasSizeGreaterThanOrEqualTo(40);
            assertThat(kms.callCount("GenerateDataKey")).isGreaterThanOrEqualTo(records.size());
            for (byte[] message : messages) {
                assertThat(capped.open(message)).isEqualTo(Samples.PLAINTEXT);
            }
        }
    }

    @Test
    void theByteCapCountsHeadersToo() {
        byte[] payload = new byte[1 << 20];
        try (Ciphers capped = new Ciphers(keyring, Ciphers.options().maxBytesPerKey(1L << 24))) {
            Map<Object, Integer> records = new HashMap<>();
            for (int i = 0; i < 20; i++) {
                records.merge(Ciphers.keysOf(capped.seal(UNSIGNED, ORDERS, payload)), 1, Integer::sum);
            }
            // Sixteen payloads alone would be the whole cap.
            assertThat(records.values()).allMatch(count -> count <= 15).contains(15);
        }
    }

    /** 264 bytes of header, frame and signature, 8,192 of encrypted data keys, and of each pair 4 bytes and three for each char. */
    @Test
    void theLargestMessageThatAKeyMayBecomeIsCountedBeforeTheKeyIsHad() {
        int pairsBytes = 4 + 3 * "kinesis:stream-nameorders".length() + 4 + 3 * "tenantacme".length();
        byte[] over = new byte[(1 << 24) - 264 - 8192 - pairsBytes + 1];
        try (Ciphers capped = new Ciphers(keyring, Ciphers.options().maxBytesPerKey(1L << 24))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> capped.seal(UNSIGNED, ORDERS, over))
                    .withMessageContaining("16777217 bytes");
            assertThat(kms.calls()).isEmpty();
        }
    }

    @Test
    void whatIsSealedIsLargerByTheOverhead() {
        for (AlgorithmSuite suite : List.of(UNSIGNED, SIGNED)) {
            for (int size : new int[] {0, 1, 1_000}) {
                assertThat(ciphers.seal(suite, ORDERS, random.bytes(size)))
                        .as("%s %d", suite, size)
                        .hasSize(ciphers.cipher.overheadBytes(new WriterKey(suite, ORDERS)) + size);
            }
        }
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
    }

    @Test
    void rotationGivesANewKeyToTheNextRecord() {
        Object before = Ciphers.keysOf(ciphers.seal());
        assertThat(Ciphers.keysOf(ciphers.seal())).isEqualTo(before);

        ciphers.cipher.rotateNow();

        assertThat(Ciphers.keysOf(ciphers.seal())).isNotEqualTo(before);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
    }

    @Test
    void discardingDropsTheKeysOfBothDirections() {
        byte[] message = ciphers.seal();
        ciphers.open(message);

        ciphers.cipher.discardAll();

        assertThat(Ciphers.keysOf(ciphers.seal())).isNotEqualTo(Ciphers.keysOf(message));
        assertThat(ciphers.open(message)).isEqualTo(Samples.PLAINTEXT);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
        assertThat(kms.callCount("Decrypt")).isEqualTo(2);
    }

    @Test
    void recordsThatAreSealedWhileKeysAreDroppedAllDecrypt() throws Exception {
        Keyring rawAes = Samples.rawAes();
        try (Ciphers dropping = new Ciphers(rawAes, Ciphers.options().maxCachedKeys(3));
                Ciphers reader = new Ciphers(rawAes)) {
            // More contexts than there are places, and everything dropped now and then.
            List<byte[]> messages = inParallel(THREADS, 200, i -> {
                if (i % 50 == 0) {
                    dropping.cipher.discardAll();
                } else if (i % 50 == 25) {
                    dropping.cipher.rotateNow();
                }
                Map<String, String> context = Map.of("kinesis:stream-name", "stream-" + i % 1100);
                byte[] message = dropping.seal(UNSIGNED, context, Samples.PLAINTEXT);
                assertThat(dropping.open(message)).isEqualTo(Samples.PLAINTEXT);
                return message;
            });
            for (byte[] message : messages) {
                assertThat(reader.open(message)).isEqualTo(Samples.PLAINTEXT);
            }
        }
    }

    @Test
    void anOutageOfTheKeyServiceCostsWarmKeysNothingAndColdOnesATransientFailure() {
        byte[] message = ciphers.seal();
        ciphers.open(message);
        kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION));

        for (int i = 0; i < 100; i++) {
            assertThat(ciphers.open(ciphers.seal())).isEqualTo(Samples.PLAINTEXT);
        }
        ciphers.cipher.rotateNow();
        assertThat(ciphers.open(ciphers.seal())).as("the old key serves on").isEqualTo(Samples.PLAINTEXT);
        try (Ciphers cold = new Ciphers(keyring)) {
            assertThat(cold.codeOf(message)).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            assertThat(Ciphers.codeOf(cold::seal)).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            kms.faults().clear();
            assertThat(cold.open(message)).as("the failure is not remembered").isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void keysAreMadeReadyAndPrefetched() throws Exception {
        ciphers.cipher.ready(new WriterKey(UNSIGNED, ORDERS)).get(60, TimeUnit.SECONDS);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
        List<byte[]> messages = new ArrayList<>();
        Set<Object> keys = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            byte[] message = ciphers.seal(i % 2 == 0 ? UNSIGNED : SIGNED);
            messages.add(message);
            keys.add(Ciphers.keysOf(message));
            if (i % 10 == 9) {
                ciphers.cipher.rotateNow();
            }
        }
        assertThat(keys).hasSize(6);

        ciphers.cipher.prefetch(
                SHARD, messages.stream().map(EncryptionSdkMessage::parse).toList());

        assertThat(kms.callCount("Decrypt")).isEqualTo(6);
        messages.forEach(ciphers::open);
        assertThat(kms.callCount("Decrypt")).isEqualTo(6);
    }

    /** Whoever may put records must not make a consumer ask a key service about keys that are not its own, ahead or otherwise. */
    @Test
    @Requirement("M11")
    void prefetchCountsWhatIsHereAndAsksNobodyAboutForeignKeys() {
        EncryptionSdkMessage here = EncryptionSdkMessage.parse(ciphers.seal());
        EncryptionSdkMessage missing = EncryptionSdkMessage.parse(ciphers.seal(SIGNED));
        ciphers.cipher.prefetch(SHARD, List.of(here));
        byte[] ofOthers;
        try (Ciphers others = new Ciphers(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            ofOthers = others.seal();
        }
        EncryptionSdkMessage foreign = EncryptionSdkMessage.parse(ofOthers);
        kms.resetCalls();

        assertThat(ciphers.cipher.prefetch(SHARD, List.of(foreign, foreign))).isZero();
        assertThat(ciphers.codeOf(ofOthers)).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(kms.calls()).isEmpty();
        assertThat(ciphers.cipher.prefetch(SHARD, List.of(here, foreign, missing, here, missing)))
                .isEqualTo(2);
        assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 1L));
    }

    @Test
    void aPrefetchThatFailsIsAnErrorOfTheRecordsOnly() {
        byte[] message = ciphers.seal();
        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        ciphers.cipher.prefetch(SHARD, List.of(EncryptionSdkMessage.parse(message)));

        assertThat(ciphers.codeOf(message)).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    }

    @Test
    @Requirement("M21")
    void aHeaderThatIsNotTheOneThatWasCheckedIsRefused() {
        byte[] message = ciphers.seal();
        byte[] longer = ciphers.seal(UNSIGNED, ORDERS, new byte[99]);
        byte[] other = ciphers.seal(UNSIGNED, Map.of("kinesis:stream-name", "payments"), Samples.PLAINTEXT);
        byte[] signed = ciphers.seal(SIGNED);
        for (byte[] checked : List.of(longer, other, signed)) {
            EncryptionSdkMessage layout = EncryptionSdkMessage.parse(checked);
            assertThat(ciphers.cipher.decrypt(SHARD, checked, layout)).isNotEmpty();
            assertThat(Ciphers.codeOf(() -> ciphers.cipher.decrypt(SHARD, message, layout)))
                    .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    @Test
    void aSuiteOfAnotherFormatIsRefused() {
        AlgorithmSuite compact = AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
        assertThatThrownBy(() -> ciphers.seal(compact)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ciphers.cipher.ready(new WriterKey(compact, ORDERS)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ciphers.cipher.overheadBytes(new WriterKey(compact, ORDERS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not of AWS_ENCRYPTION_SDK");
        assertThat(kms.calls()).isEmpty();
    }

    @Test
    void aClosedCipherIsRefused() {
        byte[] message = ciphers.seal();
        ciphers.cipher.close();
        assertThatThrownBy(ciphers::seal).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ciphers.open(message)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Requirement("M10")
    void moreEncryptedDataKeysThanReadersAcceptAreAKeyFailure() {
        IKeyring rawAes = Samples.rawAes().open().materialProvidersKeyring();
        IKeyring nine = MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build()
                .CreateMultiKeyring(CreateMultiKeyringInput.builder()
                        .generator(rawAes)
                        .childKeyrings(Collections.nCopies(8, rawAes))
                        .build());
        try (Ciphers tooMany = new Ciphers(Keyrings.of(nine))) {
            assertThat(Ciphers.codeOf(tooMany::seal)).isEqualTo(ErrorCode.KEY_FAILURE);
        }
    }
}
