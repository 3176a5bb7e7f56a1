// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.node;

import io.kinesisencryption.testkit.emulator.NodePackages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A script of {@code src/test/node}, run by Node.js with the packages of the lock file there. They are installed once, into the build folder;
 * the calling test is skipped where Node.js or npm is missing.
 */
public final class NodeScript {
    private static final Path SOURCES = Path.of("src", "test", "node");
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
        Path folder = NodePackages.install(NodeScript::copySources);
        Path in = Files.createTempFile(folder, script, ".in");
        Path out = Files.createTempFile(folder, script, ".out");
        Path err = Files.createTempFile(folder, script, ".err");
        try {
            Files.write(in, input, StandardCharsets.UTF_8);
            Process node = new ProcessBuilder("node", script)
                    .directory(folder.toFile())
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            NodePackages.await(node, RUN_TIMEOUT_MINUTES, err);
            return Files.readAllLines(out, StandardCharsets.UTF_8);
        } finally {
            Files.delete(in);
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static void copySources(Path folder) throws IOException {
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.toList()) {
                Files.copy(source, folder.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
