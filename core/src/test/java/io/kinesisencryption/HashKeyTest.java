// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where a partition key lies, for a producer that sorts records by it. */
class HashKeyTest {
    private final SeededRandom random = SeededRandom.create();
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    private RecordEncryptor blinding(BlindingSecret secret) {
        return encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder().blindPartitionKeys(secret).build());
    }

    private static long md5High(String key) throws Exception {
        return new BigInteger(1, MessageDigest.getInstance("MD5").digest(key.getBytes(UTF_8)))
                .shiftRight(64)
                .longValue();
    }

    private static long pseudonymHigh(RecordEncryptor encryptor, String key) {
        String pseudonym = encryptor.encrypt(UserRecord.of(key, new byte[1])).partitionKey();
        return ByteBuffer.wrap(Base64.getUrlDecoder().decode(pseudonym)).getLong();
    }

    @Test
    void itIsTheUpperHalfOfTheMd5OfTheKey() throws Exception {
        RecordEncryptor encryptor = encryption.encryptor(Samples.ORDERS);
        assertThat(encryptor.hashKeyHigh("")).isEqualTo(0xd41d8cd98f00b204L);
        assertThat(encryptor.hashKeyHigh("a")).isEqualTo(0x0cc175b9c0f1b6a8L);
        for (int i = 0; i < 1_000; i++) {
            String key = "Käufer-" + new BigInteger(1, random.bytes(1 + random.below(100)));
            assertThat(encryptor.hashKeyHigh(key)).as("%s, %s", key, random).isEqualTo(md5High(key));
        }
    }

    @Test
    void blindedItIsTheUpperHalfOfThePseudonymWhichIsNotTheMd5() throws Exception {
        RecordEncryptor encryptor = blinding(BlindingSecret.of(random.bytes(32)));
        for (int i = 0; i < 100; i++) {
            String key = "Käufer-" + i;
            assertThat(encryptor.hashKeyHigh(key))
                    .isEqualTo(pseudonymHigh(encryptor, key))
                    .isNotEqualTo(md5High(key));
        }
    }

    @Test
    void manyThreadsGetTheHashOfTheirOwnKey() throws Exception {
        RecordEncryptor plain = encryption.encryptor(Samples.ORDERS);
        RecordEncryptor blinded = blinding(BlindingSecret.of(random.bytes(32)));
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Boolean>> tasks = IntStream.range(0, 64)
                    .<Callable<Boolean>>mapToObj(task -> () -> {
                        String key = "key-" + task;
                        long md5 = md5High(key);
                        long pseudonym = pseudonymHigh(blinded, key);
                        boolean right = true;
                        for (int i = 0; i < 2_000; i++) {
                            right &= plain.hashKeyHigh(key) == md5 && blinded.hashKeyHigh(key) == pseudonym;
                        }
                        return right;
                    })
                    .toList();
            for (var result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aClosedSecretRefuses() {
        BlindingSecret secret = BlindingSecret.of(random.bytes(32));
        RecordEncryptor encryptor = blinding(secret);
        assertThat(encryptor.hashKeyHigh("key")).isEqualTo(encryptor.hashKeyHigh("key"));

        secret.close();
        assertThatIllegalStateException().isThrownBy(() -> encryptor.hashKeyHigh("key"));
    }

    @Test
    void theSecretOfKmsIsAskedForOnceAndServesRecordsAsWell() {
        InMemoryKms kms = InMemoryKms.create();
        try (BlindingSecret secret = BlindingSecret.awsKms(kms.createMacKey(), kms.client(), 0)) {
            RecordEncryptor encryptor = encryption.encryptor(
                    Samples.ORDERS,
                    EncryptorOptions.builder()
                            .format(EnvelopeFormat.COMPACT)
                            .blindPartitionKeys(secret)
                            .build());
            long hash = encryptor.hashKeyHigh("key");

            assertThat(pseudonymHigh(encryptor, "key")).isEqualTo(hash);
            assertThat(kms.callCount("GenerateMac")).isEqualTo(1);
        }
    }
}
