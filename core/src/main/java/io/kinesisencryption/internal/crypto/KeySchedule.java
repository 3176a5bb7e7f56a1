// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.DataKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * The key schedule of COMPACT: the record key and the commitment of a data key. Both depend on every byte of the context and of the encrypted data
 * keys, so a record needs to authenticate only 38 bytes of its header.
 *
 * <pre>
 * T   = SHA-512( u32 len(context) | context | u32 len(edks) | edks )
 * PRK = HKDF-Extract-SHA-512(salt = "kinesis-encryption/compact", IKM = data key)
 * K   = HKDF-Expand(PRK, "record-key" | 00 | version | suite | T, 32)
 * C   = HKDF-Expand(PRK, "commitment" | 00 | version | suite | T, 32)
 * </pre>
 */
final class KeySchedule {
    static final int KEY_BYTES = 32;

    private static final byte[] SALT = ascii("kinesis-encryption/compact");
    private static final byte[] RECORD_KEY = ascii("record-key");
    private static final byte[] COMMITMENT = ascii("commitment");

    private final JcaAlgorithms algorithms;
    private final Hkdf hkdf;

    KeySchedule(JcaAlgorithms algorithms) {
        this.algorithms = algorithms;
        this.hkdf = new Hkdf(algorithms, Hmac.SHA_512);
    }

    /** What a data key yields: the key of its records, for the caller to destroy, and the commitment to it. */
    static final class Derived {
        private final ErasableKey recordKey;
        private final byte[] commitment;

        private Derived(ErasableKey recordKey, byte[] commitment) {
            this.recordKey = recordKey;
            this.commitment = commitment;
        }

        ErasableKey recordKey() {
            return recordKey;
        }

        byte[] commitment() {
            return commitment;
        }
    }

    /**
     * Derives both.
     *
     * @param dataKey the data key; stays the caller's to close
     * @param section the key section; its commitment plays no part
     */
    Derived derive(DataKey dataKey, CompactKeySection section) {
        try {
            byte[] transcript = transcript(section);
            ErasableKey prk = hkdf.extract(SALT, dataKey.bytes());
            try {
                byte[] commitment = hkdf.expand(prk, info(COMMITMENT, transcript), CompactLayout.COMMITMENT_BYTES);
                byte[] recordKey = hkdf.expand(prk, info(RECORD_KEY, transcript), KEY_BYTES);
                return new Derived(new ErasableKey("AES", recordKey), commitment);
            } finally {
                prk.destroy();
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JCA provider failed to derive a key", e);
        }
    }

    private byte[] transcript(CompactKeySection section) throws GeneralSecurityException {
        MessageDigest digest = algorithms.sha512();
        for (byte[] part : new byte[][] {section.context(), section.encryptedDataKeys()}) {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
            digest.update(part);
        }
        return digest.digest();
    }

    private static byte[] info(byte[] label, byte[] transcript) {
        return ByteBuffer.allocate(label.length + 3 + transcript.length)
                .put(label)
                .put((byte) 0)
                .put((byte) CompactLayout.VERSION)
                .put((byte) CompactLayout.SUITE.id())
                .put(transcript)
                .array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
