// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.envelope.SeededHash;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which data key decrypts a message: everything in its header that a keyring and the materials manager look at. Two messages with the same identity
 * have the same data key and, if they are signed, the same verification key, which is a pair of the context. Immutable.
 */
final class DecryptionIdentity {
    private final AlgorithmSuite suite;
    private final List<EncryptedDataKeyEntry> encryptedDataKeys;
    private final Map<String, String> encryptionContext;
    private final int hash;

    private DecryptionIdentity(
            AlgorithmSuite suite,
            List<EncryptedDataKeyEntry> encryptedDataKeys,
            Map<String, String> encryptionContext,
            int hash) {
        this.suite = suite;
        this.encryptedDataKeys = encryptedDataKeys;
        this.encryptionContext = encryptionContext;
        this.hash = hash;
    }

    /** The identity of a message, for a look-up. */
    static DecryptionIdentity of(EncryptionSdkMessage message) {
        List<EncryptedDataKeyEntry> keys = message.encryptedDataKeys();
        // All of them, because a load may succeed that was given garbage beside the one that opens; the rest is
        // compared, not hashed.
        long hash = 0;
        for (EncryptedDataKeyEntry key : keys) {
            hash = SeededHash.add(hash, key.ciphertext());
        }
        return new DecryptionIdentity(message.suite(), keys, message.encryptionContext(), Long.hashCode(hash));
    }

    /** An equal one in maps and lists that take less memory, to be kept. */
    DecryptionIdentity kept() {
        return new DecryptionIdentity(suite, List.copyOf(encryptedDataKeys), Map.copyOf(encryptionContext), hash);
    }

    AlgorithmSuite suite() {
        return suite;
    }

    List<EncryptedDataKeyEntry> encryptedDataKeys() {
        return encryptedDataKeys;
    }

    Map<String, String> encryptionContext() {
        return encryptionContext;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DecryptionIdentity that
                && hash == that.hash
                && suite == that.suite
                && encryptedDataKeys.equals(that.encryptedDataKeys)
                && encryptionContext.equals(that.encryptionContext);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The wrapping keys only, cut to what can be printed: nothing here is authenticated. */
    @Override
    public String toString() {
        return "DecryptionIdentity[" + suite + ", "
                + encryptedDataKeys.stream()
                        .map(EncryptedDataKeyEntry::wrappingKeyName)
                        .toList()
                + "]";
    }
}
