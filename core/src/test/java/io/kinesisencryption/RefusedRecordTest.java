// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefusedRecordTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders");

    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    private static ErrorCode codeOf(KinesisEncryption reader, StreamIdentity stream, byte[] envelope) {
        try {
            reader.decryptor(stream).decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("The record was opened");
    }

    private ErrorCode codeOf(byte[] envelope) {
        return codeOf(encryption, Samples.ORDERS, envelope);
    }

    @Test
    @Requirement("M1")
    void plaintextIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> Samples.open(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone()))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.PLAINTEXT_RECORD))
                .hasMessageNotContaining("Lovelace")
                .hasMessageContaining(Samples.PLAINTEXT.length + " bytes");
    }

    @Test
    @Requirement({"M5", "M9"})
    void aRecordOfAnotherStreamIsRefusedBeforeAnyKeyCall() {
        InMemoryKms kms = InMemoryKms.create();
        try (var reader = Samples.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            byte[] envelope = Samples.seal(reader, StreamIdentity.of("payments"), Samples.PLAINTEXT.clone());

            assertThat(codeOf(reader, Samples.ORDERS, envelope)).isEqualTo(ErrorCode.WRONG_STREAM);
            assertThat(kms.callCount("Decrypt")).isZero();
        }
    }

    @Test
    @Requirement("M5")
    void aRecordWithoutAStreamNameIsRefused() {
        assertThat(codeOf(Samples.committed(Samples.rawAes(), 4096, Map.of("tenant", "acme"), Samples.PLAINTEXT)))
                .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        assertThat(codeOf(Samples.committed(Samples.rawAes(), 4096, Map.of(), Samples.PLAINTEXT)))
                .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
    }

    @Test
    @Requirement("M6")
    void anArnThatBothSidesKnowMustAgree() {
        StreamIdentity byArn = StreamIdentity.ofArn(Samples.ORDERS_ARN);
        StreamIdentity elsewhere = StreamIdentity.ofArn("arn:aws:kinesis:us-east-1:111122223333:stream/orders");
        byte[] sealedByArn = Samples.seal(encryption, byArn, Samples.PLAINTEXT.clone());
        byte[] sealedByName = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());

        assertThat(Samples.open(encryption, byArn, sealedByArn)).isEqualTo(Samples.PLAINTEXT);
        assertThat(Samples.open(encryption, Samples.ORDERS, sealedByArn)).isEqualTo(Samples.PLAINTEXT);
        assertThat(Samples.open(encryption, byArn, sealedByName)).isEqualTo(Samples.PLAINTEXT);
        assertThat(codeOf(encryption, elsewhere, sealedByArn)).isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    @Requirement("M6")
    void anArnThatContradictsTheNameIsRefusedEvenByAReaderWithoutAnArn() {
        byte[] envelope = Samples.committed(
                Samples.rawAes(),
                4096,
                Map.of(
                        "kinesis:stream-name",
                        "orders",
                        "kinesis:stream-arn",
                        "arn:aws:kinesis:eu-west-1:111122223333:stream/payments"),
                Samples.PLAINTEXT);

        assertThat(codeOf(envelope)).isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    @Requirement("M5")
    void recordsOfAnAcceptedStreamAreOpened() {
        byte[] envelope = Samples.seal(encryption, StreamIdentity.of("orders-old"), Samples.PLAINTEXT.clone());
        try (var reader = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .acceptedStreams(List.of(StreamIdentity.of("orders-old")))
                .build()) {
            assertThat(Samples.open(reader, Samples.ORDERS, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
        assertThat(codeOf(envelope)).isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    @Requirement({"M7", "M9"})
    void aRequiredPairThatIsMissingOrDifferentIsRefusedBeforeAnyKeyCall() {
        InMemoryKms kms = InMemoryKms.create();
        Keyring keyring = Keyrings.awsKms(kms.createKey(), kms.client());
        try (var acme = KinesisEncryption.builder()
                        .keyring(keyring)
                        .encryptionContext(Map.of("tenant", "acme"))
                        .build();
                var reader = KinesisEncryption.builder()
                        .keyring(keyring)
                        .requiredEncryptionContext(Map.of("tenant", "umbrella"))
                        .build();
                var without = Samples.encryption(keyring)) {
            assertThat(codeOf(reader, Samples.ORDERS, Samples.seal(acme, Samples.ORDERS, Samples.PLAINTEXT.clone())))
                    .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
            assertThat(codeOf(reader, Samples.ORDERS, Samples.seal(without, Samples.ORDERS, Samples.PLAINTEXT.clone())))
                    .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
            assertThat(kms.callCount("Decrypt")).isZero();
        }
    }

    @Test
    @Requirement("M8")
    void keysOfAnotherEnvelopeFormatAreRefused() {
        assertThat(codeOf(Samples.committed(
                        Samples.rawAes(),
                        4096,
                        Map.of("kinesis:stream-name", "orders", "kinesis:envelope", "compact-1"),
                        Samples.PLAINTEXT)))
                .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
    }

    @Test
    @Requirement("M32")
    void aPayloadKindThatIsNotKnownIsRefused() {
        assertThat(codeOf(Samples.committed(
                        Samples.rawAes(),
                        4096,
                        Map.of("kinesis:stream-name", "orders", "kinesis:payload", "hologram"),
                        Samples.PLAINTEXT)))
                .isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
    }

    @Test
    @Requirement({"M17", "M19"})
    void messagesWithoutKeyCommitmentAreRefused() {
        byte[] version1 = Samples.foreignMessage(
                Samples.rawAes(),
                CryptoAlgorithm.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256,
                CommitmentPolicy.ForbidEncryptAllowDecrypt,
                4096,
                CONTEXT,
                Samples.PLAINTEXT);

        assertThat(version1[0]).isEqualTo((byte) 1);
        assertThat(codeOf(version1)).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
    }

    @Test
    @Requirement("M22")
    void signedMessagesAreRefusedUntilTheyAreAskedFor() {
        byte[] signed = Samples.foreignMessage(
                Samples.rawAes(),
                CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
                CommitmentPolicy.RequireEncryptRequireDecrypt,
                4096,
                CONTEXT,
                Samples.PLAINTEXT);

        assertThat(codeOf(signed)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
    }

    @Test
    @Requirement("M17")
    void messagesWithoutFramesAreRefused() {
        assertThat(codeOf(Samples.committed(Samples.rawAes(), 0, CONTEXT, Samples.PLAINTEXT)))
                .isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
    }

    @Test
    void anotherKeyOfTheSameNameDoesNotOpenARecord() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        try (var other = Samples.encryption(Samples.rawAes("test", "key-1", 2))) {
            assertThatThrownBy(() -> Samples.open(other, Samples.ORDERS, envelope))
                    .isInstanceOfSatisfying(KinesisEncryptionException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
                        assertThat(e.failureClass()).isEqualTo(FailureClass.RECORD);
                    })
                    .hasNoCause();
        }
    }

    @Test
    void aKeyThatIsNotConfiguredIsNamedInTheError() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        for (Keyring other : List.of(Samples.rawAes("test", "key-2", 1), Samples.rawAes("prod", "key-1", 1))) {
            try (var reader = Samples.encryption(other)) {
                assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, envelope))
                        .isInstanceOfSatisfying(
                                KinesisEncryptionException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED))
                        .hasMessageContaining("test key-1")
                        .hasMessageContaining(other.toString());
            }
        }
    }

    @Test
    @Requirement("M2")
    void randomBytesAreNeverOpenedAndOnlyThisLibrarysErrorsComeOut() {
        SeededRandom random = SeededRandom.create();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.bytes(random.below(400));
            if (bytes.length > 3) {
                bytes[0] = 2;
                bytes[1] = 4;
                bytes[2] = 0x78;
            }
            try {
                encryption.decryptor(Samples.ORDERS).decrypt(KinesisRecord.of(null, null, bytes));
                throw new AssertionError("Opened: " + random);
            } catch (KinesisEncryptionException e) {
                assertThat(e.failureClass())
                        .as(random.toString())
                        .isIn(FailureClass.RECORD, FailureClass.PERMANENT_KEY);
            } catch (RuntimeException e) {
                throw new AssertionError(random.toString(), e);
            }
        }
    }

    @Test
    void controlCharactersOfAForgedContextDoNotReachTheMessage() {
        byte[] envelope = Samples.committed(
                Samples.rawAes(), 4096, Map.of("kinesis:stream-name", "x\n2026 ERROR forged"), Samples.PLAINTEXT);

        assertThatThrownBy(() -> Samples.open(encryption, Samples.ORDERS, envelope))
                .hasMessageNotContaining("\n");
        assertThat(new String(envelope, StandardCharsets.ISO_8859_1)).contains("\n2026");
    }

    /** A line feed, a terminal's escape in both of its forms, what turns a line around, and the other ends of lines. */
    private static final String FORGERY = "x\n\u001b[31m\u009b31m\u202e\u0085\u20282026 ERROR forged";

    @Test
    void nothingOfAForgedContextCanForgeALineOfALogOrSpeakToATerminal() {
        for (String key : List.of("kinesis:stream-name", "kinesis:payload")) {
            Map<String, String> context = new HashMap<>(Map.of("kinesis:stream-name", "orders"));
            context.put(key, FORGERY);
            assertHarmless(encryption, Samples.committed(Samples.rawAes(), 4096, context, Samples.PLAINTEXT));
        }
    }

    @Test
    void nothingOfAForgedKeyNameCan() {
        byte[] envelope = Samples.committed(
                Samples.rawAes(FORGERY, "key-1", 1), 4096, Map.of("kinesis:stream-name", "orders"), Samples.PLAINTEXT);
        try (Keyring.OpenKeyring open = Samples.rawAes().open();
                KinesisEncryption reader = Samples.encryption(Keyrings.of(open.materialProvidersKeyring()))) {
            assertHarmless(reader, envelope);
        }
    }

    private static void assertHarmless(KinesisEncryption reader, byte[] envelope) {
        assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, envelope))
                .isInstanceOf(KinesisEncryptionException.class)
                .hasNoCause()
                .message()
                .contains("ERROR forged")
                .doesNotContainPattern("[\\p{C}\\p{Zl}\\p{Zp}]");
    }
}
