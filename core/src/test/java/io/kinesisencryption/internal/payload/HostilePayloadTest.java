// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static io.kinesisencryption.internal.payload.Protobuf.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.Allocations;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.MalformedPayloadException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are: a result or this library's error, within memory that follows the size of the payload. */
class HostilePayloadTest {
    /** What reading may allocate beside the multiple of the payload: a handful of objects, and an error with its stack. */
    private static final int FIXED_BYTES = 64 * 1024;

    /**
     * Everything that is kept of an aggregate or made on the way stands for bytes of its own, for each index, length and text is checked against what is
     * left. The dearest are texts, of 5 bytes with a character beyond Latin-1: the string and its array take 48 bytes, the arrays in which it is decoded
     * and looked at again some 96, its place in a table that doubles up to 16. That is 32 times the payload, and there is some room.
     */
    private static final int PAYLOAD_MULTIPLE = 48;

    /** The most that reading a payload of so many bytes may allocate. */
    static long boundBytes(int payloadSizeBytes) {
        return (long) PAYLOAD_MULTIPLE * payloadSizeBytes + FIXED_BYTES;
    }

    private final AggregateReader reader = new AggregateReader();

    /** Returns whether the bytes were accepted. */
    private boolean read(byte[] payload, AggregateFraming framing, Object description) {
        long before = Allocations.ofThisThread();
        boolean accepted;
        try {
            accepted = !reader.read(payload, framing, false).isEmpty();
        } catch (MalformedPayloadException e) {
            accepted = false;
        }
        long allocated = Allocations.ofThisThread() - before;
        assertThat(allocated)
                .as("allocated for %d bytes, %s", payload.length, description)
                .isLessThan(boundBytes(payload.length));
        return accepted;
    }

    private static byte[] sample(AggregateFraming framing, SeededRandom random) {
        AggregateWriter writer = new AggregateWriter(framing);
        RandomRecords source = new RandomRecords(random);
        for (int i = 0; i < 12; i++) {
            writer.add(AggregatedUserRecord.of(
                    source.key(),
                    i % 2 == 0 ? null : source.explicitHashKey(),
                    random.bytes(random.below(40)),
                    i % 3 == 0 ? List.of(new AggregateTag(source.key(), source.key())) : List.of()));
        }
        return writer.toByteArray();
    }

    @Test
    void everyCutIsRefusedOrHoldsFewerRecords() {
        SeededRandom random = SeededRandom.create();
        for (AggregateFraming framing : AggregateFraming.values()) {
            byte[] aggregate = sample(framing, random);
            for (int length = 0; length < aggregate.length; length++) {
                read(Arrays.copyOf(aggregate, length), framing, random);
            }
        }
    }

    @Test
    void everyFlippedBitGivesAResultOrARefusal() {
        SeededRandom random = SeededRandom.create();
        for (AggregateFraming framing : AggregateFraming.values()) {
            byte[] aggregate = sample(framing, random);
            int accepted = 0;
            for (int i = 0; i < aggregate.length * 8; i++) {
                byte[] altered = aggregate.clone();
                altered[i / 8] ^= (byte) (1 << i % 8);
                accepted += read(altered, framing, random) ? 1 : 0;
            }
            assertThat(accepted).as(random.toString()).isBetween(1, aggregate.length * 8 - 1);
        }
    }

    @Test
    void randomMixturesOfMessagesGiveAResultOrARefusal() {
        SeededRandom random = SeededRandom.create();
        byte[] aggregate = sample(AggregateFraming.BARE, random);
        for (int round = 0; round < 20_000; round++) {
            byte[] altered = aggregate.clone();
            for (int edit = random.below(6); edit >= 0; edit--) {
                int from = random.below(altered.length);
                int to = random.below(altered.length);
                int length = Math.min(random.below(12), altered.length - Math.max(from, to));
                System.arraycopy(
                        random.below(2) == 0 ? aggregate : random.bytes(altered.length), from, altered, to, length);
            }
            read(altered, AggregateFraming.BARE, random);
            read(random.bytes(random.below(60)), AggregateFraming.BARE, random);
        }
    }

