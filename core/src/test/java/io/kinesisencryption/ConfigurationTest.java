// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    private static final InMemoryKms KMS = InMemoryKms.create();

    @Test
    void aKeyringIsRequired() {
        assertThatIllegalStateException()
                .isThrownBy(() -> KinesisEncryption.builder().build())
                .withMessageContaining("keyring");
    }

    @Test
    void aSecondKeyringIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        KinesisEncryption.builder().keyring(Samples.rawAes()).keyring(Samples.rawAes()));
    }

    @Test
    void nothingWorksAfterClose() {
        KinesisEncryption encryption = Samples.encryption(Samples.rawAes());
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        encryption.close();
        encryption.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone()))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> Samples.open(encryption, Samples.ORDERS, envelope));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kinesis:tenant", "aws-crypto-public-key", "partition-key", "partitionKey", "SEQUENCE_NUMBER", ""
            })
    @Requirement("M4")
    void contextKeysThatAreReservedOrDifferFromRecordToRecordAreRefused(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder().encryptionContext(Map.of(key, "x")));
    }

    @Test
    void anEmptyContextValueIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder().encryptionContext(Map.of("tenant", "")))
                .withMessageContaining("tenant");
    }

    @Test
    void whatUtf8CannotExpressIsRefusedBeforeTheFirstRecordIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder().encryptionContext(Map.of("tenant", "\ud800")))
                .withMessageContaining("tenant");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samples.rawAes("namespace", "\ud800", 1))
                .withMessageContaining("name");
    }

    @Test
    @Requirement("M36")
    void aContextOf63PairsIsWrittenThoseOfTheLibraryIncludedAndOnePairMoreIsRefused() {
        EncryptorOptions options = EncryptorOptions.builder()
                .signed(true)
                .payloadKind(PayloadKind.AGGREGATE)
                .build();
        InMemoryKms kms = InMemoryKms.create();
        // The stream's name and ARN and the kind of payload come to these, and then the verification key.
        try (KinesisEncryption owner = KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
                        .encryptionContext(Samples.tinyPairs(60))
                        .requireSigned()
                        .build();
                KinesisEncryption full = KinesisEncryption.builder()
                        .keyring(Samples.rawAes())
                        .encryptionContext(Samples.tinyPairs(61))
                        .build()) {
            StreamIdentity stream = StreamIdentity.ofArn(Samples.ORDERS_ARN);
            KinesisRecord sealed = owner.encryptor(stream, options).encrypt(Samples.record());
            assertThat(EnvelopeInfo.read(sealed.data()).encryptionContext()).hasSize(64);
            assertThat(owner.decryptor(stream).decrypt(sealed)).hasSize(1);

            EncryptorOptions aggregates = EncryptorOptions.DEFAULTS.withPayloadKind(PayloadKind.AGGREGATE);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> full.encryptor(stream, aggregates))
                    .withMessageContaining("has 64 pairs")
                    .withMessageContaining("at most 63");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder().encryptionContext(Samples.tinyPairs(64)))
                .withMessageContaining("has 64 pairs");
    }

    @Test
    @Requirement("M20")
    void aContextOf4096BytesIsTakenAndOneByteMoreRefused() {
        // 2 bytes of count, 4 of lengths, the key, the value.
        Map<String, String> full = Map.of("k", "v".repeat(4096 - 2 - 4 - 1));
        KinesisEncryption.builder().encryptionContext(full);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder().encryptionContext(Map.of("k", full.get("k") + "v")))
                .withMessageContaining("4097")
                .withMessageContaining("4096");
    }

    @Test
    void theStreamsPairsCountInTheContextsSize() {
        try (var encryption = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .encryptionContext(Map.of("k", "v".repeat(4096 - 2 - 4 - 1)))
                .build()) {
            assertThatIllegalArgumentException().isThrownBy(() -> encryption.encryptor(Samples.ORDERS));
        }
    }

    @Test
    void theBuilderCopiesWhatItIsGiven() {
        Map<String, String> pairs = new HashMap<>(Map.of("tenant", "acme"));
        KinesisEncryption.Builder builder =
                KinesisEncryption.builder().keyring(Samples.rawAes()).encryptionContext(pairs);
        pairs.put("tenant", "umbrella");
        try (var encryption = builder.build()) {
            byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());

            assertThat(EnvelopeInfo.read(envelope).encryptionContext()).containsEntry("tenant", "acme");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alias/orders",
                "arn:aws:kms:eu-west-1:111122223333:alias/orders",
            })
    void aKmsAliasIsRefusedWithAdvice(String alias) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keyrings.awsKms(alias, KMS.client()))
                .withMessageContaining("alias")
                .withMessageContaining("give the key's ARN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1234abcd-12ab-34cd-56ef-1234567890ab",
                "arn:aws:kms:eu-west-1:1111:key/1234abcd",
                "arn:aws:s3:::bucket",
                "arn:aws:kms:eu-west-1:111122223333:key/",
            })
    void whatIsNoKeyArnIsRefused(String arn) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keyrings.awsKms(arn))
                .withMessageContaining("ARN");
    }

    @Test
    void aKmsKeyringWithItsOwnClientOpensAndClosesWithoutNetwork() {
        Keyring keyring =
                Keyrings.awsKms("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        KinesisEncryption encryption = Samples.encryption(keyring);

        assertThat(encryption.toString()).contains("arn:aws:kms:eu-west-1:111122223333:key/");
        encryption.close();
    }

    @Test
    void aRawAesKeyOfAnotherLengthIsRefused() {
        for (int length : new int[] {0, 16, 31, 33}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Keyrings.rawAes("test", "key-1", new byte[length]))
                    .withMessageContaining(length + " bytes")
                    .withMessageContaining("32");
        }
    }

    @Test
    void rawAesNamesAreChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> Keyrings.rawAes("aws-kms", "key-1", new byte[32]));
        assertThatIllegalArgumentException().isThrownBy(() -> Keyrings.rawAes("", "key-1", new byte[32]));
        assertThatIllegalArgumentException().isThrownBy(() -> Keyrings.rawAes("test", "", new byte[32]));
        assertThatIllegalArgumentException().isThrownBy(() -> Keyrings.rawAes("test", "n".repeat(513), new byte[32]));
    }

    @Test
    void aRawAesKeyIsCopied() {
        byte[] key = new byte[32];
        Keyring keyring = Keyrings.rawAes("test", "key-1", key);
        byte[] envelope;
        try (var encryption = Samples.encryption(keyring)) {
            envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        }
        Arrays.fill(key, (byte) 7);
        try (var encryption = Samples.encryption(keyring)) {
            assertThat(Samples.open(encryption, Samples.ORDERS, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void anyKeyringOfTheMaterialProvidersLibraryIsTaken() {
        try (Keyring.OpenKeyring open = Samples.rawAes().open();
                var encryption = Samples.encryption(Keyrings.of(open.materialProvidersKeyring()))) {
            byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());

            assertThat(Samples.open(encryption, Samples.ORDERS, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void streamNamesAndArnsAreChecked() {
        assertThat(StreamIdentity.ofArn(Samples.ORDERS_ARN).name()).isEqualTo("orders");
        assertThatIllegalArgumentException().isThrownBy(() -> StreamIdentity.of(""));
        assertThatIllegalArgumentException().isThrownBy(() -> StreamIdentity.of("a".repeat(129)));
        assertThatIllegalArgumentException().isThrownBy(() -> StreamIdentity.of("orders/eu"));
        assertThatIllegalArgumentException().isThrownBy(() -> StreamIdentity.ofArn("orders"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamIdentity("payments", Samples.ORDERS_ARN))
                .withMessageContaining("payments");
    }

    @Test
    void errorsTakeOnlyTheirOwnCodes() {
        for (ErrorCode code : ErrorCode.values()) {
            boolean keyFault =
                    code.failureClass() == FailureClass.PERMANENT_KEY && code != ErrorCode.COMPRESSION_UNAVAILABLE;
            if (keyFault) {
                assertThat(new PermanentKeyException(code, "m", null).code()).isEqualTo(code);
            } else {
                assertThatIllegalArgumentException().isThrownBy(() -> new PermanentKeyException(code, "m", null));
            }
        }
        assertThatThrownBy(() -> new ContextMismatchException(ErrorCode.KEY_DENIED, "m", null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new UnsupportedEnvelopeException(ErrorCode.KEY_DENIED, "m", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theKindOfPayloadIsReplacedAndNothingElse() {
        BlindingSecret secret = BlindingSecret.of(new byte[32]);
        EncryptorOptions options = EncryptorOptions.builder()
                .format(EnvelopeFormat.COMPACT)
                .compression(Compression.ZSTD)
                .bindPartitionKey(true)
                .build();
        EncryptorOptions aggregates = options.withPayloadKind(PayloadKind.AGGREGATE);

        assertThat(aggregates.payloadKind()).isEqualTo(PayloadKind.AGGREGATE);
        assertThat(aggregates.withPayloadKind(PayloadKind.RECORD)).hasToString(options.toString());
        assertThat(options.payloadKind()).isEqualTo(PayloadKind.RECORD);
        EncryptorOptions signed =
                EncryptorOptions.builder().signed(true).build().withPayloadKind(PayloadKind.AGGREGATE);
        assertThat(signed.signed()).isTrue();
        assertThat(signed.format()).isEqualTo(EnvelopeFormat.AWS_ENCRYPTION_SDK);
        EncryptorOptions blinded =
                EncryptorOptions.builder().blindPartitionKeys(secret).build();
        assertThat(blinded.withPayloadKind(PayloadKind.AGGREGATE).blindingSecret())
                .isSameAs(secret);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> blinded.withPayloadKind(PayloadKind.RECORD))
                .withMessageContaining("aggregate of one");
    }
}
