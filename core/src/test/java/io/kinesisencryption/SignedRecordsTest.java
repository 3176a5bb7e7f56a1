// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignedRecordsTest {
    private static final EncryptorOptions SIGNED =
            EncryptorOptions.builder().signed(true).build();

    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring keyring = Keyrings.awsKms(kms.createKey(), kms.client());
    private final KinesisEncryption writer = Samples.encryption(keyring);
    private final KinesisEncryption strict =
            KinesisEncryption.builder().keyring(keyring).requireSigned().build();

    @AfterEach
    void close() {
        writer.close();
        strict.close();
    }

    private static ErrorCode codeOf(KinesisEncryption reader, byte[] envelope) {
        try {
            Samples.open(reader, Samples.ORDERS, envelope);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("The record was opened");
    }

    @Test
    void aSignedRecordIsOpenedByWhomeverAcceptsItsSuite() {
        KinesisRecord signed = writer.encryptor(Samples.ORDERS, SIGNED).encrypt(Samples.record());

        assertThat(EnvelopeInfo.read(signed.data()).suite())
                .isEqualTo(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384);
        assertThat(Samples.open(strict, Samples.ORDERS, signed.data())).isEqualTo(Samples.PLAINTEXT);
        kms.resetCalls();
        assertThat(codeOf(writer, signed.data())).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
        assertThat(kms.calls()).isEmpty();
    }

    @Test
    void signedAggregatesComeBack() {
        RecordEncryptor encryptor = writer.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder()
                        .signed(true)
                        .payloadKind(PayloadKind.AGGREGATE)
                        .build());

        UserRecord opened = strict.decryptor(Samples.ORDERS)
                .decrypt(encryptor.encrypt(Samples.record()))
                .get(0);

        assertThat(opened.partitionKey()).isEqualTo("customer-1");
        assertThat(opened.data()).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void whoRequiresSignaturesRefusesEverythingElseBeforeAnyKeyCall() {
        byte[] unsigned = Samples.seal(writer, Samples.ORDERS, Samples.PLAINTEXT.clone());
        byte[] compact = writer.encryptor(
                        Samples.ORDERS,
                        EncryptorOptions.builder()
                                .format(EnvelopeFormat.COMPACT)
                                .build())
                .encrypt(Samples.record())
                .data();
        kms.resetCalls();

        assertThat(codeOf(strict, unsigned)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
        assertThat(codeOf(strict, compact)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
        assertThat(kms.calls()).isEmpty();
    }

    @Test
    void everyAlteredByteOfTheSignatureIsRefusedAlsoByAReaderThatKnowsTheKey() {
        byte[] signed = writer.encryptor(Samples.ORDERS, SIGNED)
                .encrypt(Samples.record())
                .data();
        assertThat(Samples.open(strict, Samples.ORDERS, signed)).isEqualTo(Samples.PLAINTEXT);
        for (int i = signed.length - 100; i < signed.length; i++) {
            byte[] altered = signed.clone();
            altered[i] ^= 1;
            assertThat(codeOf(strict, altered))
                    .as("byte %d of %d", i, signed.length)
                    .isIn(ErrorCode.AUTHENTICATION_FAILED, ErrorCode.MALFORMED_ENVELOPE);
        }
    }

    /** A reader knows the data key, so it can make a tag; it cannot make a signature under the writer's key. */
    @Test
    @Requirement("M22")
    void aRecordThatAnotherSignedUnderItsOwnKeyPairIsRefusedIfItClaimsTheWritersDataKey() {
        byte[] honest = writer.encryptor(Samples.ORDERS, SIGNED)
                .encrypt(Samples.record())
                .data();
        Samples.open(strict, Samples.ORDERS, honest);
        byte[] forged = Samples.foreignMessage(
                keyring,
                CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
                CommitmentPolicy.RequireEncryptRequireDecrypt,
                4096,
                Map.of("kinesis:stream-name", "orders"),
                Samples.PLAINTEXT);
        // The honest header, which names the honest verification key, before the forger's frame and signature.
        int honestHeader = EnvelopeInfo.read(honest).headerSizeBytes();
        int forgedHeader = EnvelopeInfo.read(forged).headerSizeBytes();
        byte[] mixed = new byte[honestHeader + forged.length - forgedHeader];
        System.arraycopy(honest, 0, mixed, 0, honestHeader);
        System.arraycopy(forged, forgedHeader, mixed, honestHeader, forged.length - forgedHeader);

        assertThat(codeOf(strict, mixed)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    void aKeyringByWhichReadersCouldSignIsRefusedWithoutAKeyCall() {
        try (KinesisEncryption raw = Samples.encryption(Samples.rawAes())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> raw.encryptor(Samples.ORDERS, SIGNED))
                    .withMessageContaining("would prove nothing")
                    .withMessageContaining("raw AES test/key-1");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder()
                        .keyring(Samples.rawAes())
                        .requireSigned()
                        .build())
                .withMessageContaining("would prove nothing");
        assertThat(kms.calls()).doesNotContainKeys("GenerateDataKey", "Decrypt");
    }

    @Test
    void aKeyringThatOnlyOpensIsRefusedToAWriter() {
        Keyring discovery = Keyrings.awsKmsDiscovery()
                .accounts(kms.accountId())
                .clients(region -> kms.client())
                .build();
        KinesisRecord sealed = writer.encryptor(Samples.ORDERS).encrypt(Samples.record());
        try (KinesisEncryption reader = Samples.encryption(discovery)) {
            assertThat(reader.decryptor(Samples.ORDERS).decrypt(sealed)).hasSize(1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.encryptor(Samples.ORDERS))
                    .withMessageContaining("only opens records");
        }
    }
}
