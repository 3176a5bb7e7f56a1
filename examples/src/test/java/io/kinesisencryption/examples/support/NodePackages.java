// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the tests run on Node.js, installed once into the build folder exactly as the lock file says. */
public final class NodePackages {
    private static final Path SOURCES = Path.of("src", "test", "node");
    private static final Path FOLDER = Path.of("target", "node").toAbsolutePath();
    private static final Path INSTALLED_LOCK = FOLDER.resolve("installed-package-lock.json");
    private static final long INSTALL_TIMEOUT_MINUTES = 5;

    private NodePackages() {}

    /** The folder with the scripts and {@code node_modules}. The calling test is skipped where Node.js or npm is missing. */
    public static synchronized Path install() throws IOException, InterruptedException {
        assumeTrue(isOnPath("node") && isOnPath("npm"), "skipped: this test needs Node.js and npm on the PATH");
        Files.createDirectories(FOLDER);
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.toList()) {
                Files.copy(source, FOLDER.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path lock = FOLDER.resolve("package-lock.json");
        if (!Files.exists(INSTALLED_LOCK) || Files.mismatch(lock, INSTALLED_LOCK) >= 0) {
            Path log = FOLDER.resolve("npm.log");
            Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
                    .directory(FOLDER.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                assertThat(npm.waitFor(INSTALL_TIMEOUT_MINUTES, TimeUnit.MINUTES))
                        .as("npm ci ends")
                        .isTrue();
                assertThat(npm.exitValue()).as(Files.readString(log)).isZero();
            } finally {
                npm.descendants().forEach(ProcessHandle::destroyForcibly);
                npm.destroyForcibly();
            }
            Files.copy(lock, INSTALLED_LOCK, StandardCopyOption.REPLACE_EXISTING);
        }
        return FOLDER;
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
