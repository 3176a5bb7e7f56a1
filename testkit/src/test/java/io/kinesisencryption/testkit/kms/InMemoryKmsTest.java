// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.DryRunOperationException;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInvalidMacException;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.ReEncryptResponse;

class InMemoryKmsTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders", "tenant", "7");
    private static final SdkBytes MESSAGE = SdkBytes.fromUtf8String("a message");

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final KmsClient client = kms.client();

    @Test
    void aDataKeyComesBackFromItsCiphertext() {
        GenerateDataKeyResponse dataKey = generate();

        DecryptResponse decrypted =
                client.decrypt(r -> r.ciphertextBlob(dataKey.ciphertextBlob()).encryptionContext(CONTEXT));

        assertThat(decrypted.plaintext()).isEqualTo(dataKey.plaintext());
        assertThat(decrypted.keyId()).isEqualTo(keyArn);
        assertThat(dataKey.keyId()).isEqualTo(keyArn);
    }

    @Test
    void aCiphertextIsAsLongAsTheServices() {
        assertThat(generate().ciphertextBlob().asByteArray()).hasSize(184);
        assertThat(client.generateDataKey(r -> r.keyId(keyArn).numberOfBytes(64))
                        .ciphertextBlob()
                        .asByteArray())
                .hasSize(216);
    }

    @Test
    void dataKeysAndCiphertextsNeverRepeat() {
        assertThat(generate().plaintext()).isNotEqualTo(generate().plaintext());
        assertThat(encrypt(keyArn)).isNotEqualTo(encrypt(keyArn));
    }

    @Test
    void aDataKeyWithoutPlaintextOpensToTheAskedSize() {
        SdkBytes ciphertext = client.generateDataKeyWithoutPlaintext(
                        r -> r.keyId(keyArn).keySpec(DataKeySpec.AES_128))
                .ciphertextBlob();

        assertThat(client.decrypt(r -> r.ciphertextBlob(ciphertext)).plaintext().asByteArray())
                .hasSize(16);
    }

    @Test
    void anotherEncryptionContextDoesNotOpenIt() {
        SdkBytes ciphertext = generate().ciphertextBlob();

        for (Map<String, String> other : List.of(
                Map.<String, String>of(),
                Map.of("kinesis:stream-name", "orders"),
                Map.of("kinesis:stream-name", "orders", "tenant", "8"),
                Map.of("kinesis:stream-name", "orders", "tenant7", ""),
                Map.of("kinesis:stream-name", "orders", "tenant", "7", "more", "1"))) {
            assertThatThrownBy(() ->
                            client.decrypt(r -> r.ciphertextBlob(ciphertext).encryptionContext(other)))
                    .as("%s", other)
                    .isInstanceOf(InvalidCiphertextException.class);
        }
    }

    @Test
    void everyChangedBitIsRefused() {
        byte[] ciphertext = generate().ciphertextBlob().asByteArray();

        for (int bit = 0; bit < ciphertext.length * Byte.SIZE; bit++) {
            byte[] changed = ciphertext.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            KmsException refused = catchThrowableOfType(
                    KmsException.class,
                    () -> client.decrypt(r -> r.ciphertextBlob(SdkBytes.fromByteArray(changed))
                            .encryptionContext(CONTEXT)
                            .keyId(keyArn)));
            assertThat(refused)
                    .as("bit %d", bit)
                    .isInstanceOfAny(InvalidCiphertextException.class, IncorrectKeyException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 151, 152, 6144})
    void bytesThatAreNoCiphertextAreInvalidCiphertexts(int size) {
        SdkBytes bytes = SdkBytes.fromByteArray(new byte[size]);

        assertThatThrownBy(() -> client.decrypt(r -> r.ciphertextBlob(bytes)))
                .isInstanceOf(InvalidCiphertextException.class);
    }

    @Test
    void aKeyIdOnDecryptIsEnforced() {
        String other = kms.createKey();
        SdkBytes ciphertext = encrypt(keyArn);

        assertThatThrownBy(
                        () -> client.decrypt(r -> r.ciphertextBlob(ciphertext).keyId(other)))
                .isInstanceOf(IncorrectKeyException.class);
        assertThatCode(() -> client.decrypt(r -> r.ciphertextBlob(ciphertext).keyId(keyArn)))
                .doesNotThrowAnyException();
    }

    @Test
    void aCiphertextOfAnotherKmsIsRefusedAsTheServiceRefusesIt() {
        InMemoryKms elsewhere = InMemoryKms.create();
        SdkBytes ciphertext = elsewhere
                .client()
                .encrypt(r -> r.keyId(elsewhere.createKey()).plaintext(MESSAGE))
                .ciphertextBlob();

        assertThatThrownBy(() -> client.decrypt(r -> r.ciphertextBlob(ciphertext)))
                .isInstanceOfSatisfying(KmsException.class, e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
                    assertThat(e.getMessage()).contains("The ciphertext refers to a customer master key that does not");
                });
    }

    @Test
    void reEncryptMovesTheSamePlaintextToAnotherKeyAndContext() {
        String other = kms.createKey();
        GenerateDataKeyResponse dataKey = generate();

        ReEncryptResponse moved = client.reEncrypt(r -> r.ciphertextBlob(dataKey.ciphertextBlob())
                .sourceEncryptionContext(CONTEXT)
                .destinationKeyId(other)
                .destinationEncryptionContext(Map.of("moved", "yes")));

        assertThat(moved.sourceKeyId()).isEqualTo(keyArn);
        assertThat(moved.keyId()).isEqualTo(other);
        DecryptResponse decrypted =
                client.decrypt(r -> r.ciphertextBlob(moved.ciphertextBlob()).encryptionContext(Map.of("moved", "yes")));
        assertThat(decrypted.plaintext()).isEqualTo(dataKey.plaintext());
        assertThat(decrypted.keyId()).isEqualTo(other);
    }

    @Test
    void macsAreThoseOfHmacSha256UnderOneKey() {
        String macKey = kms.createMacKey();
        SdkBytes mac = client.generateMac(r -> r.keyId(macKey)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                        .message(MESSAGE))
                .mac();
        SdkBytes again = client.generateMac(r -> r.keyId(macKey)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                        .message(MESSAGE))
                .mac();

        assertThat(mac.asByteArray()).hasSize(32).isEqualTo(again.asByteArray());
        assertThat(client.verifyMac(r -> r.keyId(macKey)
                                .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                                .message(MESSAGE)
                                .mac(mac))
                        .macValid())
                .isTrue();
        assertThatThrownBy(() -> client.verifyMac(r -> r.keyId(macKey)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                        .message(SdkBytes.fromUtf8String("another"))
                        .mac(mac)))
                .isInstanceOf(KmsInvalidMacException.class);
    }

    @Test
    void aKeyServesItsUsageOnly() {
        String macKey = kms.createMacKey();

        assertThatThrownBy(() -> client.encrypt(r -> r.keyId(macKey).plaintext(MESSAGE)))
                .isInstanceOf(InvalidKeyUsageException.class);
        assertThatThrownBy(() -> client.generateMac(r -> r.keyId(keyArn)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                        .message(MESSAGE)))
                .isInstanceOf(InvalidKeyUsageException.class);
        assertThatThrownBy(() -> client.generateMac(r -> r.keyId(macKey)
                        .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_512)
                        .message(MESSAGE)))
                .isInstanceOf(InvalidKeyUsageException.class);
    }

    @Test
    void keysAreNamedByArnIdAndAlias() {
        kms.createAlias("alias/orders", keyArn);
        String keyId = keyArn.substring(keyArn.indexOf('/') + 1);

        for (String name : List.of(keyArn, keyId, "alias/orders", "arn:aws:kms:us-east-1:123456789012:alias/orders")) {
            assertThat(client.encrypt(r -> r.keyId(name).plaintext(MESSAGE)).keyId())
                    .as(name)
                    .isEqualTo(keyArn);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000",
                "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000",
                "arn:aws:kms:us-east-1:999999999999:key/00000000-0000-4000-8000-000000000000",
                "arn:aws:s3:::bucket",
                "00000000-0000-4000-8000-000000000000",
                "alias/none"
            })
    void aNameOfNoKeyIsNotFound(String name) {
        assertThatThrownBy(() -> client.encrypt(r -> r.keyId(name).plaintext(MESSAGE)))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aReplicaOpensWhatItsPrimarySealedInItsOwnRegionOnly() {
        String primary = kms.createMultiRegionKey();
        String replica = kms.replicateKey(primary, Region.EU_WEST_1);
        SdkBytes ciphertext = encrypt(primary);
        KmsClient inEurope = kms.client("reader", Region.EU_WEST_1);

        assertThat(replica).isEqualTo(primary.replace("us-east-1", "eu-west-1")).contains(":key/mrk-");
        DecryptResponse decrypted =
                inEurope.decrypt(r -> r.ciphertextBlob(ciphertext).keyId(replica));
        assertThat(decrypted.keyId()).isEqualTo(replica);
        assertThat(decrypted.plaintext()).isEqualTo(MESSAGE);
        assertThatThrownBy(() -> inEurope.decrypt(r -> r.ciphertextBlob(encrypt(keyArn))))
                .isInstanceOf(KmsException.class);
        assertThatThrownBy(
                        () -> inEurope.decrypt(r -> r.ciphertextBlob(ciphertext).keyId(primary)))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aDryRunChecksAndDoesNothing() {
        assertThatThrownBy(() ->
                        client.encrypt(r -> r.keyId(keyArn).plaintext(MESSAGE).dryRun(true)))
                .isInstanceOf(DryRunOperationException.class);
    }

    @Test
    void oneSeedMakesTheSameKeysAndCiphertexts() {
        InMemoryKms one = InMemoryKms.builder().seed(42).build();
        InMemoryKms other = InMemoryKms.builder().seed(42).build();
        String arn = one.createKey();

        assertThat(other.createKey()).isEqualTo(arn);
        assertThat(one.client()
                        .generateDataKey(r -> r.keyId(arn).numberOfBytes(32))
                        .ciphertextBlob())
                .isEqualTo(other.client()
                        .generateDataKey(r -> r.keyId(arn).numberOfBytes(32))
                        .ciphertextBlob());
    }

    @Test
    void responsesCarryARequestIdAndTheHttpStatus() {
        GenerateDataKeyResponse response = generate();

        assertThat(response.responseMetadata().requestId()).isNotEmpty();
        assertThat(response.sdkHttpResponse().statusCode()).isEqualTo(200);
        assertThat(response.toString())
                .doesNotContain(new String(response.plaintext().asByteArray(), UTF_8));
    }

    @Test
    void whatItDoesNotOfferIsUnsupported() {
        assertThatThrownBy(() -> client.listGrants(r -> r.keyId(keyArn)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aClosedClientRefusesWhileOthersGoOn() {
        KmsClient other = kms.client();
        client.close();

        assertThatThrownBy(this::generate).isInstanceOf(IllegalStateException.class);
        assertThatCode(() -> other.describeKey(r -> r.keyId(keyArn))).doesNotThrowAnyException();
    }

    @Test
    void clientsTellTheirServiceAndRegion() {
        assertThat(client.serviceName()).isEqualTo("kms");
        assertThat(client.serviceClientConfiguration().region()).isEqualTo(Region.US_EAST_1);
    }

    @Test
    void aRegionWhoseArnsWouldNotFitIntoACiphertextIsRefused() {
        InMemoryKms longRegion =
                InMemoryKms.builder().region(Region.of("r".repeat(53))).build();

        assertThatThrownBy(longRegion::createKey)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("119 bytes");
    }

    @Test
    void theBuilderRefusesAnAccountThatIsNone() {
        assertThatThrownBy(() -> InMemoryKms.builder().accountId("12").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("accountId is \"12\"");
    }

    private GenerateDataKeyResponse generate() {
        return client.generateDataKey(
                r -> r.keyId(keyArn).keySpec(DataKeySpec.AES_256).encryptionContext(CONTEXT));
    }

    private SdkBytes encrypt(String arn) {
        return client.encrypt(r -> r.keyId(arn).plaintext(MESSAGE)).ciphertextBlob();
    }
}
