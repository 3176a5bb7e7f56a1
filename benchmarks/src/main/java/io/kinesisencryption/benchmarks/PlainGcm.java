// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The baseline: AES-256-GCM as fast as JCA has it. One cipher and one key for everything, a counter as nonce, an output array of the exact size that
 * is new each time, and as much authenticated data as COMPACT has. Not thread-safe.
 */
final class PlainGcm {
    private static final int AUTHENTICATED_BYTES = 38;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private static final int WARM_UP_BYTES = 131_072;
    private static final int WARM_UP_TIMES = 4_000;

    private final @Nullable Provider provider;
    private final Cipher cipher;
    private final MessageDigest md5;
    private final SecretKeySpec key = new SecretKeySpec(Samples.bytes(32), "AES");
    private final byte[] authenticated = Samples.bytes(AUTHENTICATED_BYTES);
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final byte[] fixedNonce = new byte[NONCE_BYTES];

    PlainGcm(@Nullable Provider provider) throws GeneralSecurityException {
        this.provider = provider;
        cipher = provider == null
                ? Cipher.getInstance("AES/GCM/NoPadding")
                : Cipher.getInstance("AES/GCM/NoPadding", provider);
        md5 = MessageDigest.getInstance("MD5");
        Arrays.fill(fixedNonce, (byte) 0xFF);
    }

    /**
     * Makes the JVM compile long messages. The JDK's provider takes fifty times as long for each of its first thousands, which a benchmark of a few
     * seconds would otherwise spend most of its time on.
     */
    PlainGcm warmedUp() throws GeneralSecurityException {
        byte[] payload = Samples.bytes(WARM_UP_BYTES);
        byte[] sealed = sealOnce(payload);
        for (int i = 0; i < WARM_UP_TIMES; i++) {
            seal(payload);
            open(sealed);
        }
        return new PlainGcm(provider);
    }

    /** Under a new nonce. */
    byte[] seal(byte[] payload) throws GeneralSecurityException {
        nextNonce();
        return seal(payload, key, nonce);
    }

    /**
     * Under a new nonce, and into nothing new: cheaper than an application can have it, which needs its records for longer.
     *
     * @param buffer the payload, and room for the tag behind it; overwritten
     */
    byte[] sealInPlace(byte[] buffer) throws GeneralSecurityException {
        nextNonce();
        seal(buffer, buffer.length - TAG_BYTES, key, nonce, buffer);
        return buffer;
    }

    /** What {@link #open} takes: under a nonce that the counter does not reach. */
    byte[] sealOnce(byte[] payload) throws GeneralSecurityException {
        return sealOnce(payload, key);
    }

    /** Under a key that seals nothing else. */
    byte[] sealOnce(byte[] payload, SecretKeySpec other) throws GeneralSecurityException {
        return seal(payload, other, fixedNonce);
    }

    private byte[] seal(byte[] payload, SecretKeySpec with, byte[] iv) throws GeneralSecurityException {
        byte[] sealed = new byte[payload.length + TAG_BYTES];
        seal(payload, payload.length, with, iv, sealed);
        return sealed;
    }

    private void seal(byte[] payload, int payloadBytes, SecretKeySpec with, byte[] iv, byte[] sealed)
            throws GeneralSecurityException {
        cipher.init(Cipher.ENCRYPT_MODE, with, new GCMParameterSpec(8 * TAG_BYTES, iv));
        cipher.updateAAD(authenticated);
        cipher.doFinal(payload, 0, payloadBytes, sealed, 0);
    }

    private void nextNonce() {
        for (int i = 0; ++nonce[i] == 0; i++) {
            // The carry goes into the next byte.
        }
    }

    byte[] open(byte[] sealed) throws GeneralSecurityException {
        return open(sealed, key);
    }

    /** What {@link #sealOnce(byte[], SecretKeySpec)} made. */
    byte[] open(byte[] sealed, SecretKeySpec other) throws GeneralSecurityException {
        byte[] payload = new byte[sealed.length - TAG_BYTES];
        cipher.init(Cipher.DECRYPT_MODE, other, new GCMParameterSpec(8 * TAG_BYTES, fixedNonce));
        cipher.updateAAD(authenticated);
        cipher.doFinal(sealed, 0, sealed.length, payload, 0);
        return payload;
    }

    /** What a KPL aggregate needs besides. */
    byte[] md5(byte[] payload) {
        return md5.digest(payload);
    }
}
