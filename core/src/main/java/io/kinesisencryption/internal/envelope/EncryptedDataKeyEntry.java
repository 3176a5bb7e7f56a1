// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import java.nio.ByteBuffer;

/**
 * Whose wrapping key encrypted a data key.
 *
 * @param providerId the provider of the wrapping key, for example {@code aws-kms}
 * @param providerInfo what the provider needs to find the key: a key ARN, or a key name with more behind it; read-only
 * @param ciphertextSizeBytes the size of the encrypted data key
 */
public record EncryptedDataKeyEntry(String providerId, ByteBuffer providerInfo, int ciphertextSizeBytes) {
    /** Makes the provider info read-only. */
    public EncryptedDataKeyEntry {
        providerInfo = providerInfo.asReadOnlyBuffer();
    }

    /** A view of its own for each caller, so that no caller's reading moves another's position. */
    @Override
    public ByteBuffer providerInfo() {
        return providerInfo.duplicate();
    }
}
