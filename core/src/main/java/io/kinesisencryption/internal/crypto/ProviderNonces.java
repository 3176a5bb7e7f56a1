// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.spec.InvalidParameterSpecException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** Takes the nonce that the cipher generated. */
final class ProviderNonces implements NonceSource {
    @Override
    public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset)
            throws InvalidKeyException, InvalidAlgorithmParameterException, InvalidParameterSpecException {
        cipher.init(Cipher.ENCRYPT_MODE, key);
        byte[] nonce = cipher.getIV();
        int tagBits =
                cipher.getParameters().getParameterSpec(GCMParameterSpec.class).getTLen();
        if (nonce == null || nonce.length != SIZE_BYTES || tagBits != TAG_BITS) {
            throw new InvalidAlgorithmParameterException(
                    "The provider generates a nonce of %d bytes for a tag of %d bits; COMPACT takes %d and %d"
                            .formatted(nonce == null ? 0 : nonce.length, tagBits, SIZE_BYTES, TAG_BITS));
        }
        System.arraycopy(nonce, 0, out, offset, SIZE_BYTES);
    }

    @Override
    public void discardAll() {
        // Nothing is made ahead.
    }
}
