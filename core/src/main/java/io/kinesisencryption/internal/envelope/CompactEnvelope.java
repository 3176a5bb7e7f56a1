// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that one COMPACT envelope says before its nonce, read without any key. What it says is not authenticated: it decides only whether a key is
 * worth asking for. Only canonical bytes are accepted, so a context has one encoding and nothing is ever encoded again to be compared. Immutable.
 *
 * @param layout where the parts are in the envelope
 * @param keySection the identity of its key: a copy, which may be kept
 * @param encryptionContext the pairs, in the order of the envelope
 * @param encryptedDataKeys one to eight entries
 */
public record CompactEnvelope(
        CompactLayout layout,
        CompactKeySection keySection,
        Map<String, String> encryptionContext,
        List<EncryptedDataKeyEntry> encryptedDataKeys) {
    /** Copies what it is given. */
    public CompactEnvelope {
        encryptionContext = Collections.unmodifiableMap(new LinkedHashMap<>(encryptionContext));
        encryptedDataKeys = List.copyOf(encryptedDataKeys);
    }

    /**
     * Reads an envelope.
     *
     * @param bytes the data of a Kinesis record that {@link CompactLayout#recognises} accepts; not changed and not kept
     * @return what it says
     * @throws UnsupportedEnvelopeException if the version, the suite or a flag is not known
     * @throws MalformedEnvelopeException if the bytes break the format or a bound, or are not canonical
     */
    public static CompactEnvelope parse(byte[] bytes) {
        return parse(bytes, CompactLayout.read(bytes));
    }

    /**
     * Reads the rest of an envelope whose lengths are known.
     *
     * @param bytes the envelope; not changed and not kept
     * @param layout what {@link CompactLayout#read} said of it
     * @return what it says
     * @throws MalformedEnvelopeException if the bytes break the format or are not canonical
     */
    public static CompactEnvelope parse(byte[] bytes, CompactLayout layout) {
        CompactKeyContents contents = CompactKeyContents.parse(bytes);
        return new CompactEnvelope(
                layout,
                CompactKeySection.viewOf(bytes, layout).copy(),
                contents.encryptionContext(),
                contents.encryptedDataKeys());
    }
}
