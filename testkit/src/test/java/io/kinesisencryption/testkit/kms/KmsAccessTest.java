// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KmsException;

class KmsAccessTest {
    private static final SdkBytes MESSAGE = SdkBytes.fromUtf8String("a message");

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final KmsClient reader = kms.client("reader");

    @Test
    void aDeniedOperationIsDeniedToThatPrincipalOnly() {
        kms.deny("reader", keyArn, "Encrypt", "GenerateDataKey*");

        assertDenied(() -> encrypt(reader), "kms:Encrypt");
        assertDenied(
                () -> reader.generateDataKeyWithoutPlaintext(
                        r -> r.keyId(keyArn).numberOfBytes(32)),
                "kms:GenerateDataKeyWithoutPlaintext");
        SdkBytes ciphertext = encrypt(kms.client());
        assertThatCode(() -> reader.decrypt(r -> r.ciphertextBlob(ciphertext))).doesNotThrowAnyException();
    }

    @Test
    void aDeniedDecryptionIsDeniedWhetherTheRequestNamesTheKeyOrNot() {
        SdkBytes ciphertext = encrypt(reader);
        kms.deny("reader", keyArn, "Decrypt");

        assertDenied(() -> reader.decrypt(r -> r.ciphertextBlob(ciphertext).keyId(keyArn)), "user/reader");
        assertDenied(() -> reader.decrypt(r -> r.ciphertextBlob(ciphertext)), "The ciphertext refers to");
    }

    @Test
    void reEncryptNeedsBothKeys() {
        String other = kms.createKey();
        SdkBytes ciphertext = encrypt(kms.client());
        ThrowingCallable reEncrypt =
                () -> reader.reEncrypt(r -> r.ciphertextBlob(ciphertext).destinationKeyId(other));

        kms.deny("reader", keyArn, "ReEncrypt");
        assertDenied(reEncrypt, "The ciphertext refers to");

        kms.clearAccessRules();
        kms.deny("reader", other, "ReEncrypt");
        assertDenied(reEncrypt, "kms:ReEncrypt");
    }

    @Test
    void theNewestRuleThatMatchesDecides() {
        kms.deny("*", "*");
        assertDenied(() -> encrypt(reader), "kms:Encrypt");
        assertDenied(() -> kms.client().listKeys(), "kms:ListKeys");

        kms.allow("reader", keyArn, "Encrypt");
        assertThatCode(() -> encrypt(reader)).doesNotThrowAnyException();
        assertDenied(() -> encrypt(kms.client()), "kms:Encrypt");

        kms.clearAccessRules();
        assertThatCode(() -> encrypt(kms.client())).doesNotThrowAnyException();
    }

    @Test
    void aRuleForAnOperationOrKeyThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> kms.deny("reader", keyArn, "decrypt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"decrypt\"")
                .hasMessageContaining("GenerateDataKey");
        assertThatThrownBy(() -> kms.allow("reader", "arn:none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("arn:none");
    }

    private SdkBytes encrypt(KmsClient client) {
        return client.encrypt(r -> r.keyId(keyArn).plaintext(MESSAGE)).ciphertextBlob();
    }

    private static void assertDenied(ThrowingCallable call, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KmsException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
            assertThat(e.statusCode()).isEqualTo(400);
            assertThat(e.getMessage()).contains(part);
        });
    }
}
