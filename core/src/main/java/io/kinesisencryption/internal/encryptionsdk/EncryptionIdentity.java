// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.suite.AlgorithmSuite;
import java.util.Map;

/**
 * Which data key encrypts: one for each suite and encryption context.
 *
 * @param suite a suite of the Encryption SDK
 * @param encryptionContext all pairs that the writer binds; an immutable map is not copied
 */
record EncryptionIdentity(AlgorithmSuite suite, Map<String, String> encryptionContext) {
    EncryptionIdentity {
        encryptionContext = Map.copyOf(encryptionContext);
    }

    /** The most bytes that the context takes in a message: a char has three bytes of UTF-8 at most, and a pair two lengths. */
    int maxContextBytes() {
        int size = 2;
        for (Map.Entry<String, String> pair : encryptionContext.entrySet()) {
            size += 4 + 3 * (pair.getKey().length() + pair.getValue().length());
        }
        return size;
    }
}
