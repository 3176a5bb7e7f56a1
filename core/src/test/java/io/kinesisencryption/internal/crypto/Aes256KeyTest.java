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
import java.util.Arrays;
import java.util.Map;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Aes256KeyTest {
    private final SeededRandom random = SeededRandom.create();
    private final JcaAlgorithms algorithms = new JcaAlgorithms(null);
    private final NonceSource nonces = NonceSource.random((sweep, delayNanos) -> {});
    private final RecordKeys keys = new RecordKeys(new FakeKeyService(random), null, nonces);

    private Aes256Key key(byte[] bytes) {
        return new RecordKey(
                keys.generate(Map.of()).section(), Map.of(), bytes, new CipherPool(algorithms), nonces, "provider");
    }

    @Test
    void aCipherGetsTheBytesThatWereTakenOverWhichAreThenOverwritten() {
        byte[] bytes = random.bytes(32);
        byte[] copy = bytes.clone();
        SecretKey key = key(bytes).secretKey();

        assertThat(bytes).containsOnly(0);
        assertThat(key.getEncoded()).as(random.toString()).isEqualTo(copy);
        assertThat(key.getAlgorithm()).isEqualTo("AES");
        assertThat(key.getFormat()).isEqualTo("RAW");
        assertThat(key.isDestroyed()).isFalse();
    }

    @Test
    void whatACipherGetsIsItsOwnToOverwrite() {
        SecretKey key = key(random.bytes(32)).secretKey();
        byte[] before = key.getEncoded();
        Arrays.fill(key.getEncoded(), (byte) 0);

        assertThat(key.getEncoded()).isEqualTo(before);
    }

    @Test
    void anOverwrittenKeyGivesAnErrorInsteadOfZerosAndStaysSo() {
        Aes256Key owner = key(random.bytes(32));
        SecretKey before = owner.secretKey();
        owner.overwrite();
        owner.overwrite();

        assertThat(owner.isOverwritten()).isTrue();
        assertThat(before.isDestroyed()).isTrue();
        assertThatIllegalStateException().isThrownBy(before::getEncoded);
        assertThatIllegalStateException().isThrownBy(owner.secretKey()::getEncoded);
    }

    @Test
    void nothingOfTheBytesIsLeftInAnOverwrittenKey() throws Exception {
        Aes256Key key = key(random.bytes(32));
        key.overwrite();
        for (String field : new String[] {"first", "second", "third", "fourth"}) {
            var word = Aes256Key.class.getDeclaredField(field);
            word.setAccessible(true);
            assertThat(word.getLong(key)).as(field).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 31, 33, 64})
    void anotherSizeIsRefused(int sizeBytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> key(new byte[sizeBytes]))
                .withMessage("A key of AES-256 has 32 bytes, not " + sizeBytes);
    }

    @Test
    void aKeyIsNeitherPrintedNorWritten() throws Exception {
        SecretKey key = key(random.bytes(32)).secretKey();

        assertThat(key.toString()).isEqualTo("AES key");
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(key)).isInstanceOf(NotSerializableException.class);
        }
    }
}
