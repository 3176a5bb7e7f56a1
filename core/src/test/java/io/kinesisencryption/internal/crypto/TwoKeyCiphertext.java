// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes a ciphertext of one block that AES-GCM opens under two keys, which any two keys allow: both tags are linear in the ciphertext, so one
 * equation over GF(2^128) makes them equal.
 */
final class TwoKeyCiphertext {
    private static final BigInteger REDUCTION = BigInteger.ONE.shiftLeft(128).or(BigInteger.valueOf(0x87));

    private TwoKeyCiphertext() {}

    /** The block and the tag behind it. */
    static byte[] make(byte[] key1, byte[] key2, byte[] nonce, byte[] aad) {
        byte[] lengths = CompactReference.concat(
                new byte[4], CompactReference.u32(8 * aad.length), new byte[4], CompactReference.u32(128));
        BigInteger h1 = element(block(key1, new byte[16]));
        BigInteger h2 = element(block(key2, new byte[16]));
        // tag = E(J0) + sum(A_i H^(n-i)) + X H^2 + L H; equal for both keys.
        BigInteger known1 = known(key1, h1, nonce, aad, lengths);
        BigInteger known2 = known(key2, h2, nonce, aad, lengths);
        BigInteger x = multiply(known1.xor(known2), inverse(multiply(h1, h1).xor(multiply(h2, h2))));
        BigInteger tag = known1.xor(multiply(x, multiply(h1, h1)));
        return CompactReference.concat(bytes(x), bytes(tag));
    }

    private static BigInteger known(byte[] key, BigInteger h, byte[] nonce, byte[] aad, byte[] lengths) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < aad.length; i += 16) {
            byte[] padded = Arrays.copyOf(Arrays.copyOfRange(aad, i, Math.min(aad.length, i + 16)), 16);
            sum = multiply(sum.xor(element(padded)), h);
        }
        // The unknown block, as zero, and then the lengths.
        sum = multiply(sum, h);
        sum = multiply(sum.xor(element(lengths)), h);
        byte[] counter = CompactReference.concat(nonce, CompactReference.u32(1));
        return sum.xor(element(block(key, counter)));
    }

    private static byte[] block(byte[] key, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** GCM's first bit is the coefficient of x^0. */
    private static BigInteger element(byte[] block) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 0; i < 128; i++) {
            if ((block[i / 8] >> (7 - i % 8) & 1) != 0) {
                value = value.setBit(i);
            }
        }
        return value;
    }

    private static byte[] bytes(BigInteger element) {
        byte[] block = new byte[16];
        for (int i = 0; i < 128; i++) {
            if (element.testBit(i)) {
                block[i / 8] |= (byte) (0x80 >> i % 8);
            }
        }
        return block;
    }

    private static BigInteger multiply(BigInteger a, BigInteger b) {
        BigInteger product = BigInteger.ZERO;
        for (int i = 0; i < 128; i++) {
            if (b.testBit(i)) {
                product = product.xor(a.shiftLeft(i));
            }
        }
        for (int i = 254; i >= 128; i--) {
            if (product.testBit(i)) {
                product = product.xor(REDUCTION.shiftLeft(i - 128));
            }
        }
        return product;
    }

    /** By Fermat: a^(2^128 - 2). */
    private static BigInteger inverse(BigInteger a) {
        BigInteger result = BigInteger.ONE;
        BigInteger power = a;
        for (int i = 1; i < 128; i++) {
            power = multiply(power, power);
            result = multiply(result, power);
        }
        return result;
    }
}
