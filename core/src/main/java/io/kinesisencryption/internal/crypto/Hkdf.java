// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * HKDF with SHA-512. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5869">RFC 5869</a>
 */
final class Hkdf {
    static final int HASH_BYTES = 64;
    private static final int MAX_BLOCKS = 255;

    private final JcaAlgorithms algorithms;

    Hkdf(JcaAlgorithms algorithms) {
        this.algorithms = algorithms;
    }

    /**
     * HKDF-Extract.
     *
     * @param salt any bytes; none stands for 64 zeros, as the RFC says
     * @param inputKey the input keying material
     * @return the pseudorandom key, for the caller to destroy
     */
    ErasableKey extract(byte[] salt, byte[] inputKey) throws GeneralSecurityException {
        Mac mac = algorithms.hmac();
        // JCA has no empty keys. HMAC pads with zeros, so these are the same.
        mac.init(new ErasableKey(JcaAlgorithms.HMAC, salt.length == 0 ? new byte[HASH_BYTES] : salt.clone()));
        return new ErasableKey(JcaAlgorithms.HMAC, mac.doFinal(inputKey));
    }

    /**
     * HKDF-Expand.
     *
     * @param pseudorandomKey what {@link #extract} returned
     * @param info what the output is for
     * @param length 1 to 16,320 bytes
     * @return the output keying material
     */
    byte[] expand(ErasableKey pseudorandomKey, byte[] info, int length) throws GeneralSecurityException {
        if (length < 1 || length > MAX_BLOCKS * HASH_BYTES) {
            throw new IllegalArgumentException(
                    "HKDF-SHA-512 yields 1 to %d bytes, not %d".formatted(MAX_BLOCKS * HASH_BYTES, length));
        }
        Mac mac = algorithms.hmac();
        mac.init(pseudorandomKey);
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        int done = 0;
        for (int i = 1; done < length; i++) {
            mac.update(block);
            mac.update(info);
            mac.update((byte) i);
            Arrays.fill(block, (byte) 0);
            block = mac.doFinal();
            int taken = Math.min(block.length, length - done);
            System.arraycopy(block, 0, output, done, taken);
            done += taken;
        }
        Arrays.fill(block, (byte) 0);
        return output;
    }
}
