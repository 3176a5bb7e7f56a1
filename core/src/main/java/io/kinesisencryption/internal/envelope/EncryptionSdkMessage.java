// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The layout of one AWS Encryption SDK message, version 2, read without any key. What it says is not authenticated: it decides only whether a
 * key is worth asking for, and the decrypted message's own context is compared with it afterwards.
 *
 * <p>Beyond the format's own rules a message must hold at most {@value #MAX_ENCRYPTED_DATA_KEYS} encrypted data keys, at most
 * {@value #MAX_SECTION_BYTES} bytes of them and as many of context, at most {@value #MAX_CONTEXT_PAIRS} pairs of that, be framed, and end where its last frame ends, or with a signed suite where the signature behind it ends.
 *
 * @param suite the algorithm suite
 * @param encryptionContext the pairs, in the order of the message
 * @param encryptedDataKeys one to eight entries
 * @param headerSizeBytes the bytes before the first frame
 * @param payloadSizeBytes the size of the plaintext
 * @see <a href="https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html">Message format reference</a>
 */
public record EncryptionSdkMessage(
        AlgorithmSuite suite,
        Map<String, String> encryptionContext,
        List<EncryptedDataKeyEntry> encryptedDataKeys,
        int headerSizeBytes,
        int payloadSizeBytes) {
    /** More keys than any sensible keyring writes, and few enough that a forged record cannot cause a burst of key calls. */
    public static final int MAX_ENCRYPTED_DATA_KEYS = 8;

    /** The largest context, and the largest sum of encrypted data keys, in bytes. */
    public static final int MAX_SECTION_BYTES = 8192;

    /**
     * The most pairs of a context on the wire: many times what anybody writes, and few enough that a forged record is cheap to
     * refuse. The material providers library takes about 20 KiB for each.
     */
    public static final int MAX_CONTEXT_PAIRS = 64;

    private static final List<AlgorithmSuite> SUITES = Arrays.stream(AlgorithmSuite.values())
            .filter(suite -> suite.format() == EnvelopeFormat.AWS_ENCRYPTION_SDK)
            .toList();
    private static final int VERSION_1 = 0x01;
    private static final int VERSION_1_TYPE = 0x80;
    private static final int VERSION_2 = 0x02;
    private static final int MESSAGE_ID_BYTES = 32;
    private static final int COMMITMENT_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int CONTENT_TYPE_FRAMED = 2;
    private static final long FINAL_FRAME = 0xFFFFFFFFL;

    /** The pair that holds the public key of a signed message, as Base64 of a compressed point: a sign byte and the 48 bytes of x. */
    private static final String PUBLIC_KEY = "aws-crypto-public-key";

    private static final int PUBLIC_KEY_BYTES = 49;

    /** An ECDSA signature in DER: two numbers of 1 to 49 bytes with two bytes before each, and two bytes before both. */
    private static final int MIN_SIGNATURE_BYTES = 8;

    private static final int MAX_SIGNATURE_BYTES = 104;

    /** The Encryption SDK for Java signs until the signature has this size, so that it can tell the size of a message beforehand. */
    private static final int WRITTEN_SIGNATURE_BYTES = 103;

    /**
     * What a message has beside its payload that the Encryption SDK for Java writes in one frame.
     *
     * @param suite the suite
     * @param context all its pairs, that of the public key included
     * @param encryptedDataKeysBytes what the encrypted data keys take, without their count
     * @return bytes
     */
    public static int overheadBytes(AlgorithmSuite suite, Map<String, String> context, int encryptedDataKeysBytes) {
        int contextBytes = Short.BYTES;
        for (Map.Entry<String, String> pair : context.entrySet()) {
            contextBytes += 2 * Short.BYTES + utf8Bytes(pair.getKey()) + utf8Bytes(pair.getValue());
        }
        int headerBytes = 3
                + MESSAGE_ID_BYTES
                + Short.BYTES
                + (context.isEmpty() ? 0 : contextBytes)
                + Short.BYTES
                + encryptedDataKeysBytes
                + 1
                + Integer.BYTES
                + COMMITMENT_BYTES
                + TAG_BYTES;
        int frameBytes = 3 * Integer.BYTES + NONCE_BYTES + TAG_BYTES;
        return headerBytes + frameBytes + (suite.signed() ? Short.BYTES + WRITTEN_SIGNATURE_BYTES : 0);
    }

    private static int utf8Bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Whether bytes begin like a message of the Encryption SDK, of any version and suite that exists.
     *
     * @param bytes the data of a Kinesis record
     * @return whether {@link #parse} is the judge of them; if not, they are no envelope of this format
     */
    public static boolean recognises(byte[] bytes) {
        if (bytes.length >= 3 && bytes[0] == VERSION_2) {
            return suiteOf((bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF)) != null;
        }
        return bytes.length >= 2 && bytes[0] == VERSION_1 && (bytes[1] & 0xFF) == VERSION_1_TYPE;
    }

    /**
     * Reads the layout of a message.
     *
     * @param bytes the data of a Kinesis record that {@link #recognises} accepts; not changed and not kept
     * @return the layout
     * @throws UnsupportedEnvelopeException if the version, the suite or the kind of content is not accepted
     * @throws MalformedEnvelopeException if the bytes break the format or a bound
     */
    public static EncryptionSdkMessage parse(byte[] bytes) {
        BoundedReader in = new BoundedReader(bytes);
        AlgorithmSuite suite = readSuite(in);
        in.skip(MESSAGE_ID_BYTES, "message id");
        Map<String, String> context = readContext(in);
        checkPublicKey(suite, context);
        List<EncryptedDataKeyEntry> keys = readEncryptedDataKeys(in);
        int contentType = in.unsignedByte("content type");
        if (contentType != CONTENT_TYPE_FRAMED) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    "The envelope's content type is %d; only framed content (2) is accepted".formatted(contentType),
                    null);
        }
        long frameSizeBytes = in.unsignedInt("frame length");
        in.skip(COMMITMENT_BYTES, "commitment");
        in.skip(TAG_BYTES, "header tag");
        int headerSizeBytes = in.position();
        int payloadSizeBytes = readFrames(in, frameSizeBytes);
        if (suite.signed()) {
            readFooter(in);
        }
        if (in.remaining() != 0) {
            throw new MalformedEnvelopeException(
                    "%d bytes follow the end of the envelope".formatted(in.remaining()), null);
        }
        return new EncryptionSdkMessage(suite, context, keys, headerSizeBytes, payloadSizeBytes);
    }

    private static AlgorithmSuite readSuite(BoundedReader in) {
        int version = in.unsignedByte("version");
        if (version != VERSION_2) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "The envelope is an Encryption SDK message of version %d; only version 2, which commits to its key, is accepted"
                            .formatted(version),
                    null);
        }
        int id = in.unsignedShort("algorithm suite");
        AlgorithmSuite suite = suiteOf(id);
        if (suite == null) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_SUITE,
                    "The envelope's algorithm suite 0x%04X is not accepted".formatted(id),
                    null);
        }
        return suite;
    }

    private static @Nullable AlgorithmSuite suiteOf(int id) {
        for (AlgorithmSuite suite : SUITES) {
            if (suite.id() == id) {
                return suite;
            }
        }
        return null;
    }

    private static Map<String, String> readContext(BoundedReader in) {
        int sizeBytes = in.unsignedShort("encryption context length");
        if (sizeBytes == 0) {
            return Map.of();
        }
        BoundedReader.checkBound(sizeBytes, MAX_SECTION_BYTES, "bytes of encryption context");
        int end = in.position() + sizeBytes;
        int count = in.unsignedShort("encryption context count");
        BoundedReader.checkBound(count, MAX_CONTEXT_PAIRS, "pairs of encryption context");
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.utf8(in.unsignedShort("context key length"), "context key");
            String value = in.utf8(in.unsignedShort("context value length"), "context value");
            if (key.isEmpty() || value.isEmpty()) {
                // The Encryption SDK refuses it too, but only once the data key was had.
                throw new MalformedEnvelopeException(
                        "The envelope's encryption context pair %d has an empty key or value".formatted(i), null);
            }
            if (pairs.put(key, value) != null) {
                throw new MalformedEnvelopeException("The envelope's encryption context has a key twice", null);
            }
            if (in.position() > end) {
                break;
            }
        }
        if (in.position() != end) {
            throw new MalformedEnvelopeException(
                    "The envelope's encryption context of %d pairs does not fill its %d bytes exactly"
                            .formatted(count, sizeBytes),
                    null);
        }
        return Collections.unmodifiableMap(pairs);
    }

    private static List<EncryptedDataKeyEntry> readEncryptedDataKeys(BoundedReader in) {
        int count = in.unsignedShort("encrypted data key count");
        if (count == 0) {
            throw new MalformedEnvelopeException("The envelope has no encrypted data key", null);
        }
        BoundedReader.checkBound(count, MAX_ENCRYPTED_DATA_KEYS, "encrypted data keys");
        int start = in.position();
        List<EncryptedDataKeyEntry> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(in.encryptedDataKey());
            BoundedReader.checkBound(in.position() - start, MAX_SECTION_BYTES, "bytes of encrypted data keys");
        }
        return List.copyOf(keys);
    }

    /** Walks the frames to the end of the message, so that a cut or an appended byte is found without a key. */
    private static int readFrames(BoundedReader in, long frameSizeBytes) {
        if (frameSizeBytes == 0) {
            throw new MalformedEnvelopeException(
                    "The envelope's frame length is 0 although its content is framed", null);
        }
        long payloadSizeBytes = 0;
        long expected = 1;
        while (true) {
            long sequence = in.unsignedInt("frame sequence number");
            boolean last = sequence == FINAL_FRAME;
            if (last) {
                sequence = in.unsignedInt("final frame sequence number");
            }
            if (sequence != expected) {
                throw new MalformedEnvelopeException(
                        "The envelope's frame %d carries the number %d".formatted(expected, sequence), null);
            }
            in.skip(NONCE_BYTES, "frame nonce");
            long contentSizeBytes = last ? in.unsignedInt("final frame length") : frameSizeBytes;
            if (contentSizeBytes > frameSizeBytes) {
                throw new MalformedEnvelopeException(
                        "The envelope's final frame of %d bytes is longer than its frame length %d"
                                .formatted(contentSizeBytes, frameSizeBytes),
                        null);
            }
            in.skip(contentSizeBytes, "frame content");
            in.skip(TAG_BYTES, "frame tag");
            payloadSizeBytes += contentSizeBytes;
            expected++;
            if (last) {
                break;
            }
        }
        return (int) payloadSizeBytes;
    }

    private static void readFooter(BoundedReader in) {
        int sizeBytes = in.unsignedShort("signature length");
        if (sizeBytes < MIN_SIGNATURE_BYTES || sizeBytes > MAX_SIGNATURE_BYTES) {
            throw new MalformedEnvelopeException(
                    "The envelope's signature has %d bytes; it must have from %d to %d"
                            .formatted(sizeBytes, MIN_SIGNATURE_BYTES, MAX_SIGNATURE_BYTES),
                    null);
        }
        in.skip(sizeBytes, "signature");
    }

    /** A signed message names its public key and no other message does: the Encryption SDK's rule, found here before a key is asked for. */
    private static void checkPublicKey(AlgorithmSuite suite, Map<String, String> context) {
        String publicKey = context.get(PUBLIC_KEY);
        if (suite.signed() ? !isCompressedPoint(publicKey) : publicKey != null) {
            throw new MalformedEnvelopeException(
                    "The envelope is %s, and its encryption context has %s '%s'"
                            .formatted(
                                    suite.signed() ? "signed" : "not signed",
                                    publicKey == null ? "no" : suite.signed() ? "no point of its curve as" : "a pair",
                                    PUBLIC_KEY),
                    null);
        }
    }

    private static boolean isCompressedPoint(@Nullable String publicKey) {
        if (publicKey == null) {
            return false;
        }
        try {
            byte[] point = Base64.getDecoder().decode(publicKey);
            // The library that takes the key takes no other Base64 of the same bytes, and would blame the keyring.
            return point.length == PUBLIC_KEY_BYTES
                    && (point[0] == 2 || point[0] == 3)
                    && Base64.getEncoder().encodeToString(point).equals(publicKey);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
