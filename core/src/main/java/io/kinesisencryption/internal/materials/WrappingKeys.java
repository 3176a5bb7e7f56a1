// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiPredicate;

/** The wrapping keys of a record, as they are known without asking a key service. */
public final class WrappingKeys {
    private WrappingKeys() {}

    /**
     * Refuses a record none of whose wrapping keys is configured, before a key service is asked.
     *
     * @param encryptedDataKeys the record's
     * @param recognises whether a wrapping key, by its provider's id and info, is one that is configured here
     * @param keyringName what errors call the keyring
     * @throws PermanentKeyException with {@link ErrorCode#KEY_NOT_CONFIGURED} if none is
     */
    public static void requireConfigured(
            List<EncryptedDataKeyEntry> encryptedDataKeys,
            BiPredicate<String, ByteBuffer> recognises,
            String keyringName) {
        for (EncryptedDataKeyEntry key : encryptedDataKeys) {
            if (recognises.test(key.providerId(), key.providerInfo())) {
                return;
            }
        }
        throw new PermanentKeyException(
                ErrorCode.KEY_NOT_CONFIGURED,
                "The record was sealed under %s, and this reader's keyring is %s"
                        .formatted(namesOf(encryptedDataKeys), keyringName),
                null);
    }

    /**
     * The names of wrapping keys, for messages and diagnosis.
     *
     * @param encryptedDataKeys a record's
     * @return a name for each, as {@link EncryptedDataKeyEntry#wrappingKeyName} gives it
     */
    public static List<String> namesOf(List<EncryptedDataKeyEntry> encryptedDataKeys) {
        return encryptedDataKeys.stream()
                .map(EncryptedDataKeyEntry::wrappingKeyName)
                .toList();
    }
}
