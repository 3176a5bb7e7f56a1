// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What the tests run on Node.js, installed once into the build folder of the module that runs them, exactly as the lock file says. */
public final class NodePackages {
    private static final List<String> SOURCES =
            List.of("package.json", "package-lock.json", "only-loopback.js", "decrypt.js");
    private static final Path FOLDER = Path.of("target", "node").toAbsolutePath();
    private static final Path INSTALLED_LOCK = FOLDER.resolve("installed-package-lock.json");
    private static final long INSTALL_TIMEOUT_MINUTES = 5;

    private NodePackages() {}

    /** Puts scripts, {@code package.json} and {@code package-lock.json} into a folder. */
    @FunctionalInterface
    public interface Sources {
        /** Copies them, over older ones. */
        void copyTo(Path folder) throws IOException;
    }

    /** The folder with the emulator, and {@code decrypt.js} with what it needs. */
    public static Path install() throws IOException, InterruptedException {
        return install(NodePackages::copyOwn);
    }

    private static void copyOwn(Path folder) throws IOException {
        for (String source : SOURCES) {
            try (InputStream content = NodePackages.class.getResourceAsStream(source)) {
                Files.copy(
                        Objects.requireNonNull(content, source),
                        folder.resolve(source),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /**
     * The folder with a module's scripts and {@code node_modules}, the same each time: a module installs one set. The calling test is skipped where Node.js
     * or npm is missing.
     */
    public static synchronized Path install(Sources sources) throws IOException, InterruptedException {
        assumeTrue(isOnPath("node") && isOnPath("npm"), "skipped: this test needs Node.js and npm on the PATH");
        Files.createDirectories(FOLDER);
        sources.copyTo(FOLDER);
        Path lock = FOLDER.resolve("package-lock.json");
        if (!Files.exists(INSTALLED_LOCK) || Files.mismatch(lock, INSTALLED_LOCK) >= 0) {
            Path log = FOLDER.resolve("npm.log");
            Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
                    .directory(FOLDER.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            await(npm, INSTALL_TIMEOUT_MINUTES, log);
            Files.copy(lock, INSTALLED_LOCK, StandardCopyOption.REPLACE_EXISTING);
        }
        return FOLDER;
    }

    /** Waits for a process to end well, and leaves nothing of it. What it logged is told if it does not. */
    public static void await(Process process, long timeoutMinutes, Path log) throws IOException, InterruptedException {
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
