// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.internal.materials.KeyServiceCalls;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

/**
 * A keyring whose calls of a key service cannot be seen: each time that it is asked counts as one, and waits until the load that asks may make it.
 * Thread-safe as far as the keyring inside is.
 */
public final class LimitedKeyring implements IKeyring {
    private final IKeyring keyring;

    /**
     * Makes one.
     *
     * @param keyring what is asked
     */
    public LimitedKeyring(IKeyring keyring) {
        this.keyring = keyring;
    }

    @Override
    public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
        KeyServiceCalls.begin();
        return keyring.OnEncrypt(input);
    }

    @Override
    public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
        KeyServiceCalls.begin();
        return keyring.OnDecrypt(input);
    }
}
