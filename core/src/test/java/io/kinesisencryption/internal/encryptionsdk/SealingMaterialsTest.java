// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;

/** What a reader would refuse is refused before a record is sealed under it, and the key with it. */
class SealingMaterialsTest {
    private final MaterialsSource source =
            new MaterialsSource(Samples.rawAes().open().materialProvidersKeyring(), "raw AES");
    private final SdkInstances instances = new SdkInstances();

    private SealingMaterials sealing(List<EncryptedDataKey> keys) {
        return sealing(source.encryptionMaterials(UNSIGNED, ORDERS), keys);
    }

    private SealingMaterials sealing(EncryptionMaterials materials, List<EncryptedDataKey> keys) {
        return new SealingMaterials(
                materials.toBuilder().encryptedDataKeys(keys).build(),
                (manager, payload) -> instances.encrypt(UNSIGNED, manager, payload),
                "raw AES");
    }

    /** Three lengths take 6 bytes beside these. A letter with an accent takes two bytes. */
    private static EncryptedDataKey key(String provider, int infoBytes, int ciphertextBytes) {
        return EncryptedDataKey.builder()
                .keyProviderId(provider)
                .keyProviderInfo(ByteBuffer.allocate(infoBytes))
                .ciphertext(ByteBuffer.allocate(ciphertextBytes))
                .build();
    }

    private void assertRefused(List<EncryptedDataKey> keys, String what) {
        assertThatThrownBy(() -> sealing(keys))
                .isInstanceOfSatisfying(
                        PermanentKeyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_FAILURE))
                .hasMessageContaining("The keyring raw AES gave " + what);
    }

    @Test
    @Requirement("M10")
    void encryptedDataKeysAreTakenUpToWhatReadersAccept() {
        EncryptedDataKey small = key("p", 1, 1);
        assertThat(sealing(Collections.nCopies(8, small)).toString()).contains("8 encrypted data keys");
        assertRefused(Collections.nCopies(9, small), "9 encrypted data keys");
        assertRefused(List.of(), "0 encrypted data keys of 0 bytes");

        assertThat(sealing(List.of(key("\u00E9", 100, 8192 - 6 - 2 - 100))).toString())
                .contains("1 encrypted data keys");
        assertRefused(List.of(key("\u00E9", 100, 8192 - 6 - 2 - 99)), "1 encrypted data keys of 8193 bytes");
        assertRefused(List.of(key("\u00E9", 101, 8192 - 6 - 2 - 100)), "1 encrypted data keys of 8193 bytes");
        assertRefused(List.of(small, key("p", 100, 8192 - 9 - 107 + 1)), "2 encrypted data keys of 8193 bytes");
    }

    @Test
    void theKeysOfMaterialsThatAreRefusedAreOverwritten() {
        EncryptionMaterials materials = source.encryptionMaterials(SIGNED, ORDERS);

        assertThatThrownBy(() -> sealing(materials, List.of())).isInstanceOf(PermanentKeyException.class);

        assertThat(materials.plaintextDataKey().array()).containsOnly(0);
        assertThat(materials.signingKey().array()).containsOnly(0);
    }

    @Test
    void theOverheadIsThatOfTheEncryptedDataKeysThatAreWritten() {
        for (List<EncryptedDataKey> keys :
                List.of(List.of(key("p", 0, 3)), List.of(key("\u00E9x", 20, 30), key("provider", 5, 700)))) {
            SealingMaterials sealing = sealing(keys);
            byte[] message = sealing.seal(Samples.PLAINTEXT);

            assertThat(EncryptionSdkMessage.parse(message).encryptedDataKeys()).hasSize(keys.size());
            assertThat(message).hasSize(sealing.overheadBytes(UNSIGNED) + Samples.PLAINTEXT.length);
        }
    }
}
