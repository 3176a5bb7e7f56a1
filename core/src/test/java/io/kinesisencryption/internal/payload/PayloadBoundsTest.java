// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static io.kinesisencryption.internal.payload.Protobuf.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.MalformedPayloadException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Payloads at the edges of what is read and written. */
class PayloadBoundsTest {
    private final SeededRandom random = SeededRandom.create();

    @Test
    void contentThatIsStoredComesBackWhateverItsBlocks() {
        ZstdDecompressor decompressor = new ZstdDecompressor();
        int block = 128 * 1024;
        for (int size : new int[] {0, 1, block - 1, block, block + 1, 2 * block, 3 * block + 17}) {
            byte[] content = random.bytes(size);
            byte[] frame = ZstdFrame.store(content);

            assertThat(frame)
                    .as("%s: %d bytes", random, size)
                    .hasSize(9 + 3 * Math.max(1, (size + block - 1) / block) + size);
            assertThat(decompressor.decompress(frame)).as(random.toString()).isEqualTo(content);
            assertThatThrownBy(() -> decompressor.decompress(Arrays.copyOf(frame, frame.length - 1)))
                    .isInstanceOf(MalformedPayloadException.class);
            assertThatThrownBy(() -> decompressor.decompress(Arrays.copyOf(frame, frame.length + 1)))
                    .isInstanceOf(MalformedPayloadException.class);
        }
    }

    @Test
    void theRatioIsTakenUpToItsLimitOnlyAndASmallContentAtAnyRatio() {
        int free = ZstdDecompressor.FREE_SIZE_BYTES;
        assertThat(ZstdDecompressor.isPlausible(free, 1, 1)).isTrue();
        assertThat(ZstdDecompressor.isPlausible(free + 1, 1, 1)).isFalse();
        assertThat(ZstdDecompressor.isPlausible(2L * free, free, 2)).isTrue();
        assertThat(ZstdDecompressor.isPlausible(2L * free + 1, free, 2)).isFalse();
        assertThat(ZstdDecompressor.isPlausible(5_000_000_000L, 5_000_000, 1_000))
                .isTrue();
    }

    /** Whether the array that holds a table is full or not. */
    @Test
    void aKeyBehindTheEndOfATableIsRefusedWhateverItsSize() {
        AggregateReader reader = new AggregateReader();
        for (int keys = 0; keys <= 70; keys++) {
            Protobuf aggregate = message();
            for (int i = 0; i < keys; i++) {
                aggregate.text(1, "k" + i);
            }
            byte[] table = aggregate.toByteArray();
            for (int index = Math.max(0, keys - 1); index <= keys + 1; index++) {
                byte[] payload = message()
                        .raw(table)
                        .message(3, message().varint(1, index).text(3, "data"))
                        .toByteArray();
                if (index < keys) {
                    assertThat(reader.read(payload, AggregateFraming.BARE, false)
                                    .get(0)
                                    .partitionKey())
                            .isEqualTo("k" + index);
                } else {
                    assertThatThrownBy(() -> reader.read(payload, AggregateFraming.BARE, false))
                            .isInstanceOf(MalformedPayloadException.class)
                            .hasMessageContaining("of a table that has " + keys);
                }
            }
        }
    }

    @Test
    void aPayloadThatIsTooShortForTheFramingOfTheKplIsRefusedAsThat() {
        AggregateReader reader = new AggregateReader();
        byte[] framing = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
        for (int length = 0; length < 20; length++) {
            byte[] payload = Arrays.copyOf(framing, length);
            assertThatThrownBy(() -> reader.read(payload, AggregateFraming.KPL, false))
                    .isInstanceOf(MalformedPayloadException.class)
                    .hasMessageContaining("%d bytes are too few".formatted(length));
        }
        assertThatThrownBy(() -> reader.read(Arrays.copyOf(framing, 20), AggregateFraming.KPL, false))
                .isInstanceOf(MalformedPayloadException.class)
                .message()
                .doesNotContain("too few");
    }

    /** The number of two bytes is read at once: its second byte must be the record's and not what follows it. */
    @Test
    void aNumberThatIsCutByTheEndOfItsRecordIsRefused() {
        AggregateReader reader = new AggregateReader();
        byte[] table = message().text(1, "a").text(1, "b").toByteArray();
        byte[] cut = {0x1A, 1, 'x', 0x08, (byte) 0x80};
        // What follows is the beginning of the next field, 0x0A or 0x1A: small and positive.
        byte[] payload = message().raw(table).bytes(3, cut).text(1, "c").toByteArray();
        assertThatThrownBy(() -> reader.read(payload, AggregateFraming.BARE, false))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("ends inside its");
        byte[] whole = {0x1A, 1, 'x', 0x08, (byte) 0x81, 0};
        byte[] accepted = message().raw(table).bytes(3, whole).text(1, "c").toByteArray();
        assertThat(reader.read(accepted, AggregateFraming.BARE, false).get(0).partitionKey())
                .isEqualTo("b");
    }
}
