// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EncryptionSdkMessageTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders", "tenant", "acme");
    private static final String PUBLIC_KEY = "aws-crypto-public-key";
    private static final String POINT = Base64.getEncoder().encodeToString(point(3, 49));

    private final SeededRandom random = SeededRandom.create();

    private static byte[] point(int sign, int size) {
        byte[] point = new byte[size];
        Arrays.fill(point, (byte) 0x55);
        point[0] = (byte) sign;
        return point;
    }

    private static ErrorCode codeOf(byte[] message) {
        try {
            EncryptionSdkMessage.parse(message);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("The message was accepted");
    }

    private static byte[] message(int suite, Map<String, String> context, byte[] signature) {
        return message(suite, context, List.of("ciphertext"), 64, signature);
    }

    /** By hand: encrypted data keys of one provider, one frame of three bytes, and a signature if there is one. */
    private static byte[] message(
            int suite, Map<String, String> context, List<String> dataKeys, int frameSize, byte[] signature) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(2);
            out.writeShort(suite);
            out.write(new byte[32]);
            ByteArrayOutputStream pairs = new ByteArrayOutputStream();
            DataOutputStream pairsOut = new DataOutputStream(pairs);
            pairsOut.writeShort(context.size());
            for (Map.Entry<String, String> pair : context.entrySet()) {
                pairsOut.writeUTF(pair.getKey());
                pairsOut.writeUTF(pair.getValue());
            }
            out.writeShort(pairs.size());
            pairs.writeTo(out);
            out.writeShort(dataKeys.size());
            for (String dataKey : dataKeys) {
                out.writeUTF("provider");
                out.writeUTF("info");
                out.writeUTF(dataKey);
            }
            out.writeByte(2);
            out.writeInt(frameSize);
            out.write(new byte[32 + 16]);
            out.writeInt(-1);
            out.writeInt(1);
            out.write(new byte[12]);
            out.writeInt(3);
            out.write("abc".getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[16]);
            if (signature != null) {
                out.writeShort(signature.length);
                out.write(signature);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    /** The Encryption SDK refuses it as well, but after the key service was asked. */
    @Test
    @Requirement("M34")
    void anEmptyKeyOrValueIsRefused() {
        for (Map<String, String> context : List.of(Map.of("tenant", ""), Map.of("", "acme"), Map.of("", ""))) {
            assertThat(codeOf(message(0x0478, context, null))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertThat(EncryptionSdkMessage.parse(message(0x0478, Map.of("t", "a"), null))
                        .encryptionContext())
                .containsExactly(Map.entry("t", "a"));
    }

    @Test
    void messagesOfTheSdkAreReadExactlyWhateverTheirFrames() {
        for (CryptoAlgorithm algorithm : List.of(
                CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
                CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384)) {
            boolean signed = algorithm.getTrailingSignatureLength() > 0;
            for (int frameSize : new int[] {1, 16, 64, 4096}) {
                for (int size : new int[] {0, 1, 15, 16, 17, 64, 65, 200}) {
                    byte[] message = Samples.foreignMessage(
                            Samples.rawAes(),
                            algorithm,
                            CommitmentPolicy.RequireEncryptRequireDecrypt,
                            frameSize,
                            CONTEXT,
                            random.bytes(size));
                    EncryptionSdkMessage layout = EncryptionSdkMessage.parse(message);

                    assertThat(EncryptionSdkMessage.recognises(message)).isTrue();
                    assertThat(layout.payloadSizeBytes()).isEqualTo(size);
                    assertThat(layout.suite().signed()).isEqualTo(signed);
                    assertThat(layout.suite().id()).isEqualTo(signed ? 0x0578 : 0x0478);
                    assertThat(layout.encryptionContext()).containsAllEntriesOf(CONTEXT);
                    assertThat(layout.encryptionContext().containsKey(PUBLIC_KEY))
                            .isEqualTo(signed);
                    if (size <= 65) {
                        assertEveryCutIsRefused(message);
                    }
                }
            }
        }
    }

    private void assertEveryCutIsRefused(byte[] message) {
        for (int length = 1; length < message.length; length++) {
            assertThat(codeOf(Arrays.copyOf(message, length)))
                    .as("%s: cut to %d of %d bytes", random, length, message.length)
                    .isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        for (int more = 1; more < 40; more++) {
            assertThat(codeOf(Arrays.copyOf(message, message.length + more))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
    }

    @Test
    @Requirement("M35")
    void theSignatureIsBounded() {
        Map<String, String> signed = Map.of("kinesis:stream-name", "orders", PUBLIC_KEY, POINT);
        for (int size = 0; size < 130; size++) {
            byte[] message = message(0x0578, signed, new byte[size]);
            if (size >= 8 && size <= 104) {
                EncryptionSdkMessage layout = EncryptionSdkMessage.parse(message);
                assertThat(layout.suite()).isEqualTo(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384);
                assertThat(layout.payloadSizeBytes()).isEqualTo(3);
            } else {
                assertThat(codeOf(message)).as("%d bytes", size).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
            }
        }
    }

    @Test
    @Requirement("M35")
    void aFooterBelongsToTheSignedSuiteOnly() {
        Map<String, String> signed = Map.of("kinesis:stream-name", "orders", PUBLIC_KEY, POINT);
        assertThat(codeOf(message(0x0578, signed, null))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(codeOf(message(0x0478, CONTEXT, new byte[103]))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(EncryptionSdkMessage.parse(message(0x0478, CONTEXT, null)).payloadSizeBytes())
                .isEqualTo(3);
    }

    @Test
    @Requirement("M35")
    void thePublicKeyBelongsToTheSignedSuiteOnly() {
        byte[] signature = new byte[103];
        assertThat(codeOf(message(0x0478, Map.of(PUBLIC_KEY, POINT), null))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(codeOf(message(0x0578, CONTEXT, signature))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        for (byte[] bad : new byte[][] {{}, point(3, 48), point(3, 50), point(0, 49), point(1, 49), point(4, 49)}) {
            String value = Base64.getEncoder().encodeToString(bad);
            assertThat(codeOf(message(0x0578, Map.of(PUBLIC_KEY, value), signature)))
                    .isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertThat(codeOf(message(0x0578, Map.of(PUBLIC_KEY, "not Base64!"), signature)))
                .isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(POINT).endsWith("VQ==");
        for (String end : new String[] {"VR==", "VQ", "VQ==="}) {
            String value = POINT.substring(0, POINT.length() - 4) + end;
            assertThat(codeOf(message(0x0578, Map.of(PUBLIC_KEY, value), signature)))
                    .as(end)
                    .isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        String other = Base64.getEncoder().encodeToString(point(2, 49));
        assertThat(EncryptionSdkMessage.parse(message(0x0578, Map.of(PUBLIC_KEY, other), signature))
                        .encryptionContext())
                .containsEntry(PUBLIC_KEY, other);
    }

    @Test
    @Requirement({"M1", "M17", "M19"})
    void onlyTheTwoCommittingSuitesAreRecognised() {
        for (int suite = 0; suite < 0x10000; suite++) {
            byte[] begin = {2, (byte) (suite >>> 8), (byte) suite};
            assertThat(EncryptionSdkMessage.recognises(begin)).isEqualTo(suite == 0x0478 || suite == 0x0578);
        }
    }

    @Test
    void messagesOfVersion1AreRecognisedSoThatTheyAreNoPlaintext() {
        assertThat(EncryptionSdkMessage.recognises(new byte[] {1, (byte) 0x80})).isTrue();
        assertThat(EncryptionSdkMessage.recognises(new byte[] {1, (byte) 0x80, 0, 0x14}))
                .isTrue();
        for (byte[] other :
                new byte[][] {{}, {1}, {2}, {1, 0x40}, {1, (byte) 0x81}, {0, (byte) 0x80}, {2, (byte) 0x80}}) {
            assertThat(EncryptionSdkMessage.recognises(other))
                    .as(Arrays.toString(other))
                    .isFalse();
        }
        assertThat(EncryptionSdkMessage.recognises(new byte[] {2, 4})).isFalse();
    }

    @Test
    void contextIsTakenUpToItsLimitOnly() {
        // Count, two lengths and the key take 7 bytes.
        assertThat(EncryptionSdkMessage.parse(message(0x0478, Map.of("k", "v".repeat(8192 - 7)), null))
                        .encryptionContext())
                .hasSize(1);
        assertRefused(message(0x0478, Map.of("k", "v".repeat(8192 - 6)), null), "8193 bytes of encryption context");
    }

    @Test
    void encryptedDataKeysAreTakenUpToTheirLimitsOnly() {
        List<String> eight = Collections.nCopies(8, "x");
        assertThat(EncryptionSdkMessage.parse(message(0x0478, CONTEXT, eight, 64, null))
                        .encryptedDataKeys())
                .hasSize(8)
                .allSatisfy(key -> assertThat(key.wrappingKeyName()).isEqualTo("provider info"));
        assertRefused(message(0x0478, CONTEXT, Collections.nCopies(9, "x"), 64, null), "9 encrypted data keys");
        assertRefused(message(0x0478, CONTEXT, List.of(), 64, null), "no encrypted data key");

        // Three lengths, provider and info take 18 bytes of each.
        String half = "x".repeat(4096 - 18);
        assertThat(EncryptionSdkMessage.parse(message(0x0478, CONTEXT, List.of(half, half), 64, null))
                        .encryptedDataKeys())
                .hasSize(2);
        assertRefused(
                message(0x0478, CONTEXT, List.of(half, half + "x"), 64, null), "8193 bytes of encrypted data keys");
    }

    /** A frame length is a number of 32 bits without a sign, and a full frame of it would be skipped. */
    @Test
    void frameLengthsThatAnIntDoesNotHoldAreRefused() {
        byte[] last = message(0x0478, CONTEXT, List.of("x"), -1, null);
        assertThat(EncryptionSdkMessage.parse(last).payloadSizeBytes()).isEqualTo(3);
        // The last frame is 43 bytes long: the mark of it, number, nonce, length, content, tag.
        int frame = last.length - 43;
        for (int frameSize : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 24, 64}) {
            byte[] full = message(0x0478, CONTEXT, List.of("x"), frameSize, null);
            full[frame] = 0;
            full[frame + 1] = 0;
            full[frame + 2] = 0;
            full[frame + 3] = 1;
            assertThat(codeOf(full)).as("frames of %d bytes", frameSize).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertRefused(message(0x0478, CONTEXT, List.of("x"), 2, null), "longer than its frame length 2");
        assertThat(EncryptionSdkMessage.parse(message(0x0478, CONTEXT, List.of("x"), 3, null))
                        .payloadSizeBytes())
                .isEqualTo(3);
    }

    @Test
    void whatIsWrongWithThePublicKeyIsSaid() {
        byte[] signature = new byte[103];
        assertRefused(message(0x0478, Map.of(PUBLIC_KEY, POINT), null), "is not signed, and", "has a pair '");
        assertRefused(message(0x0578, CONTEXT, signature), "is signed, and", "has no '" + PUBLIC_KEY);
        assertRefused(message(0x0578, Map.of(PUBLIC_KEY, "x"), signature), "is signed, and", "no point of its curve");
    }

    private static void assertRefused(byte[] message, String... texts) {
        assertThatThrownBy(() -> EncryptionSdkMessage.parse(message))
                .isInstanceOf(MalformedEnvelopeException.class)
                .hasMessageContainingAll(texts);
    }
}
