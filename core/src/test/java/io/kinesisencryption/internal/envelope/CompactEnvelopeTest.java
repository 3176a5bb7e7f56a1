// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.MalformedEnvelopeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompactEnvelopeTest {
    private static final int TAIL_BYTES = CompactLayout.NONCE_BYTES + CompactLayout.TAG_BYTES;

    private final SeededRandom random = SeededRandom.create();

    private static EncryptedDataKeyEntry entry(int providerIdBytes, int infoBytes, int ciphertextBytes) {
        return new EncryptedDataKeyEntry(
                "p".repeat(providerIdBytes), ByteBuffer.allocate(infoBytes), ByteBuffer.allocate(ciphertextBytes));
    }

    private static CompactKeySection section(Map<String, String> context, EncryptedDataKeyEntry... entries) {
        return CompactWriter.keySection(CompactWriter.encodeContext(context), List.of(entries));
    }

    private static byte[] envelope(Map<String, String> context, EncryptedDataKeyEntry... entries) {
        return section(context, entries).newEnvelope(0, 5);
    }

    private static ErrorCode codeOf(byte[] envelope) {
        try {
            CompactEnvelope.parse(envelope);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("The envelope was accepted");
    }

    @Test
    void whatIsWrittenIsRead() {
        for (int round = 0; round < 500; round++) {
            Map<String, String> context = new HashMap<>();
            for (int i = random.below(6); i > 0; i--) {
                context.put(text(random.below(30)), text(random.below(60)));
            }
            List<EncryptedDataKeyEntry> entries = new ArrayList<>();
            for (int i = 1 + random.below(8); i > 0; i--) {
                entries.add(new EncryptedDataKeyEntry(
                        text(random.below(20)),
                        ByteBuffer.wrap(random.bytes(random.below(100))),
                        ByteBuffer.wrap(random.bytes(random.below(200)))));
            }
            CompactKeySection section = CompactWriter.keySection(CompactWriter.encodeContext(context), entries)
                    .withCommitment(random.bytes(32));
            int payloadSizeBytes = random.below(2000);
            byte[] envelope = section.newEnvelope(round & 7, payloadSizeBytes);

            CompactEnvelope parsed = CompactEnvelope.parse(envelope);

            assertThat(parsed.encryptionContext()).as(random.toString()).isEqualTo(context);
            assertThat(parsed.encryptedDataKeys()).as(random.toString()).isEqualTo(entries);
            assertThat(parsed.keySection()).isEqualTo(section).hasSameHashCodeAs(section);
            assertThat(parsed.keySection().commitment()).isEqualTo(section.commitment());
            assertThat(parsed.layout().flags()).isEqualTo(round & 7);
            assertThat(parsed.layout().partitionKeyBound()).isEqualTo((round & 4) != 0);
            assertThat(parsed.layout().payloadSizeBytes()).isEqualTo(payloadSizeBytes);
            assertThat(parsed.keySection().newEnvelope(round & 7, payloadSizeBytes))
                    .isEqualTo(envelope);
        }
    }

    /** Of one to four bytes each in UTF-8, so that the order by bytes is not that of Java's characters. */
    private String text(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int[] starts = {' ', 0xE0, 0x4E00, 0xE000, 0x1F600};
            text.appendCodePoint(starts[random.below(starts.length)] + random.below(80));
        }
        return text.toString();
    }

    @Test
    @Requirement("M24")
    void keysAreOrderedByTheirBytesAndNotByTheirCharacters() {
        // In UTF-16 the surrogate pair comes first, in UTF-8 the other.
        byte[] encoded = CompactWriter.encodeContext(Map.of("\uD83D\uDE00", "1", "\uFF21", "2"));

        assertThat(encoded[6]).isEqualTo((byte) 0xEF);
        CompactEnvelope parsed = CompactEnvelope.parse(
                CompactWriter.keySection(encoded, List.of(entry(1, 1, 1))).newEnvelope(0, 0));
        assertThat(parsed.encryptionContext().keySet()).containsExactly("\uFF21", "\uD83D\uDE00");
    }

    @Test
    @Requirement("M1")
    void theBeginningIsRecognisedAndNothingElse() {
        assertThat(CompactLayout.recognises(new byte[] {(byte) 0xFE, 'K', 'E'})).isTrue();
        assertThat(CompactLayout.recognises(new byte[] {(byte) 0xFE, 'K'})).isFalse();
        assertThat(CompactLayout.recognises(new byte[0])).isFalse();
        for (int i = 0; i < 3; i++) {
            byte[] other = {(byte) 0xFE, 'K', 'E', 1};
            other[i] ^= 1;
            assertThat(CompactLayout.recognises(other)).isFalse();
        }
    }

    @Test
    @Requirement("M23")
    void everyOtherVersionSuiteAndReservedFlagIsRefused() {
        byte[] envelope = envelope(Map.of("a", "b"), entry(1, 1, 1));
        for (int value = 0; value < 256; value++) {
            byte[] version = envelope.clone();
            version[3] = (byte) value;
            byte[] suite = envelope.clone();
            suite[4] = (byte) value;
            byte[] flags = envelope.clone();
            flags[5] = (byte) value;
            if (value != 1) {
                assertThat(codeOf(version)).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
                assertThat(codeOf(suite)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
            }
            if (value > 7) {
                assertThat(codeOf(flags)).isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
            } else {
                assertThat(CompactEnvelope.parse(flags).layout().flags()).isEqualTo(value);
            }
        }
    }

    @Test
    @Requirement("M25")
    void everyCutIsRefused() {
        byte[] envelope = section(Map.of("a", "b"), entry(3, 4, 5)).newEnvelope(0, 0);
        for (int length = 3; length < envelope.length; length++) {
            assertThat(codeOf(Arrays.copyOf(envelope, length)))
                    .as("cut to %d bytes", length)
                    .isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertThat(CompactEnvelope.parse(envelope).layout().payloadSizeBytes()).isZero();
    }

    @Test
    @Requirement("M25")
    void contextIsTakenUpToItsLimitOnly() {
        // Count, two lengths and the key take 7 bytes.
        assertThat(CompactEnvelope.parse(envelope(Map.of("k", "v".repeat(4096 - 7)), entry(1, 1, 1)))
                        .encryptionContext())
                .hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope(Map.of("k", "v".repeat(4096 - 6)), entry(1, 1, 1)))
                .withMessageContaining("4097 bytes")
                .withMessageContaining("4096");
        byte[] tooLarge = new byte[4096 + 200];
        System.arraycopy(envelope(Map.of("a", "b"), entry(1, 1, 1)), 0, tooLarge, 0, 38);
        tooLarge[38] = 0x10;
        tooLarge[39] = 0x01;
        assertThatThrownBy(() -> CompactEnvelope.parse(tooLarge))
                .isInstanceOf(MalformedEnvelopeException.class)
                .hasMessageContaining("4097 bytes of encryption context");
    }

    @Test
    @Requirement({"M10", "M25"})
    void encryptedDataKeysAreTakenUpToTheirLimitsOnly() {
        assertThatIllegalArgumentException().isThrownBy(() -> envelope(Map.of()));
        EncryptedDataKeyEntry[] eight = new EncryptedDataKeyEntry[8];
        Arrays.fill(eight, entry(1, 1, 1));
        assertThat(CompactEnvelope.parse(envelope(Map.of(), eight)).encryptedDataKeys())
                .hasSize(8);
        EncryptedDataKeyEntry[] nine = new EncryptedDataKeyEntry[9];
        Arrays.fill(nine, entry(1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> envelope(Map.of(), nine));

        // The count takes one byte and the three lengths six.
        byte[] largest = envelope(Map.of(), entry(1, 1, 8192 - 9));
        assertThat(CompactEnvelope.parse(largest).encryptedDataKeys()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope(Map.of(), entry(1, 1, 8192 - 8)))
                .withMessageContaining("8193 bytes")
                .withMessageContaining("8192");
        assertThatIllegalArgumentException().isThrownBy(() -> envelope(Map.of(), entry(1, 1, 0x10000)));

        byte[] none = largest.clone();
        none[42] = 0;
        assertThat(codeOf(none)).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        byte[] tooMany = envelope(Map.of(), eight);
        tooMany[42] = 9;
        assertThatThrownBy(() -> CompactEnvelope.parse(tooMany))
                .isInstanceOf(MalformedEnvelopeException.class)
                .hasMessageContaining("9 encrypted data keys");
        byte[] oneMore = Arrays.copyOf(largest, largest.length + 1);
        oneMore[50]++;
        assertThatThrownBy(() -> CompactEnvelope.parse(oneMore))
                .isInstanceOf(MalformedEnvelopeException.class)
                .hasMessageContaining("8193 bytes of encrypted data keys");
    }

    @Test
    @Requirement("M24")
    void textOfTheWrongEncodingIsNeitherReadNorWritten() {
        byte[] envelope = envelope(Map.of("key", "value"), entry(4, 1, 1));
        for (int offset : new int[] {44, 49, 57}) {
            byte[] altered = envelope.clone();
            altered[offset] = (byte) 0xFF;
            assertThat(codeOf(altered)).as("offset %d", offset).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> CompactWriter.encodeContext(Map.of("\uD800", "v")));
        assertThatIllegalArgumentException().isThrownBy(() -> CompactWriter.encodeContext(Map.of("k", "\uDC00x")));
    }

    @Test
    void keySectionsAreEqualOnlyInFull() {
        CompactKeySection section = section(Map.of("a", "b"), entry(1, 2, 3)).withCommitment(random.bytes(32));
        byte[] envelope = section.newEnvelope(5, 10);
        CompactLayout layout = CompactLayout.read(envelope);
        CompactKeySection view = CompactKeySection.viewOf(envelope, layout);

        assertThat(view).isEqualTo(section).hasSameHashCodeAs(section);
        assertThat(section).isEqualTo(view).isNotEqualTo("section");
        for (int i = 0; i < layout.nonceOffset(); i++) {
            byte[] altered = envelope.clone();
            altered[i] ^= 1;
            CompactKeySection other = CompactKeySection.viewOf(altered, layout);
            // The flags are a record's own.
            assertThat(section.equals(other)).as("byte %d", i).isEqualTo(i == 5);
            assertThat(other.equals(section)).as("byte %d", i).isEqualTo(i == 5);
        }
        CompactKeySection longer = section(Map.of("a", "b"), entry(1, 2, 4)).withCommitment(section.commitment());
        assertThat(section).isNotEqualTo(longer).hasSameHashCodeAs(longer);
    }

    @Test
    void aCopyDoesNotChangeWithTheEnvelopeThatItWasMadeOf() {
        byte[] envelope = envelope(Map.of("a", "b"), entry(1, 2, 3));
        CompactKeySection copy = CompactEnvelope.parse(envelope).keySection();
        byte[] before = copy.newEnvelope(0, 0);
        Arrays.fill(envelope, (byte) 7);

        assertThat(copy.newEnvelope(0, 0)).isEqualTo(before).hasSize(copy.sizeBytes() + TAIL_BYTES);
    }

    @Test
    void aWrappingKeysNameIsShownAsFarAsItIsPrintable() {
        EncryptedDataKeyEntry entry = new EncryptedDataKeyEntry(
                "aws-kms", ByteBuffer.wrap(new byte[] {'a', 'r', 'n', 0, 'x'}), ByteBuffer.allocate(1));

        assertThat(entry.wrappingKeyName()).isEqualTo("aws-kms arn");
    }

    @Test
    void ofAWrappingKeysNameNoSpaceAndNoMoreThan256CharactersAreShown() {
        for (String end : List.of(" ", "\u007F", "\n", "\u00E9", "\u001B")) {
            assertThat(new EncryptedDataKeyEntry("a!~" + end + "b", ByteBuffer.allocate(0), ByteBuffer.allocate(0))
                            .wrappingKeyName())
                    .isEqualTo("a!~ ");
        }
        assertThat(entry(256, 0, 0).wrappingKeyName()).isEqualTo("p".repeat(256) + " ");
        assertThat(entry(257, 0, 0).wrappingKeyName()).isEqualTo("p".repeat(256) + " ");
    }

    @Test
    void untrustedTextIsShownUpTo512CharactersWithoutControls() {
        assertThat(UntrustedText.shown("x".repeat(512))).isEqualTo("x".repeat(512));
        assertThat(UntrustedText.shown("x".repeat(513))).isEqualTo("x".repeat(512) + "…");
        assertThat(UntrustedText.shown("a\nb\u009Bc\u2028d\u202Ee")).isEqualTo("a?b?c?d?e");
    }

    /** Each bit of a commitment counts, so that commitments that are chosen do not meet in one bucket. */
    @Test
    void hashesOfOtherCommitmentsDiffer() {
        CompactKeySection section = section(Map.of("a", "b"), entry(1, 2, 3));
        byte[] commitment = random.bytes(32);
        Set<Integer> hashes = new HashSet<>();
        hashes.add(section.withCommitment(commitment).hashCode());
        for (int bit = 0; bit < 256; bit++) {
            byte[] other = commitment.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            hashes.add(section.withCommitment(other).hashCode());
        }
        // Two of 257 numbers of 32 bits meet once in 130,000 runs.
        assertThat(hashes).as(random.toString()).hasSizeGreaterThan(250);
        int ones = 0;
        for (int hash : hashes) {
            ones += Integer.bitCount(hash);
        }
        assertThat(ones / (double) hashes.size()).as("bits that are set").isBetween(13.0, 19.0);
        assertThat(section).hasToString("CompactKeySection[%d bytes]".formatted(section.sizeBytes()));
    }
}
