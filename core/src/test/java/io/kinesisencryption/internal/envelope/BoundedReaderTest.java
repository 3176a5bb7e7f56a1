// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.MalformedEnvelopeException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BoundedReaderTest {
    private static BoundedReader reader(int left) {
        BoundedReader in = new BoundedReader(new byte[10]);
        in.skip(10 - left, "front");
        return in;
    }

    @Test
    void everyReadStopsAtTheEndAndMovesNothing() {
        List<Consumer<BoundedReader>> reads = List.of(
                in -> in.unsignedByte("field"),
                in -> in.unsignedShort("field"),
                in -> in.unsignedInt("field"),
                in -> in.bytes(6, "field"),
                in -> in.utf8(7, "field"),
                in -> in.skip(8, "field"));
        int[] sizes = {1, 2, 4, 6, 7, 8};
        for (int i = 0; i < sizes.length; i++) {
            Consumer<BoundedReader> read = reads.get(i);
            BoundedReader enough = reader(sizes[i]);
            read.accept(enough);
            assertThat(enough.remaining()).isZero();

            BoundedReader cut = reader(sizes[i] - 1);
            assertThatThrownBy(() -> read.accept(cut))
                    .isInstanceOf(MalformedEnvelopeException.class)
                    .hasMessageContaining("inside its field: %d bytes are needed", sizes[i]);
            assertThat(cut.remaining()).isEqualTo(sizes[i] - 1);
        }
    }

    @Test
    void aSkipThatAnIntDoesNotHoldIsRefused() {
        for (long length : new long[] {9, Integer.MAX_VALUE, 1L << 31, 0xFFFFFFFFL, 1L << 32, Long.MAX_VALUE}) {
            BoundedReader in = reader(8);
            assertThatThrownBy(() -> in.skip(length, "frame content"))
                    .isInstanceOf(MalformedEnvelopeException.class)
                    .hasMessageContaining("%d bytes are needed at offset 2 and 8 are left", length);
            assertThat(in.position()).isEqualTo(2);
        }
    }
}
