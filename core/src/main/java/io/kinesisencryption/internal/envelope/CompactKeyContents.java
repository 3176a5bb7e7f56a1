// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.MalformedEnvelopeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the key section of a COMPACT envelope says in its two parts of variable length. Only canonical bytes are accepted, so a context has one
 * encoding and nothing is ever encoded again to be compared. Immutable.
 *
 * @param encryptionContext the pairs, in the order of the envelope
 * @param encryptedDataKeys one to eight entries
 */
public record CompactKeyContents(Map<String, String> encryptionContext, List<EncryptedDataKeyEntry> encryptedDataKeys) {
    /** Copies what it is given. */
    public CompactKeyContents {
        encryptionContext = Collections.unmodifiableMap(new LinkedHashMap<>(encryptionContext));
        encryptedDataKeys = List.copyOf(encryptedDataKeys);
    }

    /** Reads the front of an envelope whose lengths {@link CompactLayout#read} has checked. */
    static CompactKeyContents parse(byte[] bytes) {
        BoundedReader in = new BoundedReader(bytes);
        in.skip(CompactLayout.CONTEXT_OFFSET, "fixed part");
        Map<String, String> context = readContext(bytes, in);
        return new CompactKeyContents(context, readEncryptedDataKeys(in));
    }

    private static Map<String, String> readContext(byte[] bytes, BoundedReader in) {
        int sizeBytes = in.unsignedShort("encryption context length");
        int end = in.position() + sizeBytes;
        int count = in.unsignedShort("encryption context count");
        Map<String, String> pairs = new LinkedHashMap<>();
        int previousStart = 0;
        int previousEnd = 0;
        for (int i = 0; i < count && in.position() <= end; i++) {
            int keyBytes = in.unsignedShort("context key length");
            int keyStart = in.position();
            String key = in.utf8(keyBytes, "context key");
            int keyEnd = in.position();
            if (i > 0 && Arrays.compareUnsigned(bytes, previousStart, previousEnd, bytes, keyStart, keyEnd) >= 0) {
                throw new MalformedEnvelopeException(
                        "The envelope's encryption context key %d is not after the one before it, by its bytes"
                                .formatted(i),
                        null);
            }
            previousStart = keyStart;
            previousEnd = keyEnd;
            pairs.put(key, in.utf8(in.unsignedShort("context value length"), "context value"));
        }
        if (in.position() != end) {
            throw new MalformedEnvelopeException(
                    "The envelope's encryption context of %d pairs does not fill its %d bytes exactly"
                            .formatted(count, sizeBytes),
                    null);
        }
        return pairs;
    }

    private static List<EncryptedDataKeyEntry> readEncryptedDataKeys(BoundedReader in) {
        int count = in.unsignedByte("encrypted data key count");
        List<EncryptedDataKeyEntry> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(in.encryptedDataKey());
        }
        return keys;
    }
}
