// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.support.ProgramJar;
import io.kinesisencryption.examples.support.ProgramJar.Result;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the README's command. */
class DemoIT {
    private static final int LARGEST_RECORD_BYTES = 1024 * 1024;

    @TempDir
    private Path folder;

    private ProgramJar program;

    @BeforeEach
    void copyTheJar() throws IOException {
        program = ProgramJar.in(folder);
    }

    @Test
    void tenThousandGeneratedRecordsComeBack() throws IOException, InterruptedException {
        Result result = program.run("demo");
        assertThat(result.errLines()).isEmpty();
        assertThat(result.lastOutLine()).startsWith("OK 10000 records came back byte for byte");
        assertThat(result.exitCode()).isZero();
        assertThat(String.join("\n", result.outLines()))
                .contains("10,000 generated order events (seed 1)")
                .contains("10,000 sent, 10,000 stored, 10,000 came back, 0 duplicates")
                .containsPattern("[0-9,]+ plaintext in, [0-9,]+ ciphertext stored, [0-9,]+ plaintext out")
                .contains("4 of 4 hold records")
                .containsPattern("shardId-000000000003  [0-9,]+ stored, [0-9,]+ came back")
                .containsPattern("KMS calls +Decrypt 1, GenerateDataKey 1\\n")
                // An AWS Encryption SDK message of version 2 and suite 0x0478.
                .containsPattern("(?m)^ +020478[0-9a-f]{90}$")
                .contains("none of 10,000 plaintext lines occurs in the")
                .containsPattern("first decrypted record after [0-9.]+ s, last after [0-9.]+ s");
        System.out.println("demo of 10,000 records: " + times(result));
    }

    @Test
    void recordsComeBackInTheFormatThatWasAskedFor() throws IOException, InterruptedException {
        Result result = program.run("demo", "--records", "1000", "--format", "compact");
        assertThat(result.errLines()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(String.join("\n", result.outLines()))
                .contains("1,000 sent, 1,000 stored, 1,000 came back, 0 duplicates")
                .containsPattern("Format +COMPACT")
                .containsPattern("(?m)^ +fe4b450101[0-9a-f]{86}$");
    }

    @Test
    void recordsThatWereSealedTogetherComeBackOneByOne() throws IOException, InterruptedException {
        Result result = program.run("demo", "--batch", "--format", "compact");
        assertThat(result.errLines()).isEmpty();
        assertThat(result.exitCode()).isZero();
        String report = String.join("\n", result.outLines());
        assertThat(result.lastOutLine()).startsWith("OK 10000 records came back byte for byte");
        assertThat(report)
                .containsPattern("Records +10,000 sent, [0-9,]+ aggregates stored, 10,000 came back, 0 duplicates\\n")
                .containsPattern(
                        "Aggregates +[0-9,.]+ records in each; records that come together wait for each other 100 ms at most\\n")
                .containsPattern("Overhead +[0-9.]+ bytes a record, [0-9,]+ bytes an aggregate\\n")
                .containsPattern("shardId-000000000003  [0-9,]+ aggregates stored, [0-9,]+ came back")
                .containsPattern("KMS calls +Decrypt 1, GenerateDataKey 1\\n")
                .contains("none of 10,000 plaintext lines occurs in the");
        System.out.println("demo of 10,000 records in batches:\n" + report);
    }

    @Test
    void fiftyThousandLinesOfATextFileComeBackHoweverAwkward() throws IOException, InterruptedException {
        Path input = folder.resolve("input.txt");
        writeAwkwardLines(input, 50_000, 20261124L);
        Result result = program.run("demo", "--input", input.toString(), "--shards", "3");
        assertThat(result.errLines()).isEmpty();
        assertThat(result.lastOutLine()).startsWith("OK 50000 records came back byte for byte");
        assertThat(result.exitCode()).isZero();
        assertThat(String.join("\n", result.outLines()))
                .contains("50,000 sent, 50,000 stored, 50,000 came back")
                .contains("3 of 3 hold records")
                .contains("lines of fewer than 8 bytes were not searched for");
        System.out.println("demo of 50,000 lines: " + times(result));
    }

    @Test
    void aLineOverTheLimitOfTheStreamFails() throws IOException, InterruptedException {
        Path input = folder.resolve("input.txt");
        Files.writeString(input, "short\n" + "x".repeat(LARGEST_RECORD_BYTES) + "\nshort\n");
        Result result = program.run("demo", "--input", input.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.lastOutLine())
                // The line, and some 400 bytes of envelope.
                .matches("FAILED line 2 takes 1049\\d{3} bytes .*")
                .endsWith("which takes at most 1048576; lines 1-3 were not acknowledged");
        assertThat(result.errLines()).isEmpty();
    }

    private static String times(Result result) throws IOException {
        return result.outLines().stream()
                .filter(line -> line.startsWith("Time"))
                .findFirst()
                .orElse("no time");
    }

    /** Words, JSON, nothing at all, bytes that are no UTF-8, carriage returns, a few lines as long as they may be; the last without a line feed. */
    private static void writeAwkwardLines(Path file, int lines, long seed) throws IOException {
        Random random = new Random(seed);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (int i = 1; i <= lines; i++) {
                out.write(awkwardLine(random, i, lines));
                if (i < lines) {
                    out.write('\n');
                }
            }
        }
    }

    private static byte[] awkwardLine(Random random, int number, int lines) {
        if (number % 10_000 == 0 && number < lines) {
            return randomBytes(random, LARGEST_RECORD_BYTES - 2_048);
        }
        return switch (random.nextInt(8)) {
            case 0 -> new byte[0];
            case 1 -> randomBytes(random, random.nextInt(300));
            case 2 -> ("windows line " + number + '\r').getBytes(UTF_8);
            case 3 -> "the same line again and again".getBytes(UTF_8);
            case 4 -> "short".substring(random.nextInt(6)).getBytes(UTF_8);
            // What the clear header of every record holds.
            case 5 -> "kinesis:stream-name".getBytes(UTF_8);
            case 6 -> ("{\"n\":" + number + ",\"text\":\"Größe ♥\"}").getBytes(UTF_8);
            default -> ("It was line " + number + " of " + lines + ", the worst of lines").getBytes(UTF_8);
        };
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int i = 0; i < length; i++) {
            bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
        }
        return bytes;
    }
}
