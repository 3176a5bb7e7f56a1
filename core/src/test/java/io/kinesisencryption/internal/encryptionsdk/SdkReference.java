// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;

/**
 * Writes Encryption SDK messages of version 2 from their definition and with nothing random, so that vectors can be made again byte by byte.
 *
 * @see <a href="https://github.com/awslabs/aws-encryption-sdk-specification">AWS Encryption SDK specification</a>
 */
final class SdkReference {
    static final byte[] NONE = {};
    static final int UNSIGNED = 0x0478;
    static final int SIGNED = 0x0578;

    private static final X9ECParameters P384 = SECNamedCurves.getByName("secp384r1");
    private static final ECDomainParameters CURVE = new ECDomainParameters(P384);

    private SdkReference() {}

    /** What a message is made of. Everything can be set apart from everything else, so that only one thing need be wrong. */
    static final class Message {
        int suite = UNSIGNED;
        byte[] dataKey = NONE;
        byte[] messageId = NONE;
        /** As it stands in the header, its length before it. */
        byte[] context = NONE;
        /** As they stand in the header, their count before them. */
        byte[] keys = NONE;

        int contentType = 2;
        int frameSize = 4096;
        byte[] payload = NONE;
        /** Null for a suite without a signature. */
        BigInteger signingKey;

        Message of(byte[] bytes) {
            payload = bytes;
            return this;
        }

        byte[] seal() {
            return seal(commitment(dataKey, messageId));
        }

        byte[] seal(byte[] commitment) {
            byte[] key = messageKey(suite, dataKey, messageId);
            byte[] body = concat(
                    new byte[] {2},
                    u16(suite),
                    messageId,
                    context,
                    keys,
                    new byte[] {(byte) contentType},
                    u32(frameSize),
                    commitment);
            byte[] message = concat(body, gcm(key, new byte[12], body, NONE), frames(key));
            if (signingKey == null) {
                return message;
            }
            byte[] signature = sign(signingKey, message);
            return concat(message, u16(signature.length), signature);
        }

        /** Full frames while there is more than one frame's content left, then the final one, which may be full. */
        private byte[] frames(byte[] key) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int at = 0;
            for (int sequence = 1; ; sequence++) {
                boolean last = payload.length - at <= frameSize;
                int size = last ? payload.length - at : frameSize;
                byte[] iv = concat(new byte[8], u32(sequence));
                byte[] aad = concat(
                        messageId,
                        utf8("AWSKMSEncryptionClient " + (last ? "Final Frame" : "Frame")),
                        u32(sequence),
                        new byte[4],
                        u32(size));
                byte[] content = Arrays.copyOfRange(payload, at, at + size);
                out.writeBytes(last ? concat(u32(-1), u32(sequence), iv, u32(size)) : concat(u32(sequence), iv));
                out.writeBytes(gcm(key, iv, aad, content));
                at += size;
                if (last) {
                    return out.toByteArray();
                }
            }
        }
    }

    static byte[] messageKey(int suite, byte[] dataKey, byte[] messageId) {
        return hkdf(dataKey, messageId, concat(u16(suite), utf8("DERIVEKEY")));
    }

    static byte[] commitment(byte[] dataKey, byte[] messageId) {
        return hkdf(dataKey, messageId, utf8("COMMITKEY"));
    }

    /** The pairs in the order of their bytes, which for these texts is that of their chars. Nothing at all for no pairs. */
    static byte[] pairs(Map<String, String> context) {
        if (context.isEmpty()) {
            return NONE;
        }
        byte[] out = u16(context.size());
        for (Map.Entry<String, String> pair : new TreeMap<>(context).entrySet()) {
            out = concat(out, field(utf8(pair.getKey())), field(utf8(pair.getValue())));
        }
        return out;
    }

    static byte[] context(Map<String, String> context) {
        return field(pairs(context));
    }

    static byte[] keys(List<byte[]> entries) {
        return concat(u16(entries.size()), concat(entries.toArray(byte[][]::new)));
    }

    static byte[] entry(String providerId, byte[] providerInfo, byte[] ciphertext) {
        return concat(field(utf8(providerId)), field(providerInfo), field(ciphertext));
    }

    /** A data key as the raw AES keyring encrypts it. */
    static byte[] rawAesEntry(
            String namespace, String name, byte[] wrappingKey, byte[] iv, byte[] dataKey, Map<String, String> context) {
        byte[] info = concat(utf8(name), u32(128), u32(12), iv);
        return entry(namespace, info, gcm(wrappingKey, iv, pairs(context), dataKey));
    }

    static BigInteger signingKey(byte[] random) {
        return new BigInteger(1, random)
                .mod(P384.getN().subtract(BigInteger.ONE))
                .add(BigInteger.ONE);
    }

    static String publicKey(BigInteger signingKey) {
        byte[] point = P384.getG().multiply(signingKey).normalize().getEncoded(true);
        return Base64.getEncoder().encodeToString(point);
    }

    /** RFC 6979, because a vector must be the same each time. */
    static byte[] sign(BigInteger signingKey, byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-384").digest(bytes);
            ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA384Digest()));
            signer.init(true, new ECPrivateKeyParameters(signingKey, CURVE));
            BigInteger[] signature = signer.generateSignature(digest);
            return new DERSequence(new ASN1Integer[] {new ASN1Integer(signature[0]), new ASN1Integer(signature[1])})
                    .getEncoded();
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] gcm(byte[] key, byte[] iv, byte[] aad, byte[] plaintext) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
            cipher.updateAAD(aad);
            return cipher.doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** RFC 5869 for 32 bytes, which is less than one block of SHA-512. */
    private static byte[] hkdf(byte[] secret, byte[] salt, byte[] info) {
        byte[] extracted = hmac(salt, secret);
        return Arrays.copyOf(hmac(extracted, concat(info, new byte[] {1})), 32);
    }

    private static byte[] hmac(byte[] key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(key, "HmacSHA512"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] field(byte[] bytes) {
        return concat(u16(bytes.length), bytes);
    }

    static byte[] u16(int value) {
        return new byte[] {(byte) (value >>> 8), (byte) value};
    }

    static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
