// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.support.ProgramJar;
import io.kinesisencryption.examples.support.ProgramJar.Result;
import io.kinesisencryption.testkit.emulator.AwsJsonFront;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code put} and {@code tail} with a key of AWS KMS, as processes that reach an in-memory KMS and Kinesis over HTTP. */
class KmsCommandLineIT {
    private static final String STREAM = "orders";
    private static final int LINES = 120;

    @TempDir
    private Path folder;

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private AwsJsonFront kinesisEndpoint;
    private AwsJsonFront kmsEndpoint;
    private ProgramJar program;

    @BeforeEach
    void start() throws IOException {
        kinesis.createStream(STREAM, 2);
        kinesisEndpoint = AwsJsonFront.of(kinesis.client());
        kmsEndpoint = AwsJsonFront.of(kms.client());
        program = ProgramJar.in(folder)
                .jvmOption("-Daws.cborEnabled=false")
                .environment("AWS_ENDPOINT_URL_KMS", kmsEndpoint.url())
                .environment("AWS_ACCESS_KEY_ID", "any")
                .environment("AWS_SECRET_ACCESS_KEY", "any");
    }

    @AfterEach
    void stop() {
        kinesisEndpoint.close();
        kmsEndpoint.close();
    }

    @Test
    void linesOfStandardInputComeBack() throws IOException, InterruptedException {
        List<String> lines = lines();
        Path input = Files.write(folder.resolve("input"), lines);
        Result put = program.runWithInput(input, command("put"));
        assertThat(put.errLines()).isEmpty();
        assertThat(put.exitCode()).isZero();
        assertThat(put.outLines())
                .containsExactly("put %d records of %d bytes into 2 shards of orders"
                        .formatted(LINES, Files.size(input) - LINES));
        assertThat(kinesis.storedRecords(STREAM)).hasSize(LINES);
        assertThat(kms.callCount("GenerateDataKey")).isPositive();

        Result tail = program.run(command("tail", "--from", "trim-horizon", "--until-caught-up"));
        assertThat(tail.errLines()).isEmpty();
        assertThat(tail.exitCode()).isZero();
        assertThat(tail.outLines()).containsExactlyInAnyOrderElementsOf(lines);
        assertThat(kms.callCount("Decrypt")).isPositive();
    }

    @Test
    void aDisabledKeyIsToldInOneLine() throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("input"), lines());
        assertThat(program.run(command("put", "--input", input.toString())).exitCode())
                .isZero();
        kms.disableKey(keyArn);

        Result tail = program.run(command("tail", "--from", "trim-horizon", "--until-caught-up"));
        assertThat(tail.exitCode()).isEqualTo(1);
        assertThat(tail.outBytes()).isEmpty();
        assertThat(tail.errLines())
                .singleElement()
                .asString()
                .matches("kinesis-encryption tail: shard shardId-\\d+, sequence number \\d+: KEY_DISABLED: .*")
                .contains(keyArn);

        Result put = program.run(command("put", "--input", input.toString()));
        assertThat(put.exitCode()).isEqualTo(1);
        assertThat(put.outBytes()).isEmpty();
        assertThat(put.errLines())
                .singleElement()
                .asString()
                .startsWith(
                        "kinesis-encryption put: lines 1-%d were not acknowledged: KEY_DISABLED: ".formatted(LINES));
    }

    @Test
    void missingCredentialsAreToldInOneLine() throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("input"), lines());
        Result put = ProgramJar.in(Files.createDirectory(folder.resolve("other")))
                .environment("AWS_ENDPOINT_URL_KMS", kmsEndpoint.url())
                .run(command("put", "--input", input.toString()));
        assertThat(put.exitCode()).isEqualTo(1);
        assertThat(put.errLines()).singleElement().asString().contains("credentials");
    }

    private String[] command(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(
                command,
                "--stream",
                STREAM,
                "--region",
                "us-east-1",
                "--endpoint-url",
                kinesisEndpoint.url(),
                "--kms-key",
                keyArn));
        args.addAll(Arrays.asList(more));
        return args.toArray(String[]::new);
    }

    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= LINES; i++) {
            lines.add("line " + i + " für Jürgen");
        }
        return lines;
    }
}
