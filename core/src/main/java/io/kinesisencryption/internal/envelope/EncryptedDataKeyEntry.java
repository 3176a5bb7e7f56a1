// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A data key as it was encrypted under one wrapping key.
 *
 * @param providerId the provider of the wrapping key, for example {@code aws-kms}
 * @param providerInfo what the provider needs to find the key: a key ARN, or a key name with more behind it; read-only
 * @param ciphertext the encrypted data key; read-only
 */
public record EncryptedDataKeyEntry(String providerId, ByteBuffer providerInfo, ByteBuffer ciphertext) {
    /** Makes the buffers read-only. */
    public EncryptedDataKeyEntry {
        providerInfo = providerInfo.asReadOnlyBuffer();
        ciphertext = ciphertext.asReadOnlyBuffer();
    }

    /** A view of its own for each caller, so that no caller's reading moves another's position. */
    @Override
    public ByteBuffer providerInfo() {
        return providerInfo.duplicate();
    }

    /** A view of its own for each caller, so that no caller's reading moves another's position. */
    @Override
    public ByteBuffer ciphertext() {
        return ciphertext.duplicate();
    }

    /**
     * The provider and the key, for messages. Only the printable part: a raw AES key's name is followed by its nonce, and nothing here is
     * authenticated.
     *
     * @return for example {@code aws-kms arn:aws:kms:eu-west-1:111122223333:key/…}
     */
    public String wrappingKeyName() {
        return printablePrefix(providerId) + " "
                + printablePrefix(
                        StandardCharsets.US_ASCII.decode(providerInfo()).toString());
    }

    private static String printablePrefix(String text) {
        int end = 0;
        while (end < Math.min(text.length(), 256) && text.charAt(end) > ' ' && text.charAt(end) < 0x7F) {
            end++;
        }
        return text.substring(0, end);
    }
}
