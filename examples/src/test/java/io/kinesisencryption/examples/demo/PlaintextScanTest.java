// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.line.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaintextScanTest {
    @Test
    void findsALineAtTheStartInTheMiddleAndAtTheEndOfARecord() {
        PlaintextScan scan = scan("a secret line");
        assertThat(scan.find(bytes("a secret line and more"), 0)).hasValue(0);
        assertThat(scan.find(bytes("xyza secret line and more"), 0)).hasValue(3);
        assertThat(scan.find(bytes("xyza secret line"), 0)).hasValue(3);
        assertThat(scan.find(bytes("a secret line"), 0)).hasValue(0);
    }

    @Test
    void doesNotFindAPartOfALine() {
        PlaintextScan scan = scan("a secret line");
        assertThat(scan.find(bytes("a secret lin"), 0)).isEmpty();
        assertThat(scan.find(bytes("a secret lime"), 0)).isEmpty();
        assertThat(scan.find(bytes(""), 0)).isEmpty();
    }

    @Test
    void findsEachOfManyLinesThatBeginAlike() {
        PlaintextScan scan = scan("12345678", "12345678b", "12345678bcd", "12345678a", "12345678z");
        for (String line : List.of("12345678", "12345678b", "12345678bcd", "12345678a", "12345678z")) {
            assertThat(scan.find(bytes("--" + line + "--"), 0)).as(line).hasValue(2);
        }
        // Only the shortest stands here, though others sort next to it.
        assertThat(scan.find(bytes("12345678bc"), 0)).hasValue(0);
        assertThat(scan("12345678b", "12345678bcd").find(bytes("12345678acd"), 0))
                .isEmpty();
    }

    @Test
    void doesNotSearchForLinesThatAreTooShortAndSaysHowMany() {
        PlaintextScan scan = scan("1234567", "", "12345678", "12345678");
        assertThat(scan.find(bytes("-1234567-"), 0)).isEmpty();
        assertThat(scan.searchedLines()).isEqualTo(2);
        assertThat(scan.notSearchedLines()).isEqualTo(2);
    }

    @Test
    void passesOverALineWhollyInsideTheClearHeaderButNotOneThatLeavesIt() {
        PlaintextScan scan = scan("stream-name");
        byte[] record = bytes("..stream-name..ciphertext..");
        assertThat(scan.find(record, 13)).isEmpty();
        assertThat(scan.find(record, 12)).hasValue(2);
        // A short line inside the header does not hide a longer one that begins with it and leaves the header.
        assertThat(scan("stream-name", "stream-name..ciph").find(record, 13)).hasValue(2);
        // The first may be passed over, the second may not.
        assertThat(scan.find(bytes("..stream-name..stream-name"), 13)).hasValue(15);
    }

    @Test
    void withoutLinesFindsNothing() {
        assertThat(scan().find(bytes("anything at all"), 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASimpleSearchOverASmallAlphabet(long seed) {
        Random random = new Random(seed);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add(randomBytes(random, 8 + random.nextInt(8)));
        }
        PlaintextScan scan =
                new PlaintextScan(lines.stream().map(data -> new Line(1, data)).toList());
        for (int i = 0; i < 500; i++) {
            byte[] record = randomBytes(random, random.nextInt(60));
            int header = random.nextInt(40);
            assertThat(scan.find(record, header))
                    .as("seed %d, record %d", seed, i)
                    .isEqualTo(simply(lines, record, header));
        }
    }

    private static OptionalInt simply(List<byte[]> lines, byte[] record, int header) {
        for (int offset = 0; offset < record.length; offset++) {
            for (byte[] line : lines) {
                int end = offset + line.length;
                if (end <= record.length && end > header && Arrays.equals(line, 0, line.length, record, offset, end)) {
                    return OptionalInt.of(offset);
                }
            }
        }
        return OptionalInt.empty();
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (random.nextInt(5) == 0 ? 0xFE : 1);
        }
        return bytes;
    }

    private static PlaintextScan scan(String... lines) {
        return new PlaintextScan(
                Stream.of(lines).map(line -> new Line(1, bytes(line))).toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
