// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SecretBytesTest {
    private static final byte[] KEY = {1, 2, 3, 4};

    /** A part of a larger array, as a library may hand it out: offset 2, and of that what lies from position 1 to 5. */
    private static ByteBuffer partOf(byte[] array) {
        return ByteBuffer.wrap(array, 2, 6).slice().position(1).limit(5);
    }

    @Test
    void aKeyThatIsTakenOverIsOverwrittenWhereItWasAndNothingBehindIt() {
        byte[] array = {9, 9, 8, 1, 2, 3, 4, 9, 9, 9};
        ByteBuffer handedOut = partOf(array);

        SecretBytes secret = SecretBytes.takeOver(handedOut);

        assertThat(secret.copy()).isEqualTo(KEY);
        assertThat(array).isEqualTo(new byte[] {9, 9, 0, 0, 0, 0, 0, 9, 9, 9});
        assertThat(handedOut.remaining()).as("not read away under the library").isEqualTo(4);
    }

    @Test
    void whatCannotBeOverwrittenIsLeftAlone() {
        byte[] array = KEY.clone();
        SecretBytes secret = SecretBytes.takeOver(ByteBuffer.wrap(array).asReadOnlyBuffer());
        SecretBytes.erase(null);

        assertThat(secret.copy()).isEqualTo(KEY);
        assertThat(array).isEqualTo(KEY);
    }

    @Test
    void aCopyIsTheCallersOwn() {
        SecretBytes secret = SecretBytes.takeOver(ByteBuffer.wrap(KEY.clone()));
        secret.copy()[0] = 7;

        assertThat(secret.copy()).isEqualTo(KEY).isNotSameAs(secret.copy());
    }

    /** Encrypting under zeros is worse than not encrypting. */
    @Test
    void aDestroyedKeyIsZeroAndRefused() {
        SecretBytes secret = SecretBytes.takeOver(ByteBuffer.wrap(KEY.clone()));
        secret.destroy();

        assertThat(secret.array()).isEqualTo(new byte[4]);
        assertThatIllegalStateException().isThrownBy(secret::copy);
        assertThat(secret).hasToString("SecretBytes[4 bytes]");
    }
}
