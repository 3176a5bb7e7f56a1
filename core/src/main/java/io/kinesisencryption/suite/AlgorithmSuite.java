// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.suite;

/**
 * A set of algorithms that belong together: cipher, key derivation, commitment and signature.
 *
 * @see <a href="https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/algorithms-reference.html">Algorithms reference</a>
 */
public enum AlgorithmSuite {
    /** AES-256-GCM, HKDF with SHA-512, key commitment, no signature: the default. */
    AES_256_GCM_HKDF_SHA512_COMMIT_KEY(0x0478);

    private final int id;

    AlgorithmSuite(int id) {
        this.id = id;
    }

    /**
     * The number of the suite on the wire.
     *
     * @return two bytes, as an unsigned number
     */
    public int id() {
        return id;
    }
}
