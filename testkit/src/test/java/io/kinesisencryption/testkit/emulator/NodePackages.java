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

    /** The folder with the scripts and {@code node_modules}. The calling test is skipped where Node.js or npm is missing. */
    public static synchronized Path install() throws IOException, InterruptedException {
        assumeTrue(isOnPath("node") && isOnPath("npm"), "skipped: this test needs Node.js and npm on the PATH");
        Files.createDirectories(FOLDER);
        for (String source : SOURCES) {
            try (InputStream content = NodePackages.class.getResourceAsStream(source)) {
                Files.copy(
                        Objects.requireNonNull(content, source),
                        FOLDER.resolve(source),
                        StandardCopyOption.REPLACE_EXISTING);
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
