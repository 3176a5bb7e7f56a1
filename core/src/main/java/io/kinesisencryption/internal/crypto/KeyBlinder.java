// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;

/**
 * Makes pseudonyms of partition keys and explicit hash keys: the same for the same key, and of no use to whoever lacks the secret. Thread-safe.
 */
public final class KeyBlinder implements AutoCloseable {
    /** The least size of a root in bytes. */
    public static final int MIN_ROOT_BYTES = 32;

    /** The size of a partition key's pseudonym, in characters and in bytes of UTF-8. */
    public static final int PSEUDONYM_CHARS = 22;

    private static final int KEY_BYTES = 32;
    private static final int PSEUDONYM_BYTES = 16;
    private static final byte[] KEY_LABEL = "ke-blind/1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARTITION_KEY_LABEL = {'p', 'k', 0};
    private static final byte[] EXPLICIT_HASH_KEY_LABEL = {'e', 'h', 'k', 0};

    private static final JcaAlgorithms ALGORITHMS = new JcaAlgorithms(null);

    private final ErasableKey key;

    /**
     * Derives the key of the pseudonyms.
     *
     * @param root at least {@value #MIN_ROOT_BYTES} secret random bytes; not kept and not changed
     * @throws IllegalArgumentException if they are fewer
     */
    public KeyBlinder(byte[] root) {
        if (root.length < MIN_ROOT_BYTES) {
            throw new IllegalArgumentException("The blinding secret has %d bytes; it must have at least %d random ones"
                    .formatted(root.length, MIN_ROOT_BYTES));
        }
        Hkdf hkdf = new Hkdf(ALGORITHMS, Hmac.SHA_256);
        try {
            ErasableKey pseudorandomKey = hkdf.extract(new byte[0], root);
            try {
                this.key =
                        new ErasableKey(Hmac.SHA_256.algorithm(), hkdf.expand(pseudorandomKey, KEY_LABEL, KEY_BYTES));
            } finally {
                pseudorandomKey.destroy();
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JCA provider failed to derive a key", e);
        }
    }

    /**
     * The pseudonym of a partition key.
     *
     * @param partitionKey the application's
     * @return 22 characters of base64url
     * @throws IllegalStateException if this is closed
     */
    public String partitionKey(String partitionKey) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(pseudonym(PARTITION_KEY_LABEL, partitionKey));
    }

    /**
     * The pseudonym of an explicit hash key.
     *
     * @param explicitHashKey the application's
     * @return a decimal number of 128 bits
     * @throws IllegalStateException if this is closed
     */
    public String explicitHashKey(String explicitHashKey) {
        return new BigInteger(1, pseudonym(EXPLICIT_HASH_KEY_LABEL, explicitHashKey)).toString();
    }

    private byte[] pseudonym(byte[] label, String text) {
        try {
            Mac mac = ALGORITHMS.hmac(Hmac.SHA_256);
            mac.init(key);
            mac.update(label);
            return Arrays.copyOf(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)), PSEUDONYM_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JCA provider failed to compute a pseudonym", e);
        }
    }

    /** Overwrites the key. Closing twice does nothing. */
    @Override
    public void close() {
        key.destroy();
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "KeyBlinder";
    }
}
