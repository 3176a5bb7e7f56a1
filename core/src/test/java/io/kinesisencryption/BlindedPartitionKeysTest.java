// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.Samples.codeOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GenerateMacRequest;
import software.amazon.awssdk.services.kms.model.GenerateMacResponse;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;

class BlindedPartitionKeysTest {
    private final SeededRandom random = SeededRandom.create();
    private final byte[] root = random.bytes(32);
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    private RecordEncryptor encryptor(EnvelopeFormat format, BlindingSecret secret) {
        return encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder()
                        .format(format)
                        .blindPartitionKeys(secret)
                        .build());
    }

    private RecordEncryptor encryptor() {
        return encryptor(EnvelopeFormat.AWS_ENCRYPTION_SDK, BlindingSecret.of(root.clone()));
    }

    private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return mac.doFinal(all.toByteArray());
    }

    /** The definition once more, by the shortest way: HKDF of 32 bytes is one block. */
    private static byte[] blindingKey(byte[] root) throws Exception {
        return hmac(hmac(new byte[32], root), "ke-blind/1".getBytes(UTF_8), new byte[] {1});
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void theWireShowsPseudonymsAndTheReaderGivesTheTrueKeysBack(EnvelopeFormat format) {
        KinesisRecord sealed = encryptor(format, BlindingSecret.of(root.clone()))
                .encrypt(UserRecord.of("ada@example.org", "7", Samples.PLAINTEXT.clone()));

        assertThat(sealed.partitionKey()).matches("[A-Za-z0-9_-]{22}");
        assertThat(new BigInteger(sealed.explicitHashKey())).isLessThan(BigInteger.TWO.pow(128));
        UserRecord opened = encryption
                .decryptor(Samples.ORDERS)
                .decrypt(KinesisRecord.of(sealed.partitionKey(), null, sealed.data()))
                .get(0);
        assertThat(opened.partitionKey()).isEqualTo("ada@example.org");
        assertThat(opened.explicitHashKey()).isEqualTo("7");
        assertThat(opened.data()).isEqualTo(Samples.PLAINTEXT);
        assertThat(new String(sealed.data(), UTF_8)).doesNotContain("ada@example.org");
    }

    @Test
    void pseudonymsAreThoseOfTheDefinition() throws Exception {
        KinesisRecord sealed =
                encryptor().encrypt(UserRecord.of("Käufer-😀", "340282366920938463463374607431768211455", new byte[1]));
        byte[] key = blindingKey(root);

        assertThat(sealed.partitionKey())
                .isEqualTo(Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                Arrays.copyOf(hmac(key, "pk\0".getBytes(UTF_8), "Käufer-😀".getBytes(UTF_8)), 16)));
        assertThat(sealed.explicitHashKey())
                .isEqualTo(new BigInteger(
                                1,
                                Arrays.copyOf(
                                        hmac(
                                                key,
                                                "ehk\0".getBytes(UTF_8),
                                                "340282366920938463463374607431768211455".getBytes(UTF_8)),
                                        16))
                        .toString());
    }

    @Test
    void oneKeyHasOnePseudonymAndTwoKeysHaveTwo() {
        RecordEncryptor encryptor = encryptor();
        Set<String> pseudonyms = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            UserRecord record = UserRecord.of("key-" + i, new byte[1]);
            String pseudonym = encryptor.encrypt(record).partitionKey();
            assertThat(encryptor.encrypt(record).partitionKey()).isEqualTo(pseudonym);
            pseudonyms.add(pseudonym);
        }
        assertThat(pseudonyms).hasSize(2_000);
    }

    @Test
    void whatIsNotThereIsNotBlinded() {
        KinesisRecord sealed = encryptor().encrypt(UserRecord.of(null, null, new byte[1]));

        assertThat(sealed.partitionKey()).isNull();
        assertThat(sealed.explicitHashKey()).isNull();
        UserRecord opened = encryption.decryptor(Samples.ORDERS).decrypt(sealed).get(0);
        assertThat(opened.partitionKey()).isNull();
        assertThat(opened.explicitHashKey()).isNull();
    }

    @Test
    void aBlindedRecordCanBeBoundToItsPseudonym() {
        RecordEncryptor encryptor = encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder()
                        .format(EnvelopeFormat.COMPACT)
                        .blindPartitionKeys(BlindingSecret.of(root.clone()))
                        .bindPartitionKey(true)
                        .build());
        KinesisRecord sealed = encryptor.encrypt(Samples.record());

        assertThat(encryption.decryptor(Samples.ORDERS).decrypt(sealed)).hasSize(1);
        assertThat(codeOf(() -> encryption
                        .decryptor(Samples.ORDERS)
                        .decrypt(KinesisRecord.of("customer-1", null, sealed.data()))))
                .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    void aSecretOfFewBytesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlindingSecret.of(new byte[31]))
                .withMessage("The blinding secret has 31 bytes; it must have at least 32 random ones");
    }

    @Test
    void theRootIsCopiedAndAClosedSecretRefuses() {
        byte[] given = root.clone();
        BlindingSecret secret = BlindingSecret.of(given);
        RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
        String before = encryptor.encrypt(Samples.record()).partitionKey();
        Arrays.fill(given, (byte) 0);
        assertThat(encryptor.encrypt(Samples.record()).partitionKey()).isEqualTo(before);

        secret.close();
        secret.close();
        assertThatIllegalStateException().isThrownBy(() -> encryptor.encrypt(Samples.record()));
    }

    private final InMemoryKms kms = InMemoryKms.create();

    private String macKey() {
        return kms.createMacKey();
    }

    @Test
    void kmsComputesOneRootForEachStreamAndEpoch() throws Exception {
        String keyArn = macKey();
        byte[] name = "orders".getBytes(UTF_8);
        byte[] message = ByteBuffer.allocate(28 + 4 + 2 + name.length)
                .put("kinesis-encryption/blind/v1\0".getBytes(UTF_8))
                .putInt(3)
                .putShort((short) name.length)
                .put(name)
                .array();
        byte[] expectedRoot = kms.client()
                .generateMac(request -> request.keyId(keyArn)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                        .message(SdkBytes.fromByteArray(message)))
                .mac()
                .asByteArray();
        kms.resetCalls();
        try (BlindingSecret secret = BlindingSecret.awsKms(keyArn, kms.client(), 3);
                BlindingSecret next = BlindingSecret.awsKms(keyArn, kms.client(), 4)) {
            RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
            String pseudonym = encryptor.encrypt(Samples.record()).partitionKey();
            for (int i = 0; i < 100; i++) {
                assertThat(encryptor.encrypt(Samples.record()).partitionKey()).isEqualTo(pseudonym);
            }

            assertThat(kms.callCount("GenerateMac")).isEqualTo(1);
            assertThat(encryptor(EnvelopeFormat.COMPACT, BlindingSecret.of(expectedRoot))
                            .encrypt(Samples.record())
                            .partitionKey())
                    .isEqualTo(pseudonym);
            assertThat(encryptor(EnvelopeFormat.COMPACT, next)
                            .encrypt(Samples.record())
                            .partitionKey())
                    .isNotEqualTo(pseudonym);
            assertThat(encryption
                            .encryptor(
                                    StreamIdentity.of("payments"),
                                    EncryptorOptions.builder()
                                            .blindPartitionKeys(secret)
                                            .build())
                            .encrypt(Samples.record())
                            .partitionKey())
                    .isNotEqualTo(pseudonym);
        }
    }

    @Test
    void manyThreadsAskOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), kms.client(), 0)) {
            RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
            List<Callable<String>> tasks = IntStream.range(0, 64)
                    .<Callable<String>>mapToObj(
                            i -> () -> encryptor.encrypt(Samples.record()).partitionKey())
                    .toList();
            Set<String> pseudonyms = new HashSet<>();
            for (var result : threads.invokeAll(tasks)) {
                pseudonyms.add(result.get());
            }

            assertThat(pseudonyms).hasSize(1);
            assertThat(kms.callCount("GenerateMac")).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatKmsAnswersDecidesTheClassOfTheFailureAndAnOutageCostsFewCalls() {
        String keyArn = macKey();
        try (BlindingSecret secret = BlindingSecret.awsKms(keyArn, kms.client(), 0)) {
            RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
            kms.faults().inject(KmsFault.throttled("GenerateMac"));
            for (int i = 0; i < 50; i++) {
                assertThat(codeOf(() -> encryptor.encrypt(Samples.record()))).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            }
            assertThat(kms.callCount("GenerateMac")).isLessThan(50);
        }
        kms.faults().clear();
        kms.disableKey(keyArn);
        try (BlindingSecret secret = BlindingSecret.awsKms(keyArn, kms.client(), 0)) {
            assertThat(codeOf(() -> encryptor(EnvelopeFormat.COMPACT, secret).encrypt(Samples.record())))
                    .isEqualTo(ErrorCode.KEY_DISABLED);
        }
    }

    /** The service behind something that a test does first. */
    private KmsClient clientThat(Runnable before) {
        KmsClient behind = kms.client();
        return new KmsClient() {
            @Override
            public GenerateMacResponse generateMac(GenerateMacRequest request) {
                before.run();
                return behind.generateMac(request);
            }

            @Override
            public String serviceName() {
                return behind.serviceName();
            }

            @Override
            public void close() {
                behind.close();
            }
        };
    }

    private RecordEncryptor blinding(BlindingSecret secret) {
        return encryptor(EnvelopeFormat.COMPACT, secret);
    }

    private static KinesisEncryptionException failureOf(CompletableFuture<Void> ready) throws Exception {
        try {
            ready.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return (KinesisEncryptionException) e.getCause();
        }
        throw new AssertionError("It did not fail");
    }

    @Test
    void readyAsksKmsForTheSecretOnAThreadOfTheCachesSoThatNoEncryptionWaits() throws Exception {
        List<Thread> asking = new CopyOnWriteArrayList<>();
        KmsClient watched = clientThat(() -> asking.add(Thread.currentThread()));
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), watched, 0)) {
            blinding(secret).ready().get(60, TimeUnit.SECONDS);
            blinding(secret).ready().get(60, TimeUnit.SECONDS);
            blinding(secret).encrypt(Samples.record());
            blinding(secret).hashKeyHigh("key");

            assertThat(kms.callCount("GenerateMac")).isEqualTo(1);
            assertThat(asking).hasSize(1);
            assertThat(asking.get(0).getName()).startsWith("kinesis-encryption-keys-");
            assertThat(asking.get(0).isDaemon()).isTrue();
        }
    }

    @Test
    void manyWhoWaitForReadyCostOneCallAndOneThread() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        KmsClient slow = clientThat(() -> {
            calls.incrementAndGet();
            asked.countDown();
            awaitUninterrupted(answers);
        });
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), slow, 0)) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                waiting.add(blinding(secret).ready());
            }
            asked.await();
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            answers.countDown();
            CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

            assertThat(calls).hasValue(1);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readyTellsThatTheSecretAndNotADataKeyCouldNotBeHad() throws Exception {
        String keyArn = macKey();
        kms.disableKey(keyArn);
        try (BlindingSecret secret = BlindingSecret.awsKms(keyArn, kms.client(), 0)) {
            KinesisEncryptionException failure = failureOf(blinding(secret).ready());

            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_DISABLED);
            assertThat(failure)
                    .hasMessageStartingWith("The blinding secret could not be had from AWS KMS " + keyArn + ": ")
                    .hasMessageNotContaining("data key");
        }
    }

    @Test
    void anAskThatFailedIsBegunAgainByTheNextReady() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        KmsClient recovering = clientThat(() -> {
            if (down.get()) {
                throw new OutOfMemoryError("of a test");
            }
        });
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), recovering, 0)) {
            KinesisEncryptionException failure = failureOf(blinding(secret).ready());
            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_FAILURE);
            assertThat(failure)
                    .hasMessageStartingWith("The blinding secret of the stream orders from BlindingSecret[AWS KMS ")
                    .hasMessageEndingWith("could not be had: java.lang.OutOfMemoryError");

            down.set(false);
            blinding(secret).ready().get(60, TimeUnit.SECONDS);
            assertThat(kms.callCount("GenerateMac")).isEqualTo(1);
        }
    }

    @Test
    void closingTheOwnerEndsAReadyThatWaits() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        KmsClient silent = clientThat(() -> {
            asked.countDown();
            awaitUninterrupted(new CountDownLatch(1));
            throw AbortedException.create("Thread was interrupted");
        });
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), silent, 0)) {
            RecordEncryptor encryptor = blinding(secret);
            CompletableFuture<Void> ready = encryptor.ready();
            asked.await();
            encryption.close();

            assertThat(failureOf(ready).code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            assertThatIllegalStateException().isThrownBy(encryptor::ready);
        }
    }

    @Test
    void readyOfAClosedSecretIsRefusedAndOneThatNeedsNoKmsAsksNobody() throws Exception {
        BlindingSecret given = BlindingSecret.of(root);
        encryptor(EnvelopeFormat.COMPACT, given).ready().get(60, TimeUnit.SECONDS);
        given.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> encryptor(EnvelopeFormat.COMPACT, given).ready())
                .withMessageContaining("BlindingSecret is closed");
    }

    @Test
    void anInterruptOfOneThreadIsNoAnswerToAnother() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        KmsClient interruptible = clientThat(() -> {
            if (first.getAndSet(false)) {
                // As the SDK answers an interrupt: with the flag set again.
                Thread.currentThread().interrupt();
                throw AbortedException.create("Thread was interrupted");
            }
        });
        try (BlindingSecret secret = BlindingSecret.awsKms(macKey(), interruptible, 0)) {
            RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
            Thread stopped = new Thread(() -> codeOf(() -> encryptor.encrypt(Samples.record())));
            stopped.start();
            stopped.join();

            assertThat(encryptor.encrypt(Samples.record()).partitionKey()).hasSize(22);
        }
    }

    @Test
    void closingDoesNotWaitForAKmsThatDoesNotAnswer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        KmsClient silent = clientThat(() -> {
            asked.countDown();
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        BlindingSecret secret = BlindingSecret.awsKms(macKey(), silent, 0);
        RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, secret);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<KinesisRecord> sealed = threads.submit(() -> encryptor.encrypt(Samples.record()));
            asked.await();
            threads.submit(secret::close).get(60, TimeUnit.SECONDS);
            answers.countDown();

            assertThatThrownBy(() -> sealed.get(60, TimeUnit.SECONDS))
                    .as("what came too late is not used")
                    .hasCauseInstanceOf(IllegalStateException.class);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anAliasAndANegativeEpochAreRefusedWithoutACall() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> BlindingSecret.awsKms("arn:aws:kms:eu-west-1:111122223333:alias/blind", kms.client(), 0))
                .withMessageContaining("every pseudonym changes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlindingSecret.awsKms(macKey(), kms.client(), -1))
                .withMessage("The epoch is -1; it must be 0 or more");
    }
}
