// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.error.ErrorCode.AUTHENTICATION_FAILED;
import static io.kinesisencryption.error.ErrorCode.KEY_NOT_CONFIGURED;
import static io.kinesisencryption.error.ErrorCode.MALFORMED_ENVELOPE;
import static io.kinesisencryption.error.ErrorCode.UNSUPPORTED_PAYLOAD;
import static io.kinesisencryption.error.ErrorCode.UNSUPPORTED_SUITE;
import static io.kinesisencryption.error.ErrorCode.UNSUPPORTED_VERSION;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TamperedMessageTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring kmsKeyring = Keyrings.awsKms(kms.createKey(), kms.client());

    @Test
    void everyFlippedByteOfARawAesMessageIsRefusedColdAndWarm() {
        assertEveryFlipIsRefused(Samples.rawAes(), UNSIGNED, 0xFF, 0x01, 0x80);
        assertEveryFlipIsRefused(Samples.rawAes(), SIGNED, 0x01);
    }

    @Test
    void everyFlippedByteOfAKmsMessageIsRefusedColdAndWarmAndCostsTheGoodKeyNothing() {
        for (AlgorithmSuite suite : new AlgorithmSuite[] {UNSIGNED, SIGNED}) {
            assertEveryFlipIsRefused(kmsKeyring, suite, 0x01, 0xFF);
        }
    }

    private void assertEveryFlipIsRefused(Keyring keyring, AlgorithmSuite suite, int... masks) {
        try (Ciphers warm = new Ciphers(keyring);
                Ciphers cold = new Ciphers(keyring)) {
            byte[] message = warm.seal(suite);
            assertThat(warm.open(message)).isEqualTo(Samples.PLAINTEXT);
            Regions regions = new Regions(message, suite);
            Set<ErrorCode> seen = EnumSet.noneOf(ErrorCode.class);
            for (int i = 0; i < message.length; i++) {
                for (int mask : masks) {
                    byte[] altered = message.clone();
                    altered[i] ^= (byte) mask;
                    cold.cipher.discardAll();
                    ErrorCode code = codeOf(cold, altered);
                    seen.add(code);
                    assertThat(code)
                            .as("%s: byte %d of %d ^ %02X", suite, i, message.length, mask)
                            .isIn(regions.expectedAt(i));
                    assertThat(codeOf(warm, altered))
                            .as("%s: byte %d of %d ^ %02X, warm", suite, i, message.length, mask)
                            .isEqualTo(code);
                }
            }
            assertThat(seen)
                    .contains(AUTHENTICATION_FAILED, MALFORMED_ENVELOPE, KEY_NOT_CONFIGURED, UNSUPPORTED_PAYLOAD);
            long calls = kms.callCount("Decrypt");
            for (int i = 0; i < 10; i++) {
                assertThat(warm.open(message)).isEqualTo(Samples.PLAINTEXT);
            }
            assertThat(kms.callCount("Decrypt"))
                    .as("the good key is still there")
                    .isEqualTo(calls);
        }
    }

    private static ErrorCode codeOf(Ciphers ciphers, byte[] altered) {
        // The caller's question, before there is a layout: bytes that do not begin like a message are no message.
        return EncryptionSdkMessage.recognises(altered) ? ciphers.codeOf(altered) : UNSUPPORTED_SUITE;
    }

    /** Which error is right depends on what the byte meant. */
    private static final class Regions {
        private final int contextEnd;
        private final int keysEnd;
        private final int headerEnd;
        private final int frameEnd;

        Regions(byte[] message, AlgorithmSuite suite) {
            EncryptionSdkMessage layout = EncryptionSdkMessage.parse(message);
            contextEnd = 37 + ((message[35] & 0xFF) << 8 | (message[36] & 0xFF));
            headerEnd = layout.headerSizeBytes();
            keysEnd = headerEnd - 53;
            frameEnd = message.length - (suite.signed() ? 105 : 0);
        }

        Set<ErrorCode> expectedAt(int index) {
            if (index < 3) {
                // The one other suite there is needs a public key in the context, or must not have one.
                return EnumSet.of(UNSUPPORTED_VERSION, UNSUPPORTED_SUITE, MALFORMED_ENVELOPE);
            }
            if (index < 35) {
                return EnumSet.of(AUTHENTICATION_FAILED);
            }
            if (index < contextEnd) {
                return EnumSet.of(MALFORMED_ENVELOPE, AUTHENTICATION_FAILED);
            }
            if (index < keysEnd) {
                return EnumSet.of(MALFORMED_ENVELOPE, AUTHENTICATION_FAILED, KEY_NOT_CONFIGURED, UNSUPPORTED_PAYLOAD);
            }
            if (index == keysEnd) {
                return EnumSet.of(UNSUPPORTED_PAYLOAD);
            }
            if (index < keysEnd + 5) {
                return EnumSet.of(MALFORMED_ENVELOPE, AUTHENTICATION_FAILED);
            }
            if (index < headerEnd) {
                return EnumSet.of(AUTHENTICATION_FAILED);
            }
            int inFrame = index - headerEnd;
            if (inFrame < 8 || (inFrame >= 20 && inFrame < 24)) {
                return EnumSet.of(MALFORMED_ENVELOPE);
            }
            if (index >= frameEnd && index < frameEnd + 2) {
                return EnumSet.of(MALFORMED_ENVELOPE);
            }
            return EnumSet.of(AUTHENTICATION_FAILED);
        }
    }

    /** Every bit: DER has many shapes, and none but the one that was written may pass. */
    @Test
    void everyFlippedBitOfASignatureIsRefused() {
        try (Ciphers ciphers = new Ciphers(kmsKeyring)) {
            byte[] message = ciphers.seal(SIGNED);
            assertThat(ciphers.open(message)).isEqualTo(Samples.PLAINTEXT);
            for (int i = message.length - 103; i < message.length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] altered = message.clone();
                    altered[i] ^= (byte) (1 << bit);
                    assertThat(ciphers.codeOf(altered))
                            .as("byte %d from the end, bit %d", message.length - i, bit)
                            .isEqualTo(AUTHENTICATION_FAILED);
                }
            }
            assertThat(kms.callCount("Decrypt")).isEqualTo(1);
        }
    }

    /** A reader has the data key and can make every tag, but no signature. */
    @Test
    void theSignatureOfAnotherMessageUnderTheSameKeyIsRefused() {
        try (Ciphers ciphers = new Ciphers(kmsKeyring)) {
            byte[] one = ciphers.seal(SIGNED);
            byte[] two = ciphers.seal(SIGNED);
            byte[] mixed = one.clone();
            System.arraycopy(two, two.length - 105, mixed, mixed.length - 105, 105);

            assertThat(ciphers.codeOf(mixed)).isEqualTo(AUTHENTICATION_FAILED);
            assertThat(ciphers.open(two)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void aSignedMessageWithoutItsFooterIsRefused() {
        try (Ciphers ciphers = new Ciphers(kmsKeyring)) {
            byte[] message = ciphers.seal(SIGNED);
            ciphers.open(message);

            assertThat(ciphers.codeOf(Arrays.copyOf(message, message.length - 105)))
                    .isEqualTo(MALFORMED_ENVELOPE);
        }
    }

    @Test
    void everyCutIsRefusedWithoutAKeyCall() {
        for (AlgorithmSuite suite : new AlgorithmSuite[] {UNSIGNED, SIGNED}) {
            try (Ciphers ciphers = new Ciphers(kmsKeyring)) {
                byte[] message = ciphers.seal(suite);
                kms.resetCalls();
                for (int length = 3; length < message.length; length++) {
                    assertThat(ciphers.codeOf(Arrays.copyOf(message, length)))
                            .as("cut to %d bytes", length)
                            .isEqualTo(MALFORMED_ENVELOPE);
                }
                assertThat(ciphers.codeOf(Arrays.copyOf(message, message.length + 1)))
                        .isEqualTo(MALFORMED_ENVELOPE);
                assertThat(kms.callCount("Decrypt")).isZero();
            }
        }
    }
}
