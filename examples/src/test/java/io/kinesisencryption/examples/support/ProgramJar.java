// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The executable jar, run as a user does: in a process of its own, from another folder than the one it was built in, without any AWS setting of
 * this machine. What the process writes is kept in files, so that no pipe can fill up.
 */
public final class ProgramJar {
    private static final Path BUILT = Path.of("target", "kinesis-encryption.jar");
    private static final long TIMEOUT_SECONDS = 300;

    private final Path folder;
    private final Path jar;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private int runs;

    private ProgramJar(Path folder, Path jar) {
        this.folder = folder;
        this.jar = jar;
    }

    /** What a run left. */
    public record Result(int exitCode, Path out, Path err) {
        public byte[] outBytes() throws IOException {
            return Files.readAllBytes(out);
        }

        public List<String> outLines() throws IOException {
            return Files.readAllLines(out);
        }

        public String lastOutLine() throws IOException {
            List<String> lines = outLines();
            assertThat(lines).isNotEmpty();
            return lines.get(lines.size() - 1);
        }

        public List<String> errLines() throws IOException {
            return Files.readAllLines(err, StandardCharsets.UTF_8);
        }
    }

    /** Copies the jar into a folder and runs it from there. */
    public static ProgramJar in(Path folder) throws IOException {
        assertThat(BUILT).as("the jar that package builds").exists();
        return new ProgramJar(folder, Files.copy(BUILT, folder.resolve("copied.jar")));
    }

    /** Sets a variable of the processes to come. */
    public ProgramJar environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds an option of the Java virtual machine for the processes to come. */
    public ProgramJar jvmOption(String option) {
        jvmOptions.add(option);
        return this;
    }

    /** Runs a command to its end. */
    public Result run(String... args) throws IOException, InterruptedException {
        return runWithInput(null, args);
    }

    /** Runs another class of the jar to its end. */
    public Result runMain(Class<?> main, String... args) throws IOException, InterruptedException {
        return run(null, builder(List.of("-cp", jar.toString(), main.getName()), args), args);
    }

    /** A command that runs: its input and output are pipes. */
    public record Running(Process process, Path err) {
        public List<String> errLines() throws IOException {
            return Files.readAllLines(err, StandardCharsets.UTF_8);
        }

        /** Waits for its end. */
        public int exitCode() throws InterruptedException {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }
    }

    /** Starts a command, for the caller to end. */
    public Running start(String... args) throws IOException {
        runs++;
        Path err = folder.resolve("err-" + runs);
        return new Running(builder(args).redirectError(err.toFile()).start(), err);
    }

    /** Runs a command to its end, with a file as standard input. */
    public Result runWithInput(@Nullable Path input, String... args) throws IOException, InterruptedException {
        return run(input, builder(args), args);
    }

    private Result run(@Nullable Path input, ProcessBuilder builder, String... args)
            throws IOException, InterruptedException {
        runs++;
        Path out = folder.resolve("out-" + runs);
        Path err = folder.resolve("err-" + runs);
        Process process = builder.redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(
                        input == null
                                ? Files.createTempFile(folder, "empty", "").toFile()
                                : input.toFile())
                .start();
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as("%s ends within %d s", String.join(" ", args), TIMEOUT_SECONDS)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), out, err);
    }

    private ProcessBuilder builder(String... args) {
        return builder(List.of("-jar", jar.toString()), args);
    }

    private ProcessBuilder builder(List<String> what, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(what);
        Collections.addAll(command, args);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("AWS_") || name.endsWith("JAVA_OPTIONS"));
        variables.put("AWS_CONFIG_FILE", folder.resolve("no-config").toString());
        variables.put(
                "AWS_SHARED_CREDENTIALS_FILE", folder.resolve("no-credentials").toString());
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        variables.putAll(environment);
        return builder;
    }
}
