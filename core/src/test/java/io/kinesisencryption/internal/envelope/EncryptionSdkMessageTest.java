// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.Samples;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
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

    /** By hand: one pair, one encrypted data key, one frame of three bytes, and a signature if there is one. */
    private static byte[] message(int suite, Map<String, String> context, byte[] signature) {
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
            out.writeShort(1);
            out.writeUTF("provider");
            out.writeUTF("info");
            out.writeUTF("ciphertext");
            out.writeByte(2);
            out.writeInt(64);
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
    void aFooterBelongsToTheSignedSuiteOnly() {
        Map<String, String> signed = Map.of("kinesis:stream-name", "orders", PUBLIC_KEY, POINT);
        assertThat(codeOf(message(0x0578, signed, null))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(codeOf(message(0x0478, CONTEXT, new byte[103]))).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(EncryptionSdkMessage.parse(message(0x0478, CONTEXT, null)).payloadSizeBytes())
                .isEqualTo(3);
    }

    @Test
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
    void onlyTheTwoCommittingSuitesAreRecognised() {
        for (int suite = 0; suite < 0x10000; suite++) {
            byte[] begin = {2, (byte) (suite >>> 8), (byte) suite};
            assertThat(EncryptionSdkMessage.recognises(begin)).isEqualTo(suite == 0x0478 || suite == 0x0578);
        }
    }
}
