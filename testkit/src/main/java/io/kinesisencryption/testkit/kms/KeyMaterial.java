// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.security.GeneralSecurityException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The secret bytes of a KMS key, shared by a multi-Region key and its replicas, as a capability: the bytes cannot be read back. */
final class KeyMaterial {
    static final int IV_SIZE_BYTES = 12;
    static final int TAG_SIZE_BYTES = 16;

    private final SecretKeySpec key;

    /** Idle ciphers of this key: initialising one again with the same key keeps its key schedule. Never more than callers at once. */
    private final Queue<Cipher> idle = new ConcurrentLinkedQueue<>();

    KeyMaterial(byte[] bytes, String algorithm) {
        this.key = new SecretKeySpec(bytes, algorithm);
    }

    byte[] encrypt(byte[] iv, byte[] aad, byte[] plaintext) {
        try {
            return run(Cipher.ENCRYPT_MODE, iv, aad, plaintext, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM's AES/GCM/NoPadding cannot encrypt", e);
        }
    }

    /** Opens what follows {@code offset}; throws {@link AEADBadTagException} where it is not authentic. */
    byte[] decrypt(byte[] iv, byte[] aad, byte[] ciphertext, int offset) throws AEADBadTagException {
        try {
            return run(Cipher.DECRYPT_MODE, iv, aad, ciphertext, offset);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM's AES/GCM/NoPadding cannot decrypt", e);
        }
    }

    private byte[] run(int mode, byte[] iv, byte[] aad, byte[] input, int offset) throws GeneralSecurityException {
        Cipher cipher = idle.poll();
        if (cipher == null) {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        }
        cipher.init(mode, key, new GCMParameterSpec(TAG_SIZE_BYTES * Byte.SIZE, iv));
        cipher.updateAAD(aad);
        byte[] output = cipher.doFinal(input, offset, input.length - offset);
        // Not in a finally block: a cipher that has thrown is dropped.
        idle.offer(cipher);
        return output;
    }

    byte[] mac(byte[] message) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM has no " + key.getAlgorithm(), e);
        }
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + key.getAlgorithm() + "]";
    }
}
