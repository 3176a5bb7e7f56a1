// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.internal.envelope.CompactWriter;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody who may only put records can make a reader spend. */
class HostileRecordTest {
    private final InMemoryKms kms = InMemoryKms.create();

    /** A record that names as many wrapping keys as an envelope may, and holds nothing that any of them made. */
    private static byte[] forged(IntFunction<String> keyArn) {
        return envelope(IntStream.range(0, 8)
                .mapToObj(i -> entry(keyArn.apply(i), new byte[] {1, 2, 3, (byte) i}))
                .toList());
    }

    private static EncryptedDataKeyEntry entry(String keyArn, byte[] ciphertext) {
        return new EncryptedDataKeyEntry(
                "aws-kms", ByteBuffer.wrap(keyArn.getBytes(UTF_8)), ByteBuffer.wrap(ciphertext));
    }

    private static byte[] envelope(List<EncryptedDataKeyEntry> keys) {
        return CompactWriter.keySection(
                        CompactWriter.encodeContext(Map.of("kinesis:stream-name", Samples.ORDERS.name())), keys)
                .newEnvelope(0, 100);
    }

    private long callsToRefuse(Keyring keyring, byte[] envelope) {
        kms.resetCalls();
        try (KinesisEncryption reader = Samples.encryption(keyring)) {
            assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, envelope))
                    .isInstanceOf(AuthenticationFailedException.class);
        }
        return kms.callCount("Decrypt");
    }

    @Test
    void aForgedRecordThatNamesOneKeyEightTimesCostsOneCall() {
        String key = kms.createKey();

        assertThat(callsToRefuse(Keyrings.awsKms(key, kms.client()), forged(i -> key)))
                .isEqualTo(1);
    }

    @Test
    void aForgedRecordThatNamesTheReplicasOfOneKeyCostsOneCall() {
        String key = kms.createMultiRegionKey();
        String[] parts = key.split(":", -1);
        IntFunction<String> replica = i -> key.replace(parts[3], "eu-test-" + (i + 1));

        assertThat(callsToRefuse(Keyrings.awsKmsMultiRegion(key, kms.client()), forged(replica)))
                .isEqualTo(1);
    }

    @Test
    void aForgedRecordCostsOneCallForEachKeyOfTheReader() {
        String first = kms.createKey();
        String second = kms.createKey();
        Keyring both = Keyrings.multi(Keyrings.awsKms(first, kms.client()), Keyrings.awsKms(second, kms.client()));

        assertThat(callsToRefuse(both, forged(i -> i % 2 == 0 ? first : second)))
                .isEqualTo(2);
    }

    /** The material providers library hands on 1 to 6,144 bytes, and says of others no more than of a foreign key. */
    @ParameterizedTest
    @CsvSource({
        "0, KEY_NOT_CONFIGURED, 0",
        "1, AUTHENTICATION_FAILED, 1",
        "6144, AUTHENTICATION_FAILED, 1",
        "6145, KEY_NOT_CONFIGURED, 0"
    })
    void anEncryptedDataKeyOfAnyLengthIsAFailureOfTheRecordOrOneThatAForgerMayAlwaysMake(
            int sizeBytes, ErrorCode code, long calls) {
        String key = kms.createKey();
        byte[] forged = envelope(List.of(entry(key, new byte[sizeBytes])));
        kms.resetCalls();

        try (KinesisEncryption reader = Samples.encryption(Keyrings.awsKms(key, kms.client()))) {
            assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, forged))
                    .isInstanceOfSatisfying(
                            KinesisEncryptionException.class,
                            e -> assertThat(e.code()).isEqualTo(code));
        }
        assertThat(kms.callCount("Decrypt")).isEqualTo(calls);
    }

    @Test
    void whatTheDecryptorCallsPlaintextIsWhatTheEnvelopesDoNotRecognise() {
        for (byte[] bytes : List.of(
                new byte[0],
                new byte[] {2},
                new byte[] {(byte) 0xFE, 'K'},
                "{}".getBytes(UTF_8),
                new byte[] {2, 4, 0x77},
                new byte[] {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2})) {
            assertThat(EnvelopeInfo.recognises(bytes)).isFalse();
        }
        for (byte[] bytes : List.of(
                new byte[] {2, 4, 0x78},
                new byte[] {2, 5, 0x78},
                new byte[] {1, (byte) 0x80},
                new byte[] {(byte) 0xFE, 'K', 'E'},
                new byte[] {(byte) 0xFE, 'K', 'E', 9})) {
            assertThat(EnvelopeInfo.recognises(bytes)).isTrue();
            try (KinesisEncryption reader = Samples.encryption(Samples.rawAes())) {
                assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, bytes))
                        .isInstanceOf(KinesisEncryptionException.class)
                        .isNotInstanceOf(PlaintextRecordException.class);
            }
        }
    }
}
