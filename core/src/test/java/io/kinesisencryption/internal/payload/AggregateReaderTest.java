// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static io.kinesisencryption.internal.payload.Protobuf.message;
import static io.kinesisencryption.internal.payload.Protobuf.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedPayloadException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What protobuf allows is read, and everything else is refused. */
class AggregateReaderTest {
    private static final int START_GROUP = 3;
    private static final int END_GROUP = 4;

    private final AggregateReader reader = new AggregateReader();

    private List<AggregatedUserRecord> read(Protobuf aggregate) {
        return reader.read(aggregate.toByteArray(), AggregateFraming.BARE, false);
    }

    private void assertRefused(Protobuf aggregate, String reason) {
        assertRefused(aggregate.toByteArray(), reason);
    }

    private void assertRefused(byte[] aggregate, String reason) {
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> reader.read(aggregate, AggregateFraming.BARE, false))
                .withMessageContaining(reason)
                .withNoCause()
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PAYLOAD));
    }

    private static String text(AggregatedUserRecord record) {
        return new String(record.data(), StandardCharsets.UTF_8);
    }

    @Test
    void tablesMayStandBehindTheRecords() {
        List<AggregatedUserRecord> records = read(message()
                .message(3, record(1, "x").varint(2, 0))
                .text(1, "a")
                .message(3, record(0, "y"))
                .text(2, "17")
                .text(1, "b"));

        assertThat(records).extracting(AggregatedUserRecord::partitionKey).containsExactly("b", "a");
        assertThat(records).extracting(AggregatedUserRecord::explicitHashKey).containsExactly("17", null);
        assertThat(records).extracting(AggregateReaderTest::text).containsExactly("x", "y");
    }

    @Test
    void recordsMayReferToTablesThatAreSplitAmongThem() {
        List<AggregatedUserRecord> records = read(message()
                .text(1, "a")
                .message(3, record(0, "v"))
                .text(1, "b")
                .message(3, record(1, "w"))
                .message(3, record(2, "x").varint(2, 1))
                .text(2, "16")
                .message(3, record(0, "y").varint(2, 0))
                .text(1, "c")
                .bytes(9, (byte) 7)
                .text(2, "17")
                .message(3, record(1, "z")));

        assertThat(records).extracting(AggregatedUserRecord::partitionKey).containsExactly("a", "b", "c", "a", "b");
        assertThat(records)
                .extracting(AggregatedUserRecord::explicitHashKey)
                .containsExactly(null, null, "17", "16", null);
        assertThat(records).extracting(AggregateReaderTest::text).containsExactly("v", "w", "x", "y", "z");
    }

    @Test
    void whatStandsBehindARecordIsCheckedAlsoWhereItsTablesAreLookedFor() {
        Protobuf early = message().message(3, record(0, "x"));
        assertRefused(
                message()
                        .raw(early.toByteArray())
                        .text(1, "a")
                        .message(3, message().varint(1, 0)),
                "lacks its");
        assertRefused(message().raw(early.toByteArray()).text(1, "a").message(3, record(1, "y")), "table that has 1");
        assertRefused(message().raw(early.toByteArray()).text(1, "a").varint(3, 0), "wire type 0");
        assertRefused(
                message()
                        .raw(early.toByteArray())
                        .text(1, "a")
                        .rawVarint(3 << 3 | 2)
                        .rawVarint(5),
                "user record");
        assertRefused(message().raw(early.toByteArray()).bytes(1, (byte) 0xFF), "not UTF-8");
    }

    /** All ways in which two numbers can be written and data can be long, around the form that is read at once. */
    @Test
    void recordsOfEveryFormMeanTheSame() {
        Protobuf aggregate = message();
        for (int i = 0; i < 300; i++) {
            aggregate.text(1, "key-" + i);
        }
        List<String> keys = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        for (int index : new int[] {0, 1, 127, 128, 299}) {
            for (int length : new int[] {0, 1, 2, 3, 4, 126, 127, 128, 129, 16_383, 16_384, 20_000}) {
                for (int form = 0; form < 4; form++) {
                    Protobuf record = message().rawVarint(1 << 3);
                    longer(record, index, form % 2 == 1).rawVarint(3 << 3 | 2);
                    longer(record, length, form > 1).raw(new byte[length]);
                    aggregate.message(3, record);
                    keys.add("key-" + index);
                    lengths.add(length);
                }
            }
        }

        List<AggregatedUserRecord> records = read(aggregate);

        assertThat(records).extracting(AggregatedUserRecord::partitionKey).containsExactlyElementsOf(keys);
        assertThat(records).extracting(record -> record.data().length).containsExactlyElementsOf(lengths);
    }

    /** Indexes of one and of two bytes, each of which what follows would let pass for the other: the record would get another's key. */
    @Test
    void anIndexIsNotMistakenForTheFieldThatFollowsIt() {
        int dataField = 3 << 3 | 2;
        Protobuf aggregate = message();
        for (int i = 0; i < (dataField + 1) << 7; i++) {
            aggregate.text(1, "key-" + i);
        }
        List<String> keys = new ArrayList<>();
        for (int low = 0; low < 1 << 7; low++) {
            int index = dataField << 7 | low;
            aggregate.message(3, record(index, "x".repeat(dataField - 1)));
            keys.add("key-" + index);
            // Its length is that field's number, and its first byte the length of what would then be left.
            aggregate.message(3, record(low, (char) (dataField - 1) + "x".repeat(dataField - 1)));
            keys.add("key-" + low);
        }

        List<AggregatedUserRecord> records = read(aggregate);

        assertThat(records).extracting(AggregatedUserRecord::partitionKey).containsExactlyElementsOf(keys);
    }

    /** A number, in a byte more than it needs if so wanted. */
    private static Protobuf longer(Protobuf record, int number, boolean longer) {
        if (!longer) {
            return record.rawVarint(number);
        }
        int rest = number;
        while (rest > 0x7F) {
            record.raw((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return record.raw(rest | 0x80, 0);
    }

    @Test
    void theFieldsOfARecordMayStandInAnyOrder() {
        assertThat(read(message()
                        .text(1, "a")
                        .text(2, "17")
                        .message(3, message().text(3, "x").varint(2, 0).varint(1, 0))))
                .singleElement()
                .satisfies(record -> assertThat(record.explicitHashKey()).isEqualTo("17"));
    }

    @Test
    void theLastOfASingleFieldCounts() {
        assertThat(read(message()
                        .text(1, "a")
                        .text(1, "b")
                        .text(2, "17")
                        .text(2, "18")
                        .message(
                                3,
                                record(0, "longer than the second")
                                        .varint(2, 0)
                                        .varint(1, 1)
                                        .text(3, "x")
                                        .varint(2, 1))))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.partitionKey()).isEqualTo("b");
                    assertThat(record.explicitHashKey()).isEqualTo("18");
                    assertThat(text(record)).isEqualTo("x");
                });
    }

    @Test
    void tagsAreHandedOn() {
        assertThat(read(message()
                        .text(1, "a")
                        .message(
                                3,
                                record(0, "x")
                                        .message(4, message().text(1, "k"))
                                        .message(
                                                4,
                                                message()
                                                        .text(2, "v")
                                                        .text(1, "k")
                                                        .text(2, "w")
                                                        .varint(9, 1)))))
                .singleElement()
                .satisfies(record -> assertThat(record.tags())
                        .containsExactly(new AggregateTag("k", null), new AggregateTag("k", "w")));
    }

    @Test
    void fieldsThatAreNotKnownArePassedOverAtEveryLevel() {
        Protobuf unknown = message()
                .varint(5, -1)
                .text(6, "whatever")
                .rawVarint(7 << 3 | 1)
                .raw(1, 2, 3, 4, 5, 6, 7, 8)
                .rawVarint(536870911L << 3 | 5)
                .raw(1, 2, 3, 4);
        byte[] some = unknown.toByteArray();

        assertThat(read(message()
                        .raw(some)
                        .text(1, "a")
                        .raw(some)
                        .message(
                                3,
                                message()
                                        .raw(some)
                                        .varint(1, 0)
                                        .raw(some)
                                        .text(3, "x")
                                        .raw(some)
                                        .message(
                                                4,
                                                message().raw(some).text(1, "k").raw(some)))
                        .raw(some)
                        .message(3, record(0, "y"))
                        .raw(some)))
                .extracting(AggregateReaderTest::text)
                .containsExactly("x", "y");
    }

    @Test
    void numbersInLongerFormsMeanTheSame() {
        assertThat(read(message()
                        .raw(0x8A, 0x80, 0x00, 0x81, 0x00, 'a')
                        .message(
                                3,
                                message()
                                        .raw(0x88, 0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00)
                                        .raw(0x1A, 0x81, 0x80, 0x00, 'x'))))
                .singleElement()
                .satisfies(record -> assertThat(record.partitionKey()).isEqualTo("a"));
    }

    @Test
    void manyRecordsAndKeysAreRead() {
        Protobuf aggregate = message();
        for (int i = 0; i < 1000; i++) {
            aggregate.text(1, "key-" + i);
        }
        for (int i = 0; i < 3000; i++) {
            aggregate.message(3, record(i % 1000, "data-" + i));
        }
        List<AggregatedUserRecord> records = read(aggregate);

        assertThat(records).hasSize(3000);
        assertThat(records.get(2500).partitionKey()).isEqualTo("key-500");
        assertThat(text(records.get(2500))).isEqualTo("data-2500");
    }

    @Test
    void recordsHaveArraysOfTheirOwnAndTheListDoesNotChange() {
        byte[] aggregate = message().text(1, "a").message(3, record(0, "xyz")).toByteArray();
        List<AggregatedUserRecord> records = reader.read(aggregate, AggregateFraming.BARE, false);
        Arrays.fill(aggregate, (byte) 0);

        assertThat(text(records.get(0))).isEqualTo("xyz");
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> records.remove(0));
    }

    @Test
    @Requirement("M14")
    void anAggregateOfNothingIsRefused() {
        assertRefused(message(), "no user record");
        assertRefused(message().text(1, "a"), "no user record");
        assertRefused(message().varint(9, 1), "no user record");
    }

    @Test
    @Requirement("M14")
    void missingFieldsAreRefused() {
        assertRefused(message().text(1, "a").message(3, message()), "lacks");
        assertRefused(message().text(1, "a").message(3, message().varint(1, 0)), "lacks");
        assertRefused(message().text(1, "a").message(3, message().varint(1, 0).varint(1, 0)), "lacks its data");
        assertRefused(message().text(1, "a").message(3, message().text(3, "data")), "lacks its partition key");
        assertRefused(
                message()
                        .text(1, "a")
                        .message(3, record(0, "x").message(4, message().text(2, "v"))),
                "lacks its key");
    }

    @Test
    @Requirement("M14")
    void indexesThatPointOutsideTheirTablesAreRefused() {
        for (long index : new long[] {1, 127, 128, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertRefused(
                    message().text(1, "a").message(3, record(index, "x")),
                    "partition key " + Long.toUnsignedString(index));
            assertRefused(
                    message()
                            .text(1, "a")
                            .text(2, "1")
                            .message(3, record(0, "x").varint(2, index)),
                    "explicit hash key " + Long.toUnsignedString(index));
        }
        assertRefused(message().message(3, record(0, "x")), "table that has 0");
        assertRefused(message().text(1, "a").message(3, record(0, "x").varint(2, 0)), "table that has 0");
    }

    @Test
    void aKnownFieldOfAnotherWireTypeIsRefused() {
        assertRefused(message().varint(1, 0), "wire type 0");
        assertRefused(message().varint(2, 0), "wire type 0");
        assertRefused(message().rawVarint(3 << 3 | 1).raw(new byte[8]), "wire type 1");
        assertRefused(
                message().text(1, "a").message(3, message().bytes(1, (byte) 0).text(3, "x")), "wire type 2");
        assertRefused(message().text(1, "a").message(3, record(0, "x").text(2, "17")), "wire type 2");
        assertRefused(message().text(1, "a").message(3, message().varint(1, 0).varint(3, 1)), "wire type 0");
        assertRefused(message().text(1, "a").message(3, record(0, "x").varint(4, 1)), "wire type 0");
        assertRefused(
                message()
                        .text(1, "a")
                        .message(3, record(0, "x").message(4, message().varint(1, 1))),
                "wire type 0");
    }

    @Test
    void groupsAndWireTypesThatDoNotExistAreRefused() {
        for (int wireType : new int[] {START_GROUP, END_GROUP, 6, 7}) {
            Protobuf wrong = message().rawVarint(9 << 3 | wireType);
            assertRefused(message().raw(wrong.toByteArray()), "wire type " + wireType);
            assertRefused(
                    message().text(1, "a").message(3, record(0, "x").raw(wrong.toByteArray())),
                    "wire type " + wireType);
        }
    }

    @Test
    void fieldNumbersOutsideTheirRangeAreRefused() {
        assertRefused(message().rawVarint(0).rawVarint(0), "number 0");
        assertRefused(message().rawVarint(2).rawVarint(0), "number 0");
        assertRefused(message().rawVarint(7).rawVarint(0), "number 0");
        assertRefused(message().rawVarint(0xFFFFFFFFL).rawVarint(0), "field 536870911");
        assertRefused(message().rawVarint(1L << 32 | 0x0A).rawVarint(0), "number 536870913");
        assertRefused(message().rawVarint(-6), "number 2305843009213693951");
    }

    @Test
    void numbersOfMoreThan64BitsAreRefused() {
        byte[] overlong = {-128, -128, -128, -128, -128, -128, -128, -128, -128, -128, 0};
        byte[] tooLarge = {-1, -1, -1, -1, -1, -1, -1, -1, -1, 2};
        for (byte[] number : List.of(overlong, tooLarge)) {
            assertRefused(message().raw(0x0A).raw(number), "64 bits");
            assertRefused(message().raw(number), "64 bits");
            assertRefused(
                    message()
                            .text(1, "a")
                            .message(3, message().raw(0x08).raw(number).text(3, "x")),
                    "64 bits");
            assertRefused(message().rawVarint(9 << 3).raw(number), "64 bits");
        }
    }

    @Test
    void lengthsThatExceedWhatIsThereAreRefusedBeforeAnythingIsAllocated() {
        for (long length : new long[] {1, 127, 1 << 20, Integer.MAX_VALUE, 1L << 32, 1L << 63, -1}) {
            String claim = Long.toUnsignedString(length) + " bytes are needed";
            assertRefused(message().raw(0x0A).rawVarint(length), claim);
            assertRefused(message().raw(0x12).rawVarint(length), claim);
            assertRefused(message().raw(0x1A).rawVarint(length), claim);
            assertRefused(message().raw(0x2A).rawVarint(length), claim);
            assertRefused(
                    message()
                            .text(1, "a")
                            .message(3, message().varint(1, 0).raw(0x1A).rawVarint(length)),
                    claim);
            assertRefused(
                    message().text(1, "a").message(3, record(0, "").raw(0x22).rawVarint(length)), claim);
            assertRefused(
                    message()
                            .text(1, "a")
                            .message(
                                    3,
                                    record(0, "").message(4, message().raw(0x0A).rawVarint(length))),
                    claim);
        }
    }

    /** The array ends there as well, so whoever reads on reads behind it. */
    @Test
    void aRecordThatIsCutInsideItsNumbersIsRefused() {
        int[][] cuts = {
            {0x08, 0x00, 0x1A, 0x81},
            {0x08, 0x00, 0x1A, 0x81, 0x80},
            {0x08, 0x00, 0x1A, 0x81, 0x80, 0x80},
            {0x08, 0x80, 0x00, 0x1A, 0x81},
            {0x08, 0x80, 0x00, 0x1A, 0x81, 0x80},
            {0x08, 0x81, 0x80, 0x80},
            {0x08, 0x81, 0x80, 0x80, 0x80, 0x80}
        };
        for (int[] cut : cuts) {
            assertRefused(message().text(1, "a").message(3, message().raw(cut)), "ends inside its");
        }
    }

    /** A number of one byte is read at once: it must stand in its message and not behind it, where a record would get another's key. */
    @Test
    void aNumberThatIsNotThereIsNotReadBehindItsMessage() {
        for (int fieldKey : new int[] {0x0A, 0x12, 0x1A, 0x48, 0x4A}) {
            assertRefused(message().raw(fieldKey), "ends inside its");
        }
        Protobuf table = message();
        for (int i = 0; i <= 0x1A; i++) {
            table.text(1, "key-" + i);
        }
        assertRefused(
                table.message(3, message().text(3, "x").raw(0x08)).message(3, record(0, "y")),
                "ends inside its partition key index");
    }

    /** A record's data may not reach into the next record, although the bytes are there. */
    @Test
    void lengthsThatExceedTheirMessageAreRefused() {
        assertRefused(
                message()
                        .text(1, "a")
                        .message(3, message().varint(1, 0).raw(0x1A, 3, 'x'))
                        .message(3, record(0, "yyyy")),
                "3 bytes are needed");
        assertRefused(
                message()
                        .text(1, "a")
                        .message(3, message().varint(1, 0).raw(0x1A))
                        .message(3, record(0, "y")),
                "lacks");
        assertRefused(
                message().text(1, "a").message(3, record(0, "").raw(0x11, 1, 2)).message(3, record(0, "y")),
                "wire type 1");
        assertRefused(
                message().text(1, "a").message(3, record(0, "").raw(0x49, 1, 2)).message(3, record(0, "yyyyyyyyyyyy")),
                "8 bytes are needed");
        assertRefused(
                message().text(1, "a").message(3, record(0, "").raw(0x4D, 1, 2)).message(3, record(0, "yyyyyyyyyyyy")),
                "4 bytes are needed");
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        byte[][] wrong = {
            {(byte) 0xFF},
            {(byte) 0xC3},
            {'a', (byte) 0xC3, 'b'},
            {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD, (byte) 0xFF}
        };
        for (byte[] text : wrong) {
            assertRefused(message().bytes(1, text).message(3, record(0, "x")), "partition key");
            assertRefused(message().text(1, "a").bytes(2, text).message(3, record(0, "x")), "explicit hash key");
            assertRefused(
                    message()
                            .text(1, "a")
                            .message(3, record(0, "x").message(4, message().bytes(1, text))),
                    "tag key");
            assertRefused(
                    message()
                            .text(1, "a")
                            .message(
                                    3,
                                    record(0, "x")
                                            .message(4, message().text(1, "k").bytes(2, text))),
                    "tag value");
        }
    }

    @Test
    void theLimitHoldsForRecordsAndForBothTables() {
        AggregateReader limited = new AggregateReader(2);
        byte[] records = message()
                .text(1, "a")
                .message(3, record(0, "x"))
                .message(3, record(0, "y"))
                .toByteArray();
        assertThat(limited.read(records, AggregateFraming.BARE, false)).hasSize(2);
        Protobuf oneMoreRecord = message().raw(records).message(3, record(0, "z"));
        Protobuf oneMoreKey = message().raw(records).text(1, "b").text(1, "c");
        Protobuf oneMoreHashKey =
                message().raw(records).text(2, "1").text(2, "2").text(2, "3");
        for (Protobuf tooMany : List.of(oneMoreRecord, oneMoreKey, oneMoreHashKey)) {
            assertThat(read(tooMany)).isNotEmpty();
            assertThatExceptionOfType(MalformedPayloadException.class)
                    .isThrownBy(() -> limited.read(tooMany.toByteArray(), AggregateFraming.BARE, false))
                    .withMessageContaining("more than 2 ");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new AggregateReader(0));
    }

    @Test
    void aKplAggregateNeedsItsMagicAndItsMd5() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        writer.add("a", null, new byte[] {1, 2, 3});
        byte[] aggregate = writer.toByteArray();
        for (int i = 0; i < aggregate.length; i++) {
            byte[] altered = aggregate.clone();
            altered[i] ^= 1;
            assertThatExceptionOfType(MalformedPayloadException.class)
                    .as("byte %d", i)
                    .isThrownBy(() -> reader.read(altered, AggregateFraming.KPL, true));
            if (i >= aggregate.length - 16) {
                assertThat(reader.read(altered, AggregateFraming.KPL, false)).hasSize(1);
            }
        }
        for (int length = 0; length < aggregate.length; length++) {
            byte[] cut = Arrays.copyOf(aggregate, length);
            assertThatExceptionOfType(MalformedPayloadException.class)
                    .isThrownBy(() -> reader.read(cut, AggregateFraming.KPL, true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BARE", "KPL"})
    void oneFramingIsNeverTakenForTheOther(String written) {
        AggregateFraming framing = AggregateFraming.valueOf(written);
        AggregateFraming other = framing == AggregateFraming.BARE ? AggregateFraming.KPL : AggregateFraming.BARE;
        AggregateWriter writer = new AggregateWriter(framing);
        writer.add("a", null, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
        byte[] aggregate = writer.toByteArray();

        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> reader.read(aggregate, other, false));
    }

    @Test
    void errorsAndDescriptionsShowNoPlaintext() {
        AggregatedUserRecord record = AggregatedUserRecord.of(
                "secret-key",
                "4711",
                "secret".getBytes(StandardCharsets.UTF_8),
                List.of(new AggregateTag("secret", "secret")));

        assertThat(record.toString()).isEqualTo("AggregatedUserRecord[6 bytes]");
        assertThat(record.tags().toString()).doesNotContain("secret");
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> read(message().text(1, "secret-key").message(3, record(7, "secret"))))
                .withMessageNotContaining("secret");
    }
}
