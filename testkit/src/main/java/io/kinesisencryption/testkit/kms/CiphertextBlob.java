// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;

/**
 * A ciphertext of this KMS: the ARN of its key in clear, padded, then IV, AES-256-GCM ciphertext and tag.
 *
 * <p>It is 152 bytes longer than its plaintext, so that a 32-byte data key makes the 184 bytes that it makes in AWS KMS. The layout itself is
 * this class's own: the service's is not published.
 */
final class CiphertextBlob {
    static final int OVERHEAD_SIZE_BYTES = 152;

    /** Base64 of it begins {@code AQICAHh}, as people know it from the service. */
    private static final byte[] PREFIX = {1, 2, 2, 0, 0x78};

    private static final int HEADER_SIZE_BYTES =
            OVERHEAD_SIZE_BYTES - KeyMaterial.IV_SIZE_BYTES - KeyMaterial.TAG_SIZE_BYTES;
    private static final int ARN_OFFSET = PREFIX.length + 1;
    static final int MAX_ARN_SIZE_BYTES = HEADER_SIZE_BYTES - ARN_OFFSET;

    private final byte[] bytes;
    private final String keyArn;

    private CiphertextBlob(byte[] bytes, String keyArn) {
        this.bytes = bytes;
        this.keyArn = keyArn;
    }

    /** The ARN of the key that made this ciphertext, in the region where it was made. */
    String keyArn() {
        return keyArn;
    }

    static byte[] seal(KmsKey key, Map<String, String> context, byte[] plaintext, Random random) {
        byte[] arn = key.arn().getBytes(UTF_8);
        byte[] blob = new byte[OVERHEAD_SIZE_BYTES + plaintext.length];
        System.arraycopy(PREFIX, 0, blob, 0, PREFIX.length);
        blob[PREFIX.length] = (byte) arn.length;
        System.arraycopy(arn, 0, blob, ARN_OFFSET, arn.length);
        byte[] iv = new byte[KeyMaterial.IV_SIZE_BYTES];
        random.nextBytes(iv);
        System.arraycopy(iv, 0, blob, HEADER_SIZE_BYTES, iv.length);
        byte[] sealed = key.material().encrypt(iv, aad(blob, context), plaintext);
        System.arraycopy(sealed, 0, blob, HEADER_SIZE_BYTES + iv.length, sealed.length);
        return blob;
    }

    /** Reads the key's ARN, or nothing where the bytes are no ciphertext of an {@link InMemoryKms}. Keeps the array. */
    static Optional<CiphertextBlob> parse(byte[] blob) {
        if (blob.length < OVERHEAD_SIZE_BYTES || !Arrays.equals(blob, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
            return Optional.empty();
        }
        int arnSizeBytes = blob[PREFIX.length] & 0xff;
        if (arnSizeBytes > MAX_ARN_SIZE_BYTES) {
            return Optional.empty();
        }
        return Optional.of(new CiphertextBlob(blob, new String(blob, ARN_OFFSET, arnSizeBytes, UTF_8)));
    }

    byte[] open(KeyMaterial material, Map<String, String> context) throws AEADBadTagException {
        int textOffset = HEADER_SIZE_BYTES + KeyMaterial.IV_SIZE_BYTES;
        byte[] iv = Arrays.copyOfRange(bytes, HEADER_SIZE_BYTES, textOffset);
        return material.decrypt(iv, aad(bytes, context), bytes, textOffset);
    }

    /** The header and the encryption context in an order that does not depend on the map's, every string with its length before it. */
    private static byte[] aad(byte[] blob, Map<String, String> context) {
        ByteArrayOutputStream aad = new ByteArrayOutputStream(HEADER_SIZE_BYTES + 128);
        aad.write(blob, 0, HEADER_SIZE_BYTES);
        new TreeMap<>(context).forEach((key, value) -> {
            append(aad, key);
            append(aad, value);
        });
        return aad.toByteArray();
    }

    private static void append(ByteArrayOutputStream aad, String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        aad.write(utf8.length >>> 24);
        aad.write(utf8.length >>> 16);
        aad.write(utf8.length >>> 8);
        aad.write(utf8.length);
        aad.write(utf8, 0, utf8.length);
    }
}
