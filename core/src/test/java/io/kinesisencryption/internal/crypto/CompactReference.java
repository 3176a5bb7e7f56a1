// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * COMPACT once more, written from its definition alone and without any bound or check: what an attacker who holds a data key can write, and what
 * the library's own output is compared with.
 */
final class CompactReference {
    private CompactReference() {}

    /** An encrypted data key. */
    static final class Entry {
        final String providerId;
        final byte[] providerInfo;
        final byte[] ciphertext;

        Entry(String providerId, byte[] providerInfo, byte[] ciphertext) {
            this.providerId = providerId;
            this.providerInfo = providerInfo;
            this.ciphertext = ciphertext;
        }
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] u8(int value) {
        return new byte[] {(byte) value};
    }

    static byte[] u16(int value) {
        return new byte[] {(byte) (value >>> 8), (byte) value};
    }

    static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] field(byte[] bytes) {
        return concat(u16(bytes.length), bytes);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] fixed(int flags) {
        return new byte[] {(byte) 0xFE, 0x4B, 0x45, 1, 1, (byte) flags};
    }

    /** Pairs as they are given, in that order, however wrong. */
    static byte[] contextOf(String... keysAndValues) {
        byte[] body = u16(keysAndValues.length / 2);
        for (String text : keysAndValues) {
            body = concat(body, field(utf8(text)));
        }
        return field(body);
    }

    static byte[] context(Map<String, String> pairs) {
        return contextOf(pairs.entrySet().stream()
                .sorted(Comparator.comparing(pair -> utf8(pair.getKey()), Arrays::compareUnsigned))
                .flatMap(pair -> Stream.of(pair.getKey(), pair.getValue()))
                .toArray(String[]::new));
    }

    static byte[] keys(List<Entry> entries) {
        byte[] out = u8(entries.size());
        for (Entry entry : entries) {
            out = concat(out, field(utf8(entry.providerId)), field(entry.providerInfo), field(entry.ciphertext));
        }
        return out;
    }

    static byte[] recordKey(byte[] dataKey, byte[] context, byte[] keys) {
        return derive(dataKey, "record-key", context, keys);
    }

    static byte[] commitment(byte[] dataKey, byte[] context, byte[] keys) {
        return derive(dataKey, "commitment", context, keys);
    }

    private static byte[] derive(byte[] dataKey, String label, byte[] context, byte[] keys) {
        try {
            byte[] transcript = MessageDigest.getInstance("SHA-512")
                    .digest(concat(u32(context.length), context, u32(keys.length), keys));
            byte[] prk = hmac(utf8("kinesis-encryption/compact"), dataKey);
            byte[] info = concat(utf8(label), new byte[] {0, 1, 1}, transcript);
            return Arrays.copyOf(hmac(prk, concat(info, u8(1))), 32);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] input) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(key, "HmacSHA512"));
        return mac.doFinal(input);
    }

    static byte[] gcm(int mode, byte[] key, byte[] nonce, byte[] aad, byte[] input) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(aad);
        return cipher.doFinal(input);
    }

    /** An envelope under any record key and commitment. */
    static byte[] seal(
            byte[] recordKey,
            byte[] commitment,
            int flags,
            byte[] context,
            byte[] keys,
            byte[] boundKey,
            byte[] nonce,
            byte[] payload) {
        try {
            byte[] aad = concat(fixed(flags), commitment, boundKey);
            byte[] sealed = gcm(Cipher.ENCRYPT_MODE, recordKey, nonce, aad, payload);
            return concat(fixed(flags), commitment, context, keys, nonce, sealed);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** An honest envelope, as far as its context and keys are. */
    static byte[] seal(
            byte[] dataKey, int flags, byte[] context, byte[] keys, byte[] boundKey, byte[] nonce, byte[] payload) {
        return seal(
                recordKey(dataKey, context, keys),
                commitment(dataKey, context, keys),
                flags,
                context,
                keys,
                boundKey,
                nonce,
                payload);
    }
}
