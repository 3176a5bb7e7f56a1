// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A key that is found by anything less than the whole identity would open a record that was never checked against it. */
class DecryptionIdentityTest {
    private static final EncryptedDataKeyEntry FIRST = entry("aws-kms", "first", 1);
    private static final EncryptedDataKeyEntry LAST = entry("aws-kms", "last", 2);

    private static EncryptedDataKeyEntry entry(String provider, String info, int ciphertext) {
        return new EncryptedDataKeyEntry(
                provider,
                ByteBuffer.wrap(info.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(new byte[] {(byte) ciphertext}));
    }

    private static DecryptionIdentity identity(
            AlgorithmSuite suite, Map<String, String> context, EncryptedDataKeyEntry... keys) {
        return DecryptionIdentity.of(new EncryptionSdkMessage(suite, context, List.of(keys), 100, 3));
    }

    @Test
    void allThatAKeyringSeesIsPartOfTheIdentityAndNothingElse() {
        DecryptionIdentity identity = identity(UNSIGNED, ORDERS, FIRST, LAST);
        DecryptionIdentity ofALongerMessage =
                DecryptionIdentity.of(new EncryptionSdkMessage(UNSIGNED, ORDERS, List.of(FIRST, LAST), 101, 4));

        assertThat(identity).isEqualTo(ofALongerMessage).hasSameHashCodeAs(ofALongerMessage);
        // All of them have the hash of the same ciphertexts, so it is not that which tells them apart.
        for (DecryptionIdentity other : List.of(
                identity(SIGNED, ORDERS, FIRST, LAST),
                identity(UNSIGNED, Map.of("kinesis:stream-name", "orders"), FIRST, LAST),
                identity(UNSIGNED, ORDERS, entry("aws-kms", "other", 1), LAST),
                identity(UNSIGNED, ORDERS, entry("raw", "first", 1), LAST),
                identity(UNSIGNED, ORDERS, FIRST, entry("aws-kms", "other", 2)))) {
            assertThat(identity).isNotEqualTo(other).hasSameHashCodeAs(other);
            assertThat(other).isNotEqualTo(identity);
        }
        // And of no ciphertext alone: who may put garbage beside an honest one must not choose the hash.
        for (DecryptionIdentity other : List.of(
                identity(UNSIGNED, ORDERS, LAST),
                identity(UNSIGNED, ORDERS, LAST, FIRST),
                identity(UNSIGNED, ORDERS, entry("aws-kms", "first", 3), LAST),
                identity(UNSIGNED, ORDERS, FIRST, entry("aws-kms", "last", 3)))) {
            assertThat(identity).isNotEqualTo(other);
            assertThat(identity.hashCode()).isNotEqualTo(other.hashCode());
        }
        assertThat(identity).isNotEqualTo("identity");
    }

    @Test
    void whatIsKeptIsTheSameIdentity() {
        DecryptionIdentity identity = identity(SIGNED, ORDERS, FIRST, LAST);
        DecryptionIdentity kept = identity.kept();

        assertThat(kept).isEqualTo(identity).hasSameHashCodeAs(identity);
        assertThat(kept.suite()).isEqualTo(SIGNED);
        assertThat(kept.encryptedDataKeys()).containsExactly(FIRST, LAST);
        assertThat(kept.encryptionContext()).isEqualTo(ORDERS);
        assertThat(kept).hasToString("DecryptionIdentity[" + SIGNED + ", [aws-kms first, aws-kms last]]");
    }
}
