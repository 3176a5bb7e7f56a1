// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ProgramTest {
    private static final String KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("demo", "put", "tail");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void withoutACommandItIsMisused() {
        assertThat(run()).isEqualTo(2);
        assertThat(errorLine()).isEqualTo("kinesis-encryption: Missing required command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "tail"})
    void aStreamAndOneKindOfKeyAreRequired(String command) {
        assertThat(run(command, "--kms-key", KEY_ARN)).isEqualTo(2);
        assertThat(errorLine()).contains("--stream");
        assertThat(run(command, "--stream", "orders")).isEqualTo(2);
        assertThat(errorLine()).contains("--kms-key", "--raw-aes-key");
        assertThat(run(command, "--stream", "orders", "--raw-aes-key", "file")).isEqualTo(2);
        assertThat(errorLine()).contains("--key-namespace", "--key-name");
        assertThat(run(
                        command,
                        "--stream",
                        "orders",
                        "--kms-key",
                        KEY_ARN,
                        "--raw-aes-key",
                        "file",
                        "--key-namespace",
                        "ns",
                        "--key-name",
                        "name"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("mutually exclusive");
    }

    @Test
    void optionsAreCheckedBeforeAnythingIsCalled() throws IOException {
        Path key = key(32);
        assertThat(run("put", "--stream", "no stream", "--kms-key", KEY_ARN)).isEqualTo(2);
        assertThat(errorLine()).contains("--stream: 'no stream' is not a stream name");
        assertThat(run("put", "--stream", "orders", "--kms-key", "alias/orders"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("'alias/orders' is an alias");
        assertThat(run(
                        "put",
                        "--stream",
                        "orders",
                        "--region",
                        "eu-west-1",
                        "--endpoint-url",
                        "localhost:4567",
                        "--raw-aes-key",
                        key.toString(),
                        "--key-namespace",
                        "ns",
                        "--key-name",
                        "name"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("--endpoint-url: 'localhost:4567' is not the URL of an endpoint");
        assertThat(run(
                        "tail",
                        "--stream",
                        "orders",
                        "--region",
                        "eu-west-1",
                        "--endpoint-url",
                        "http://127.0.0.1:65536",
                        "--raw-aes-key",
                        key.toString(),
                        "--key-namespace",
                        "ns",
                        "--key-name",
                        "name"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("--endpoint-url: 'http://127.0.0.1:65536' is not the URL of an endpoint");
        assertThat(run(
                        "put",
                        "--stream",
                        "orders",
                        "--region",
                        "eu-west-1",
                        "--max-record-bytes",
                        "1",
                        "--raw-aes-key",
                        key.toString(),
                        "--key-namespace",
                        "ns",
                        "--key-name",
                        "name"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("--max-record-bytes: maxRecordSizeBytes is 1");
        assertThat(run(
                        "put",
                        "--stream",
                        "orders",
                        "--region",
                        "eu-west-1",
                        "--raw-aes-key",
                        key.toString(),
                        "--key-namespace",
                        "aws-kms",
                        "--key-name",
                        "name"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("'aws-kms' is reserved");
        assertThat(run("tail", "--stream", "orders", "--kms-key", KEY_ARN, "--from", "yesterday"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("'yesterday' is neither trim-horizon nor latest");
        assertThat(run("demo", "--records", "0")).isEqualTo(2);
        assertThat(errorLine()).contains("--records is 0; it must be at least 1");
        assertThat(run("demo", "--format", "json")).isEqualTo(2);
        assertThat(errorLine())
                .contains("--format", "'json' is not a format; it must be aws-encryption-sdk or compact");
        assertThat(run("demo", "--linger", "10")).isEqualTo(2);
        assertThat(errorLine()).contains("--batch");
        assertThat(run("demo", "--batch", "--linger", "30001")).isEqualTo(2);
        assertThat(errorLine()).contains("--linger is 30001; it must be 0 to 30000");
        assertThat(run("put", "--stream", "orders", "--kms-key", KEY_ARN, "--batch", "--max-record-bytes", "2000000"))
                .isEqualTo(2);
        assertThat(errorLine()).contains("--max-record-bytes does not go with --batch");
        assertThat(run("demo", "--shards", "101")).isEqualTo(2);
        assertThat(errorLine()).contains("--shards is 101; it must be 1 to 100");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 100})
    void aKeyFileMustHoldExactly32Bytes(int sizeBytes) throws IOException {
        Path key = key(sizeBytes);
        assertThat(putWith(key, folder.resolve("input"))).isEqualTo(1);
        assertThat(errorLine())
                .isEqualTo(
                        "kinesis-encryption put: the key file '%s' has %d bytes; it must hold exactly 32, the key itself"
                                .formatted(key, sizeBytes));
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws IOException {
        Path missing = folder.resolve("missing");
        assertThat(putWith(missing, missing)).isEqualTo(1);
        assertThat(errorLine()).isEqualTo("kinesis-encryption put: there is no file '%s'".formatted(missing));
        assertThat(putWith(key(32), missing)).isEqualTo(1);
        assertThat(errorLine()).isEqualTo("kinesis-encryption put: there is no file '%s'".formatted(missing));
        assertThat(putWith(key(32), folder)).isEqualTo(1);
        assertThat(errorLine()).isEqualTo("kinesis-encryption put: the input '%s' is a directory".formatted(folder));
    }

    @Test
    void theDemoFailsWithOneLineIfItsInputCannotBeUsed() throws IOException {
        Path missing = folder.resolve("missing");
        assertThat(run("demo", "--input", missing.toString())).isEqualTo(1);
        assertThat(verdict()).isEqualTo("FAILED there is no file '%s'".formatted(missing));
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(run("demo", "--input", empty.toString())).isEqualTo(1);
        assertThat(verdict()).isEqualTo("FAILED the file '%s' holds no lines".formatted(empty));
        Path json = Files.writeString(folder.resolve("json"), "{\"a\":1}\n{\"b\":1}\n");
        assertThat(run("demo", "--input", json.toString(), "--key-field", "a")).isEqualTo(1);
        assertThat(verdict()).isEqualTo("FAILED line 2 has no field 'a'");
        assertThat(run("demo", "--records", "1", "--key-field", "nothing")).isEqualTo(1);
        assertThat(verdict()).isEqualTo("FAILED line 1 has no field 'nothing'");
        assertThat(err.toString()).isEmpty();
    }

    private int putWith(Path key, Path input) {
        return run(
                "put",
                "--stream",
                "orders",
                "--region",
                "eu-west-1",
                "--input",
                input.toString(),
                "--raw-aes-key",
                key.toString(),
                "--key-namespace",
                "ns",
                "--key-name",
                "name");
    }

    private Path key(int sizeBytes) throws IOException {
        return Files.write(folder.resolve("key-" + sizeBytes), new byte[sizeBytes]);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine program = Program.commandLine();
        List<CommandLine> all = new ArrayList<>(program.getSubcommands().values());
        all.add(program);
        all.forEach(command -> command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)));
        return program.execute(args);
    }

    /** The first line of standard error; a second one may say where help is. */
    private String errorLine() {
        assertThat(err.toString().lines().count()).isBetween(1L, 2L);
        return err.toString().lines().findFirst().orElseThrow();
    }

    private String verdict() {
        assertThat(out.toString().lines()).hasSize(1);
        return out.toString().strip();
    }
}
