// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /** The search for what an encoder puts in place of half a pair goes eight bytes at a time, the last eight apart. */
    @Test
    void halfASurrogatePairIsFoundAtEveryPositionOfAText() {
        for (int length = 1; length <= 40; length++) {
            for (int at = 0; at < length; at++) {
                String text = "x".repeat(at) + "\uD800" + "y".repeat(length - at - 1);
                String question = "x".repeat(at) + "?" + "y".repeat(length - at - 1);

                assertThat(Utf8.encode(text)).as("%d of %d", at, length).isNull();
                assertThat(Utf8.encode(question))
                        .as("%d of %d", at, length)
                        .isEqualTo(question.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void everyByteThatIsNoTextIsFoundAtEveryPosition() {
        for (int length = 1; length <= 20; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = new byte[length + 2];
                Arrays.fill(bytes, (byte) 'x');
                bytes[1 + at] = (byte) 0xFF;
                assertThat(Utf8.decode(bytes, 1, length)).isNull();
                assertThat(Utf8.decode(bytes, 0, at + 1)).isEqualTo("x".repeat(at + 1));
            }
        }
    }

    @Test
    void aReplacementCharacterThatIsThereIsText() {
        byte[] bytes = "a\uFFFDb".getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo("a\uFFFDb");
        assertThat(Utf8.encode("a\uFFFDb")).isEqualTo(bytes);
        bytes[0] = (byte) 0x80;
        assertThat(Utf8.decode(bytes, 0, bytes.length)).isNull();
    }

    /** Overlong forms, halves of pairs, numbers that are too large and cut sequences are as likely here as texts. */
    @Test
    void decodesWhatTheStrictDecoderOfTheJdkDecodesAndNothingElse() {
        SeededRandom random = SeededRandom.create();
        byte[] leads = {0x41, (byte) 0xC0, (byte) 0xC3, (byte) 0xE0, (byte) 0xED, (byte) 0xEF, (byte) 0xF0, (byte) 0xF4
        };
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = random.bytes(random.below(6));
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.below(3) == 0 ? leads[random.below(leads.length)] : (byte) (0x80 | (bytes[i] & 0x3F));
            }
            assertThat(Utf8.decode(bytes, 0, bytes.length))
                    .as("%s: %s", random, Arrays.toString(bytes))
                    .isEqualTo(strictlyDecoded(bytes));
        }
    }

    @Test
    void encodesWhatTheStrictEncoderOfTheJdkEncodesAndNothingElse() {
        SeededRandom random = SeededRandom.create();
        char[] some = {'a', '?', '\u00E9', '\uD83D', '\uDE00', '\uD800', '\uDFFF', '\uFFFD', '\u4E2D'};
        for (int round = 0; round < 100_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.below(12); length > 0; length--) {
                text.append(some[random.below(some.length)]);
            }
            assertThat(Utf8.encode(text.toString()))
                    .as("%s: %s", random, text)
                    .isEqualTo(strictlyEncoded(text.toString()));
        }
    }

    private static String strictlyDecoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static byte[] strictlyEncoded(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
