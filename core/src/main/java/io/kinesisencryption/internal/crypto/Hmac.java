// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

/** The keyed hashes that are used here. */
enum Hmac {
    SHA_256("HmacSHA256", 32),
    SHA_512("HmacSHA512", 64);

    private final String algorithm;
    private final int sizeBytes;

    Hmac(String algorithm, int sizeBytes) {
        this.algorithm = algorithm;
        this.sizeBytes = sizeBytes;
    }

    /** The name in JCA. */
    String algorithm() {
        return algorithm;
    }

    int sizeBytes() {
        return sizeBytes;
    }
}
