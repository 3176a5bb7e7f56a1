// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.examples.failure.CommandException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    @Test
    void keepsBytesAsTheyAreBetweenLineFeeds() throws IOException {
        assertThat(read("a\r\n\n  b \u00ff\u0000\n\n", 100)).containsExactly("a\r", "", "  b \u00ff\u0000", "");
    }

    @Test
    void takesWhatFollowsTheLastLineFeedForALineOnlyIfThereIsAnything() throws IOException {
        assertThat(read("a\nb", 100)).containsExactly("a", "b");
        assertThat(read("a\n", 100)).containsExactly("a");
        assertThat(read("\n", 100)).containsExactly("");
        assertThat(read("", 100)).isEmpty();
    }

    @Test
    void numbersLinesFromOne() throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream("x\n\ny".getBytes(ISO_8859_1)), 10);
        assertThat(reader.next()).returns(1L, Line::number);
        assertThat(reader.next()).returns(2L, Line::number);
        assertThat(reader.next()).returns(3L, Line::number);
        assertThat(reader.next()).isNull();
        assertThat(reader.next()).isNull();
    }

    @Test
    void refusesALineOverTheLimitAndNamesIt() throws IOException {
        assertThat(read("1234567890\nb", 10)).containsExactly("1234567890", "b");
        assertThatThrownBy(() -> read("ok\n12345678901\n", 10))
                .isInstanceOf(CommandException.class)
                .hasMessage("line 2 is longer than 10 bytes, the most that a record of any stream takes");
        assertThatThrownBy(() -> read("x".repeat(200_000), 150_000)).isInstanceOf(CommandException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void joinsLinesThatCrossBuffersOfAnySize(long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> expected = new ArrayList<>();
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (int i = 0; i < 300; i++) {
            byte[] line = new byte[random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(50)];
            random.nextBytes(line);
            for (int j = 0; j < line.length; j++) {
                line[j] = line[j] == '\n' ? 0 : line[j];
            }
            expected.add(line);
            input.write(line);
            input.write('\n');
        }
        InputStream trickling = new ByteArrayInputStream(input.toByteArray()) {
            @Override
            public int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(100_000)));
            }
        };
        LineReader reader = new LineReader(trickling, 200_000);
        for (byte[] line : expected) {
            assertThat(reader.next().data()).as("seed %d", seed).isEqualTo(line);
        }
        assertThat(reader.next()).isNull();
    }

    private static List<String> read(String text, int maxLineBytes) throws IOException {
        List<String> lines = new ArrayList<>();
        try (LineReader reader = new LineReader(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), maxLineBytes)) {
            for (Line line = reader.next(); line != null; line = reader.next()) {
                lines.add(new String(line.data(), ISO_8859_1));
            }
        }
        return lines;
    }
}
