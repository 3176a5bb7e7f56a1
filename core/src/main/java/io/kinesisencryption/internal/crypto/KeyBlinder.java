// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.math.BigInteger;
import java.nio.ByteBuffer;
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

    /** Each initialised with the key, so that they are as secret as it is. */
    private final EnginePool<Mac> macs = new EnginePool<>(this::newMac);

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

    /**
     * The upper half of the number whose bytes are a partition key's pseudonym: what stands in for its hash key where that must not show.
     *
     * @param partitionKey the application's
     * @return the first 64 of 128 bits; the top bit is the sign
     * @throws IllegalStateException if this is closed
     */
    public long hashKeyHigh(String partitionKey) {
        return ByteBuffer.wrap(mac(PARTITION_KEY_LABEL, partitionKey)).getLong();
    }

    private byte[] pseudonym(byte[] label, String text) {
        return Arrays.copyOf(mac(label, text), PSEUDONYM_BYTES);
    }

    private byte[] mac(byte[] label, String text) {
        try {
            Mac mac = macs.take();
            mac.update(label);
            byte[] result = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
            macs.giveBack(mac);
            if (key.isDestroyed()) {
                // close() may have passed over the place before this one was in it.
                macs.discardAll();
                throw new IllegalStateException("The blinding secret is closed");
            }
            return result;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JCA provider failed to compute a pseudonym", e);
        }
    }

    private Mac newMac() throws GeneralSecurityException {
        Mac mac = ALGORITHMS.hmac(Hmac.SHA_256);
        mac.init(key);
        return mac;
    }

    /** Overwrites the key. Closing twice does nothing. */
    @Override
    public void close() {
        key.destroy();
        macs.discardAll();
    }

    /** For tests. */
    int idleMacs() {
        return macs.idle();
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "KeyBlinder";
    }
}
