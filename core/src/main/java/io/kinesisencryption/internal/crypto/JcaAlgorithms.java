// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * The three algorithms of the suite, each from the provider that was chosen once: everything that touches a secret from the one that was asked
 * for, or from the JVM's order if none was. Thread-safe.
 */
final class JcaAlgorithms {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String DIGEST = "SHA-512";

    private final Provider ciphers;
    private final Provider macs;
    private final Provider digests;

    /**
     * Chooses providers.
     *
     * @param provider the one for ciphers and HMACs, or null for the JVM's order; SHA-512, which sees nothing secret, may come from another
     * @throws IllegalArgumentException if the provider lacks an algorithm
     */
    JcaAlgorithms(@Nullable Provider provider) {
        try {
            this.ciphers = provider == null ? Cipher.getInstance(CIPHER).getProvider() : provider;
            this.macs =
                    provider == null ? Mac.getInstance(Hmac.SHA_512.algorithm()).getProvider() : provider;
            this.digests = provider != null && provider.getService("MessageDigest", DIGEST) != null
                    ? provider
                    : MessageDigest.getInstance(DIGEST).getProvider();
            gcm();
            hmac(Hmac.SHA_512);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "%s does not offer %s and %s"
                            .formatted(
                                    provider == null ? "This JVM" : "The JCA provider " + provider.getName(),
                                    CIPHER,
                                    Hmac.SHA_512.algorithm()),
                    e);
        }
    }

    Cipher gcm() throws GeneralSecurityException {
        return Cipher.getInstance(CIPHER, ciphers);
    }

    Mac hmac(Hmac hmac) throws NoSuchAlgorithmException {
        return Mac.getInstance(hmac.algorithm(), macs);
    }

    MessageDigest sha512() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance(DIGEST, digests);
    }

    /** The provider of ciphers, for messages. */
    String name() {
        return ciphers.getName();
    }
}
