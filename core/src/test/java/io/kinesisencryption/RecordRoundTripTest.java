// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.testkit.UnprintableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordRoundTripTest {
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 511, 512, 513, 4095, 4096, 4097, 65_536, 1 << 20, 10 << 20})
    void dataOfAnySizeComesBackByteForByte(int sizeBytes) {
        SeededRandom random = SeededRandom.create();
        byte[] data = random.bytes(sizeBytes);

        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, data.clone());

        assertThat(Samples.open(encryption, Samples.ORDERS, envelope))
                .as(random.toString())
                .isEqualTo(data);
    }

    @Test
    void partitionKeyAndExplicitHashKeyTravelUnchanged() {
        KinesisRecord sealed = encryption
                .encryptor(Samples.ORDERS)
                .encrypt(UserRecord.of("customer-1", "42", Samples.PLAINTEXT.clone()));
        assertThat(sealed.partitionKey()).isEqualTo("customer-1");
        assertThat(sealed.explicitHashKey()).isEqualTo("42");

        List<UserRecord> opened = encryption.decryptor(Samples.ORDERS).decrypt(sealed);
        assertThat(opened).hasSize(1);
        assertThat(opened.get(0).partitionKey()).isEqualTo("customer-1");
        assertThat(opened.get(0).explicitHashKey()).isEqualTo("42");
    }

    @Test
    void aRecordWithoutPartitionKeyIsTaken() {
        KinesisRecord sealed =
                encryption.encryptor(Samples.ORDERS).encrypt(UserRecord.of(null, Samples.PLAINTEXT.clone()));

        assertThat(encryption.decryptor(Samples.ORDERS).decrypt(sealed).get(0).partitionKey())
                .isNull();
    }

    @Test
    void theEnvelopeIsAnEncryptionSdkMessageThatTheSdkAloneOpens() {
        Keyring keyring = Samples.rawAes();
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        try (Keyring.OpenKeyring open = keyring.open()) {
            var result = AwsCrypto.builder()
                    .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                    .build()
                    .decryptData(open.materialProvidersKeyring(), envelope);

            assertThat(result.getResult()).isEqualTo(Samples.PLAINTEXT);
            assertThat(result.getEncryptionContext()).containsOnly(Map.entry("kinesis:stream-name", "orders"));
        }
    }

    @Test
    void aMessageOfManyFramesByAnotherWriterIsOpened() {
        SeededRandom random = SeededRandom.create();
        byte[] data = random.bytes(10_000);
        byte[] message = Samples.committed(Samples.rawAes(), 1000, Map.of("kinesis:stream-name", "orders"), data);

        assertThat(EnvelopeInfo.read(message).payloadSizeBytes()).isEqualTo(data.length);
        assertThat(Samples.open(encryption, Samples.ORDERS, message))
                .as(random.toString())
                .isEqualTo(data);
    }

    @Test
    void thePlaintextIsNowhereInTheEnvelope() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());

        assertThat(new String(envelope, StandardCharsets.ISO_8859_1)).doesNotContain("Lovelace");
    }

    @Test
    void twoEnvelopesOfTheSameDataDiffer() {
        assertThat(Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone()))
                .isNotEqualTo(Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone()));
    }

    @Test
    void theUsersPairsAreBoundToTheRecord() {
        try (var writer = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .encryptionContext(Map.of("tenant", "acme"))
                .build()) {
            byte[] envelope = Samples.seal(writer, StreamIdentity.ofArn(Samples.ORDERS_ARN), Samples.PLAINTEXT.clone());

            assertThat(EnvelopeInfo.read(envelope).encryptionContext())
                    .containsOnly(
                            Map.entry("tenant", "acme"),
                            Map.entry("kinesis:stream-name", "orders"),
                            Map.entry("kinesis:stream-arn", Samples.ORDERS_ARN));
        }
    }

    @Test
    void aRecordOverTenMebibytesIsRefusedWithItsSizeAndTheLimit() {
        int limit = 10 * 1024 * 1024;
        assertThatThrownBy(() -> Samples.seal(encryption, Samples.ORDERS, new byte[limit + 1]))
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
                    assertThat(e.sizeBytes()).isEqualTo(limit + 1);
                    assertThat(e.limitBytes()).isEqualTo(limit);
                })
                .hasMessageContaining("10485761")
                .hasMessageContaining("10485760");
    }

    @Test
    void theListenerSeesSizesAndFailures() {
        List<Object> events = new ArrayList<>();
        EncryptionListener listener = new EncryptionListener() {
            @Override
            public void onEncrypted(Encrypted event) {
                events.add(event.payloadSizeBytes());
            }

            @Override
            public void onDecrypted(Decrypted event) {
                events.add(event.envelopeSizeBytes());
            }

            @Override
            public void onFailure(Failure event) {
                events.add(event.error().code());
            }
        };
        try (var observed = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .listener(listener)
                .build()) {
            byte[] envelope = Samples.seal(observed, Samples.ORDERS, Samples.PLAINTEXT.clone());
            Samples.open(observed, Samples.ORDERS, envelope);
            assertThatThrownBy(() -> Samples.open(observed, Samples.ORDERS, Samples.PLAINTEXT.clone()))
                    .isNotNull();

            assertThat(events).containsExactly(Samples.PLAINTEXT.length, envelope.length, ErrorCode.PLAINTEXT_RECORD);
        }
    }

    @Test
    void whatAListenerThrowsGoesNoFurther() {
        EncryptionListener listener = new EncryptionListener() {
            @Override
            public void onEncrypted(Encrypted event) {
                throw new AssertionError("a listener's fault");
            }

            @Override
            public void onDecrypted(Decrypted event) {
                throw new IllegalStateException("a listener's fault");
            }

            @Override
            public void onKeyLookup(KeyLookup event) {
                throw new UnprintableException();
            }
        };
        try (var observed = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .listener(listener)
                .build()) {
            byte[] envelope = Samples.seal(observed, Samples.ORDERS, Samples.PLAINTEXT.clone());

            assertThat(Samples.open(observed, Samples.ORDERS, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void nothingShowsPlaintext() {
        assertThat(Samples.record().toString()).doesNotContain("Ada").contains(Samples.PLAINTEXT.length + " bytes");
        assertThat(KinesisRecord.of("customer-1", null, Samples.PLAINTEXT).toString())
                .doesNotContain("Ada");
        assertThat(encryption.toString()).isEqualTo("KinesisEncryption[raw AES test/key-1]");
    }
}