    @Test
    void tablesOfEmptyAndTinyKeysStayWithinTheMemory() {
        for (byte[] entry : List.of(new byte[] {0x0A, 0}, new byte[] {0x12, 0}, new byte[] {0x0A, 1, 'a'})) {
            read(repeated(entry, 900_000), AggregateFraming.BARE, "table entries");
            read(repeated(entry, 2_000_000), AggregateFraming.BARE, "too many table entries");
        }
    }

    /** What a lenient decoder puts in place of bytes that are no text: where it is there, the bytes are looked at twice. */
    @Test
    void replacementCharactersStayWithinTheMemory() {
        byte[] record = message().message(3, Protobuf.record(0, "")).toByteArray();
        byte[] entry = message().text(1, "\uFFFD").toByteArray();

        assertThat(read(concat(repeated(entry, 500_000), record), AggregateFraming.BARE, "replacement characters"))
                .isTrue();
    }

    @Test
    void recordsOfAlmostNothingStayWithinTheMemory() {
        byte[] tiny = message().message(3, Protobuf.record(0, "")).toByteArray();
        byte[] table = message().text(1, "a").toByteArray();

        assertThat(read(concat(table, repeated(tiny, 1_000_000)), AggregateFraming.BARE, "tiny records"))
                .isTrue();
        assertThat(read(concat(table, repeated(tiny, 1_100_000)), AggregateFraming.BARE, "too many"))
                .isFalse();
        assertThat(read(repeated(new byte[] {0x1A, 0}, 5_000_000), AggregateFraming.BARE, "empty records"))
                .isFalse();
    }

    @Test
    void tagsOfAlmostNothingStayWithinTheMemory() {
        byte[] tag = message().message(4, message().text(1, "")).toByteArray();
        byte[] record =
                message().varint(1, 0).text(3, "").raw(repeated(tag, 500_000)).toByteArray();
        byte[] aggregate = message().text(1, "a").bytes(3, record).toByteArray();

        assertThat(read(aggregate, AggregateFraming.BARE, "tags")).isTrue();
    }

    /** Every record refers to the same megabyte of key: it is decoded once. */
    @Test
    void aLongKeyOfManyRecordsIsDecodedOnce() {
        byte[] key = new byte[1024 * 1024];
        Arrays.fill(key, (byte) 'k');
        byte[] record = message().message(3, Protobuf.record(0, "")).toByteArray();

        assertThat(read(
                        concat(message().bytes(1, key).toByteArray(), repeated(record, 100_000)),
                        AggregateFraming.BARE,
                        "one long key"))
                .isTrue();
    }

    /** The same field of a record again and again: only the last one is copied. */
    @Test
    void dataThatComesAgainIsCopiedOnce() {
        byte[] data = message().bytes(3, new byte[1000]).toByteArray();
        byte[] record = message().varint(1, 0).raw(repeated(data, 2_000)).toByteArray();
        byte[] aggregate = message().text(1, "a").bytes(3, record).toByteArray();
        long before = Allocations.ofThisThread();

        assertThat(reader.read(aggregate, AggregateFraming.BARE, false)).hasSize(1);

        assertThat(Allocations.ofThisThread() - before).isLessThan(FIXED_BYTES);
    }

    /** Messages in messages in messages, where none is known: passed over without a step into them. */
    @Test
    void deepNestingCostsNothing() {
        byte[] nested = {};
        for (int depth = 0; depth < 2_000; depth++) {
            nested = message().bytes(9, nested).toByteArray();
        }
        byte[] groups = repeated(new byte[] {9 << 3 | 3}, 100_000);
        byte[] record =
                message().text(1, "a").message(3, Protobuf.record(0, "x")).toByteArray();

        assertThat(read(concat(record, nested), AggregateFraming.BARE, "nested messages"))
                .isTrue();
        assertThat(read(concat(record, groups), AggregateFraming.BARE, "nested groups"))
                .isFalse();
    }

    private static byte[] repeated(byte[] part, int times) {
        byte[] whole = new byte[part.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(part, 0, whole, i * part.length, part.length);
        }
        return whole;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }
}
