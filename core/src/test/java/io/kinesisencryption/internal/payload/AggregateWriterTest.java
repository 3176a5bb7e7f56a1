// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AggregateWriterTest {
    private final AggregateReader reader = new AggregateReader();

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsReadAndEverySizeWasForetold(AggregateFraming framing) {
        SeededRandom random = SeededRandom.create();
        RandomRecords source = new RandomRecords(random);
        AggregateWriter writer = new AggregateWriter(framing);
        for (int round = 0; round < 200; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(400), random.below(3) == 0);
            for (AggregatedUserRecord record : records) {
                long foretold = writer.sizeBytesWith(record);
                writer.sizeBytesWith(source.key(), null, random.below(100));
                assertThat(writer.sizeBytesWith(record)).as(random.toString()).isEqualTo(foretold);
                if (record.tags().isEmpty()) {
                    assertThat(writer.sizeBytesWith(
                                    record.partitionKey(), record.explicitHashKey(), record.data().length))
                            .as(random.toString())
                            .isEqualTo(foretold);
                    writer.add(record.partitionKey(), record.explicitHashKey(), record.data());
                } else {
                    writer.add(record);
                }
                assertThat(writer.sizeBytes()).as(random.toString()).isEqualTo(foretold);
            }
            byte[] aggregate = writer.toByteArray();

            assertThat(aggregate).as(random.toString()).hasSize(writer.sizeBytes());
            assertThat(writer.recordCount()).isEqualTo(records.size());
            RandomRecords.assertSame(reader.read(aggregate, framing, true), records, random);
            writer.clear();
        }
    }

    @Test
    void theBytesAreThoseOfTheFormat() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        writer.add("a", null, new byte[] {1, 2});
        writer.add("b", "7", new byte[0]);
        writer.add(AggregatedUserRecord.of("a", "7", new byte[] {3}, List.of(new AggregateTag("k", "v"))));

        assertThat(HexFormat.of().formatHex(writer.toByteArray()))
                .isEqualTo("f3899ac2" + "0a0161" + "0a0162" + "120137" + "1a0608001a020102" + "1a06080110001a00"
                        + "1a0f080010001a010322060a016b120176" + "e1d8128e6295f9f82c34b0e62db543f9");
    }

    @Test
    void keysThatComeAgainAreWrittenOnce() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        writer.add("customer-1", "42", new byte[10]);
        int first = writer.sizeBytes();
        writer.add(new String("customer-1".toCharArray()), new String("42".toCharArray()), new byte[10]);

        assertThat(writer.sizeBytes() - first).isEqualTo(2 + 2 + 2 + 2 + 10);
    }

    @Test
    void itWritesWhereItIsTold() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        writer.add("a", null, new byte[] {1, 2, 3});
        byte[] alone = writer.toByteArray();
        byte[] target = new byte[alone.length + 9];
        Arrays.fill(target, (byte) 0x55);

        assertThat(writer.writeTo(target, 4)).isEqualTo(4 + alone.length);

        assertThat(Arrays.copyOfRange(target, 4, 4 + alone.length)).isEqualTo(alone);
        assertThat(Arrays.copyOf(target, 4)).containsOnly(0x55);
        assertThat(Arrays.copyOfRange(target, 4 + alone.length, target.length)).containsOnly(0x55);
        byte[] tooShort = new byte[alone.length + 3];
        assertThatThrownBy(() -> writer.writeTo(tooShort, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(tooShort).containsOnly(0);
    }

    @Test
    void aClearedWriterBeginsAnew() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        writer.add("a", null, new byte[] {1});
        byte[] first = writer.toByteArray();
        writer.add("b", "9", new byte[500]);
        writer.clear();

        assertThat(writer.recordCount()).isZero();
        assertThat(writer.sizeBytes()).isZero();
        writer.add("a", null, new byte[] {1});
        assertThat(writer.toByteArray()).isEqualTo(first);
    }

    @Test
    void anAggregateOfNothingIsNotWritten() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);

        assertThat(writer.sizeBytes()).isEqualTo(20);
        assertThatIllegalStateException().isThrownBy(writer::toByteArray);
    }

    @Test
    void halfASurrogatePairIsRefusedAndLeavesTheWriterAsItWas() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        writer.add("a", null, new byte[] {1});
        byte[] before = writer.toByteArray();
        for (String wrong : List.of("\uD83D", "abcdefgh\uDE00", "\uDE00\uD83D", "ä\uD83Dx", "漢\uD83D", "?\uD83D?")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.add(wrong, null, new byte[1]))
                    .withMessageContaining("%d characters", wrong.length());
            assertThatIllegalArgumentException().isThrownBy(() -> writer.add("new", wrong, new byte[1]));
            assertThatIllegalArgumentException().isThrownBy(() -> writer.sizeBytesWith(wrong, null, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.add(AggregatedUserRecord.of(
                            "new", null, new byte[1], List.of(new AggregateTag("key", wrong)))));
        }
        assertThat(writer.toByteArray()).isEqualTo(before);
        assertThat(writer.recordCount()).isEqualTo(1);
    }

    @Test
    void questionMarksAndReplacementCharactersAreTextLikeAnyOther() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        List<String> keys = List.of("?", "why?", "is-this-long-enough?yes", "\uFFFD", "a\uFFFDb?", "😀?", "");
        for (String key : keys) {
            writer.add(key, null, new byte[0]);
        }
        assertThat(reader.read(writer.toByteArray(), AggregateFraming.BARE, false))
                .extracting(AggregatedUserRecord::partitionKey)
                .isEqualTo(keys);
    }

    @Test
    void negativeSizesAndMissingPartsAreRefused() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);

        assertThatIllegalArgumentException().isThrownBy(() -> writer.sizeBytesWith("a", null, -1));
        assertThatThrownBy(() -> writer.add("a", null, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> writer.add(null, null, new byte[1])).isInstanceOf(NullPointerException.class);
        assertThat(writer.recordCount()).isZero();
        assertThat(writer.sizeBytes()).isZero();
    }

    @Test
    void anAggregateThatNoArrayHoldsIsRefusedBeforeItIsTooLate() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        byte[] shared = new byte[64 * 1024 * 1024];
        int fitting = Integer.MAX_VALUE / (shared.length + 13);
        for (int i = 0; i < fitting; i++) {
            writer.add("a", null, shared);
        }
        int before = writer.sizeBytes();

        assertThat(writer.sizeBytesWith("a", null, shared.length)).isGreaterThan(Integer.MAX_VALUE - 8);
        assertThat(writer.sizeBytesWith("a", null, Integer.MAX_VALUE))
                .isGreaterThan(2L * Integer.MAX_VALUE - shared.length);
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.add("a", null, shared))
                .withMessageContaining("%d bytes", before);
        assertThat(writer.sizeBytes()).isEqualTo(before);
        assertThat(writer.recordCount()).isEqualTo(fitting);
    }

    @Test
    void itTakesAsManyRecordsAsAReaderAcceptsAndNoMore() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        for (int i = 0; i < AggregateReader.DEFAULT_MAX_RECORDS; i++) {
            writer.add("a", null, new byte[0]);
        }
        assertThatIllegalStateException().isThrownBy(() -> writer.add("a", null, new byte[0]));
        assertThat(reader.read(writer.toByteArray(), AggregateFraming.BARE, false))
                .hasSize(AggregateReader.DEFAULT_MAX_RECORDS);
    }

    /** Which keys are shared is not promised, but nearly all are that nobody chose to collide, however often the table has grown or was cleared. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 20_000})
    void ordinaryKeysThatComeAgainAreShared(int expectedRecords) {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE, expectedRecords);
        int count = 20_000;
        for (int round = 0; round < 2; round++) {
            writer.clear();
            for (int i = 0; i < count; i++) {
                writer.add("customer-" + i, Integer.toString(i), new byte[0]);
            }
            int twice = 0;
            for (int i = 0; i < count; i++) {
                int before = writer.sizeBytes();
                writer.add("customer-" + i, Integer.toString(i), new byte[0]);
                // A record of two indexes of three bytes and no data; a key would take 12 bytes more, or a hash key 3.
                twice += writer.sizeBytes() - before > 2 + 4 + 4 + 2 ? 1 : 0;
            }
            assertThat(twice).as("keys that are in the table again").isLessThan(count / 100);
        }
    }

    /** Keys whose hashes are all the same: they may cost bytes, never correctness; shared or not, the size is foretold. */
    @Test
    void keysThatCollideAreStillRight() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        List<String> keys = new ArrayList<>(List.of(""));
        for (int i = 0; i < 13; i++) {
            List<String> longer = new ArrayList<>();
            for (String key : keys) {
                longer.add(key + "Aa");
                longer.add(key + "BB");
            }
            keys = longer;
        }
        List<AggregatedUserRecord> records = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (String key : keys) {
                records.add(AggregatedUserRecord.of(key, null, new byte[] {1}));
                long foretold = writer.sizeBytesWith(key, null, 1);
                writer.add(key, null, new byte[] {1});
                assertThat(writer.sizeBytes()).isEqualTo(foretold);
            }
        }
        assertThat(keys).hasSize(8192).allMatch(key -> key.hashCode() == keysHash());
        RandomRecords.assertSame(
                reader.read(writer.toByteArray(), AggregateFraming.BARE, false), records, SeededRandom.create());
    }

    private static int keysHash() {
        return "AaAaAaAaAaAaAaAaAaAaAaAaAa".hashCode();
    }
}
