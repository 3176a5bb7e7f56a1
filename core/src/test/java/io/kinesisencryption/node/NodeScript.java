// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A script of {@code src/test/node}, run by Node.js with the packages of the lock file there. They are installed once, into the build folder;
 * the calling test is skipped where Node.js or npm is missing.
 */
public final class NodeScript {
    private static final Path SOURCES = Path.of("src", "test", "node");
    private static final Path FOLDER = Path.of("target", "node").toAbsolutePath();
    private static final Path INSTALLED_LOCK = FOLDER.resolve("installed-package-lock.json");
    private static final long INSTALL_TIMEOUT_MINUTES = 5;
    private static final long RUN_TIMEOUT_MINUTES = 2;

    private NodeScript() {}

    /**
     * Runs a script to its end.
     *
     * @param script its file name
     * @param input the lines of its standard input
     * @return the lines of its standard output; another exit code than 0 fails the test, with what it wrote to standard error
     */
    public static List<String> run(String script, List<String> input) throws IOException, InterruptedException {
        install();
        Path in = Files.createTempFile(FOLDER, script, ".in");
        Path out = Files.createTempFile(FOLDER, script, ".out");
        Path err = Files.createTempFile(FOLDER, script, ".err");
        try {
            Files.write(in, input, StandardCharsets.UTF_8);
            Process node = new ProcessBuilder("node", script)
                    .directory(FOLDER.toFile())
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            await(node, RUN_TIMEOUT_MINUTES, err);
            return Files.readAllLines(out, StandardCharsets.UTF_8);
        } finally {
            Files.delete(in);
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static synchronized void install() throws IOException, InterruptedException {
        assumeTrue(isOnPath("node") && isOnPath("npm"), "skipped: this test needs Node.js and npm on the PATH");
        Files.createDirectories(FOLDER);
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.toList()) {
                Files.copy(source, FOLDER.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path lock = FOLDER.resolve("package-lock.json");
        if (Files.exists(INSTALLED_LOCK) && Files.mismatch(lock, INSTALLED_LOCK) < 0) {
            return;
        }
        Path log = FOLDER.resolve("npm.log");
        Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await(npm, INSTALL_TIMEOUT_MINUTES, log);
        Files.copy(lock, INSTALLED_LOCK, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(Process process, long timeoutMinutes, Path log) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(timeoutMinutes, TimeUnit.MINUTES))
                    .as("the process ends")
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
