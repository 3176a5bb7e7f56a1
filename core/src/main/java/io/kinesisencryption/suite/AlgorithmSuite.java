// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.suite;

/**
 * A set of algorithms that belong together: cipher, key derivation, commitment and signature. Each envelope format numbers its own suites.
 *
 * @see <a href="https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/algorithms-reference.html">Algorithms reference</a>
 */
public enum AlgorithmSuite {
    /** AES-256-GCM, HKDF with SHA-512, key commitment, no signature: the default of {@link EnvelopeFormat#AWS_ENCRYPTION_SDK}. */
    AES_256_GCM_HKDF_SHA512_COMMIT_KEY(EnvelopeFormat.AWS_ENCRYPTION_SDK, 0x0478, false),

    /**
     * As the one above, with an ECDSA signature over curve P-384 behind the last frame. Its public key is a pair of the encryption context, so
     * whoever can only decrypt data keys cannot forge a record. A signature costs milliseconds, a hundred times what the rest does.
     */
    AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384(EnvelopeFormat.AWS_ENCRYPTION_SDK, 0x0578, true),

    /**
     * AES-256-GCM, HKDF with SHA-512, key commitment, no signature: the one suite of {@link EnvelopeFormat#COMPACT}. The same primitives, but one
     * key for all records of a data key and other labels, so no key or commitment of it can be one of the other.
     */
    COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY(EnvelopeFormat.COMPACT, 0x01, false);

    private final EnvelopeFormat format;
    private final int id;
    private final boolean signed;

    AlgorithmSuite(EnvelopeFormat format, int id, boolean signed) {
        this.format = format;
        this.id = id;
        this.signed = signed;
    }

    /**
     * The envelope format that has this suite.
     *
     * @return the format, in which {@link #id()} is unique
     */
    public EnvelopeFormat format() {
        return format;
    }

    /**
     * The number of the suite on the wire: two bytes in an Encryption SDK message, one in COMPACT.
     *
     * @return an unsigned number, unique among the suites of {@link #format()} only
     */
    public int id() {
        return id;
    }

    /**
     * Whether each record carries a signature, which only a holder of a key that may generate data keys can make.
     *
     * @return false for suites whose records every reader could forge
     */
    public boolean signed() {
        return signed;
    }
}
