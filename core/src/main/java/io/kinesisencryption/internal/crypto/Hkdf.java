// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * HKDF with a hash of the SHA-2 family. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5869">RFC 5869</a>
 */
final class Hkdf {
    private static final int MAX_BLOCKS = 255;

    private final JcaAlgorithms algorithms;
    private final Hmac hmac;

    Hkdf(JcaAlgorithms algorithms, Hmac hmac) {
        this.algorithms = algorithms;
        this.hmac = hmac;
    }

    /**
     * HKDF-Extract.
     *
     * @param salt any bytes; none stands for as many zeros as the hash is long, as the RFC says
     * @param inputKey the input keying material
     * @return the pseudorandom key, for the caller to destroy
     */
    ErasableKey extract(byte[] salt, byte[] inputKey) throws GeneralSecurityException {
        Mac mac = algorithms.hmac(hmac);
        // JCA has no empty keys. HMAC pads with zeros, so these are the same.
        mac.init(new ErasableKey(hmac.algorithm(), salt.length == 0 ? new byte[hmac.sizeBytes()] : salt.clone()));
        return new ErasableKey(hmac.algorithm(), mac.doFinal(inputKey));
    }

    /**
     * HKDF-Expand.
     *
     * @param pseudorandomKey what {@link #extract} returned
     * @param info what the output is for
     * @param length 1 to 255 times the size of the hash, in bytes
     * @return the output keying material
     */
    byte[] expand(ErasableKey pseudorandomKey, byte[] info, int length) throws GeneralSecurityException {
        if (length < 1 || length > MAX_BLOCKS * hmac.sizeBytes()) {
            throw new IllegalArgumentException("HKDF with %s yields 1 to %d bytes, not %d"
                    .formatted(hmac.algorithm(), MAX_BLOCKS * hmac.sizeBytes(), length));
        }
        Mac mac = algorithms.hmac(hmac);
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
