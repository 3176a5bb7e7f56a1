// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErasableKeyTest {
    private final SeededRandom random = SeededRandom.create();

    /** Of a size that has fields, or of one that has an array. */
    private static ErasableKey key(byte[] bytes) {
        return bytes.length == 32 ? ErasableKey.aes256(bytes) : ErasableKey.of("AES", bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, 64})
    void aCipherGetsTheBytesInAnArrayOfItsOwn(int sizeBytes) {
        byte[] bytes = random.bytes(sizeBytes);
        byte[] before = bytes.clone();
        ErasableKey key = key(bytes);
        assertThat(key.getEncoded()).as(random.toString()).isEqualTo(before);
        Arrays.fill(key.getEncoded(), (byte) 0);

        assertThat(key.getEncoded()).as(random.toString()).isEqualTo(before);
        assertThat(key.getAlgorithm()).isEqualTo("AES");
        assertThat(key.getFormat()).isEqualTo("RAW");
        assertThat(key.isDestroyed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, 64})
    void aDestroyedKeyGivesAnErrorInsteadOfZeros(int sizeBytes) {
        byte[] bytes = random.bytes(sizeBytes);
        ErasableKey key = key(bytes);
        key.destroy();
        key.destroy();

        assertThat(bytes).containsOnly(0);
        assertThat(key.isDestroyed()).isTrue();
        assertThatIllegalStateException().isThrownBy(key::getEncoded);
    }

    @Test
    void theArrayThatAKeyOfAesWasMadeOfIsOverwrittenAtOnceAndItsFieldsWhenItIsDestroyed() throws Exception {
        byte[] bytes = random.bytes(32);
        ErasableKey key = ErasableKey.aes256(bytes);
        assertThat(bytes).containsOnly(0);
        key.destroy();

        int words = 0;
        for (Field field : key.getClass().getDeclaredFields()) {
            if (field.getName().matches("first|second|third|fourth")) {
                field.setAccessible(true);
                assertThat(field.getLong(key)).as(field.getName()).isZero();
                words++;
            }
        }
        assertThat(words).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 31, 33, 64})
    void aKeyOfAesOfAnotherSizeIsRefused(int sizeBytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErasableKey.aes256(new byte[sizeBytes]))
                .withMessage("A key of AES-256 has 32 bytes, not " + sizeBytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32})
    void aKeyIsNeitherPrintedNorWritten(int sizeBytes) throws Exception {
        ErasableKey key = key(random.bytes(sizeBytes));

        assertThat(key.toString()).isEqualTo("AES key");
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(key)).isInstanceOf(NotSerializableException.class);
        }
    }
}
