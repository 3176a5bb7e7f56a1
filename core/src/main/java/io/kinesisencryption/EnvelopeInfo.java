// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.internal.envelope.CompactEnvelope;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.WrappingKeys;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.List;
import java.util.Map;

/**
 * What anybody can see of an encrypted record without a key. None of it is authenticated: it serves diagnosis, never a decision. Immutable.
 *
 * @param format the envelope format
 * @param suite the algorithm suite
 * @param encryptionContext the pairs that the record claims to be bound to
 * @param wrappingKeys the wrapping keys that its data key claims to be encrypted under, as provider and key
 * @param headerSizeBytes the bytes before the ciphertext, all of them in the clear
 * @param payloadSizeBytes the size of the plaintext
 */
public record EnvelopeInfo(
        EnvelopeFormat format,
        AlgorithmSuite suite,
        Map<String, String> encryptionContext,
        List<String> wrappingKeys,
        int headerSizeBytes,
        int payloadSizeBytes) {
    /** How many bytes of the front {@link #recognises} looks at. */
    public static final int RECOGNISED_BYTES = 3;

    /** Copies what it is given. */
    public EnvelopeInfo {
        encryptionContext = Map.copyOf(encryptionContext);
        wrappingKeys = List.copyOf(wrappingKeys);
    }

    /**
     * Whether bytes begin like an envelope of either format, of any version. Bytes that do are never plaintext: what does not parse of them is
     * an error.
     *
     * @param data the data of a Kinesis record, or the first {@link #RECOGNISED_BYTES} bytes of it if it is longer; not changed and not kept
     * @return false if {@link RecordDecryptor#decrypt} would call them plaintext
     */
    public static boolean recognises(byte[] data) {
        return CompactLayout.recognises(data) || EncryptionSdkMessage.recognises(data);
    }

    /**
     * Reads the header of an encrypted record.
     *
     * @param data the data of a Kinesis record; not changed and not kept
     * @return what it says of itself
     * @throws PlaintextRecordException if it does not begin like an envelope
     * @throws KinesisEncryptionException if it is malformed, or of a version or suite that is not supported
     */
    public static EnvelopeInfo read(byte[] data) {
        if (CompactLayout.recognises(data)) {
            CompactEnvelope envelope = CompactEnvelope.parse(data);
            return new EnvelopeInfo(
                    EnvelopeFormat.COMPACT,
                    CompactLayout.SUITE,
                    envelope.encryptionContext(),
                    WrappingKeys.namesOf(envelope.encryptedDataKeys()),
                    envelope.layout().ciphertextOffset(),
                    envelope.layout().payloadSizeBytes());
        }
        if (!EncryptionSdkMessage.recognises(data)) {
            throw new PlaintextRecordException("The %d bytes are not an envelope".formatted(data.length), null);
        }
        EncryptionSdkMessage layout = EncryptionSdkMessage.parse(data);
        return new EnvelopeInfo(
                EnvelopeFormat.AWS_ENCRYPTION_SDK,
                layout.suite(),
                layout.encryptionContext(),
                WrappingKeys.namesOf(layout.encryptedDataKeys()),
                layout.headerSizeBytes(),
                layout.payloadSizeBytes());
    }
}
