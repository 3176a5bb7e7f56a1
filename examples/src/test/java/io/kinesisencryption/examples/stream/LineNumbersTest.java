// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.line.Line;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LineNumbersTest {
    @Test
    void writesRunsAsRanges() {
        assertThat(of(7)).isEqualTo("line 7 was");
        assertThat(of(1, 2, 3)).isEqualTo("lines 1-3 were");
        assertThat(of(9, 1, 2, 5, 8)).isEqualTo("lines 1-2, 5, 8-9 were");
    }

    @Test
    void writesTwentyRangesAtMost() {
        String text = of(LongStream.range(0, 100).map(i -> 2 * i + 1).toArray());
        assertThat(text).startsWith("lines 1, 3, 5,").endsWith("37, 39, ... (100 lines in all) were");
    }

    private static String of(long... numbers) {
        List<OutgoingRecord> records = LongStream.of(numbers)
                .mapToObj(number -> new OutgoingRecord(new Line(number, new byte[0]), "key"))
                .toList();
        return LineNumbers.of(records);
    }
}
