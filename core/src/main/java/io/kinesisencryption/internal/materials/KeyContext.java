// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.HashMap;
import java.util.Map;

/**
 * The encryption context that a keyring is given: the pairs on the wire, and for COMPACT one that is not on the wire and marks the format. So the
 * key service itself refuses to open a data key that was made for another format, and its policies and logs can tell the formats apart.
 */
public final class KeyContext {
    private static final String COMPACT_1 = "compact-1";

    private KeyContext() {}

    /**
     * Adds what marks a format.
     *
     * @param format the envelope format of the record
     * @param wirePairs the pairs on the wire
     * @return an immutable map
     * @throws ContextMismatchException if the wire holds a pair that only the key service may see, or one of the Encryption SDK's own in a format
     *     that is not the SDK's
     */
    public static Map<String, String> of(EnvelopeFormat format, Map<String, String> wirePairs) {
        if (wirePairs.containsKey(ContextNames.ENVELOPE)) {
            throw refusal("carries the pair '%s', which is never on the wire".formatted(ContextNames.ENVELOPE));
        }
        if (format == EnvelopeFormat.AWS_ENCRYPTION_SDK) {
            return Map.copyOf(wirePairs);
        }
        checkNotOfTheSdk(wirePairs);
        Map<String, String> pairs = new HashMap<>(wirePairs);
        pairs.put(ContextNames.ENVELOPE, COMPACT_1);
        return Map.copyOf(pairs);
    }

    /** Refuses the Encryption SDK's own pairs in a format that is not the SDK's. */
    static void checkNotOfTheSdk(Map<String, String> wirePairs) {
        for (String key : wirePairs.keySet()) {
            if (key.startsWith(ContextNames.SDK_PREFIX)) {
                throw refusal("has a key that begins with '%s', which is the Encryption SDK's"
                        .formatted(ContextNames.SDK_PREFIX));
            }
        }
    }

    private static ContextMismatchException refusal(String what) {
        return new ContextMismatchException(
                ErrorCode.CONTEXT_MISMATCH, "The record's encryption context " + what, null);
    }
}
