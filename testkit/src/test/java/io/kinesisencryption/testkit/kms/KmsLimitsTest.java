// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.KmsException;

class KmsLimitsTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final KmsClient client = kms.client();

    @Test
    void dataKeysHave1To1024Bytes() {
        assertThatCode(() -> dataKey(1)).doesNotThrowAnyException();
        assertThatCode(() -> dataKey(1024)).doesNotThrowAnyException();
        assertInvalid(() -> dataKey(0), "numberOfBytes");
        assertInvalid(() -> dataKey(1025), "numberOfBytes");
    }

    @Test
    void aDataKeyIsAskedForByExactlyOneOfSpecAndSize() {
        assertInvalid(() -> client.generateDataKey(r -> r.keyId(keyArn)), "either number of bytes or key spec");
        assertInvalid(
                () -> client.generateDataKey(
                        r -> r.keyId(keyArn).keySpec(DataKeySpec.AES_256).numberOfBytes(32)),
                "either number of bytes or key spec");
    }

    @Test
    void plaintextsHave1To4096Bytes() {
        assertThatCode(() -> encrypt(1)).doesNotThrowAnyException();
        assertThatCode(() -> encrypt(4096)).doesNotThrowAnyException();
        assertInvalid(() -> encrypt(0), "plaintext");
        assertInvalid(() -> encrypt(4097), "plaintext");
    }

    @Test
    void theLongestPlaintextComesBack() {
        SdkBytes ciphertext = encrypt(4096);

        assertThat(client.decrypt(r -> r.ciphertextBlob(ciphertext)).plaintext().asByteArray())
                .hasSize(4096);
    }

    @Test
    void ciphertextsHaveAtMost6144Bytes() {
        assertInvalid(
                () -> client.decrypt(r -> r.ciphertextBlob(SdkBytes.fromByteArray(new byte[6145]))), "ciphertextBlob");
    }

    @Test
    void encryptionContextsHaveAtMost8192Bytes() {
        assertThatCode(() -> withContext("k", "v".repeat(8191))).doesNotThrowAnyException();
        assertInvalid(() -> withContext("k", "v".repeat(8192)), "8193 bytes");
    }

    @Test
    void whatIsRequiredMayNotBeAbsent() {
        assertInvalid(() -> client.encrypt(r -> r.plaintext(SdkBytes.fromUtf8String("x"))), "'keyId'");
        assertInvalid(() -> client.encrypt(r -> r.keyId(keyArn)), "'plaintext'");
        assertInvalid(() -> client.decrypt(r -> r.keyId(keyArn)), "'ciphertextBlob'");
        assertInvalid(() -> client.describeKey(r -> {}), "'keyId'");
        assertInvalid(() -> client.generateRandom(r -> {}), "'numberOfBytes'");
    }

    @Test
    void randomBytesAreThoseAskedFor() {
        assertThat(client.generateRandom(r -> r.numberOfBytes(1024)).plaintext().asByteArray())
                .hasSize(1024);
        assertInvalid(() -> client.generateRandom(r -> r.numberOfBytes(1025)), "numberOfBytes");
    }

    @Test
    void aKeyWaits7To30DaysForItsDeletion() {
        assertInvalid(() -> client.scheduleKeyDeletion(r -> r.keyId(keyArn).pendingWindowInDays(6)), "pendingWindow");
        assertInvalid(() -> client.scheduleKeyDeletion(r -> r.keyId(keyArn).pendingWindowInDays(31)), "pendingWindow");
    }

    private void dataKey(int sizeBytes) {
        client.generateDataKey(r -> r.keyId(keyArn).numberOfBytes(sizeBytes));
    }

    private SdkBytes encrypt(int sizeBytes) {
        return client.encrypt(r -> r.keyId(keyArn).plaintext(SdkBytes.fromByteArray(new byte[sizeBytes])))
                .ciphertextBlob();
    }

    private void withContext(String key, String value) {
        client.generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32).encryptionContext(Map.of(key, value)));
    }

    private static void assertInvalid(ThrowingCallable call, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KmsException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException");
            assertThat(e.statusCode()).isEqualTo(400);
            assertThat(e.getMessage()).contains(part);
        });
    }
}
