// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Runs a fuzz target on the inputs that are kept beside it, as plain tests without Jazzer. */
public final class FuzzCorpus {
    /** What every target calls its method, after which Jazzer names the folder of the inputs. */
    static final String METHOD = "aResultOrARefusal";

    private FuzzCorpus() {}

    public static List<DynamicTest> of(Class<?> target, Consumer<byte[]> method)
            throws IOException, URISyntaxException {
        URL folder = target.getResource(target.getSimpleName() + "Inputs/" + METHOD);
        assertThat(folder).as("inputs of %s", target).isNotNull();
        try (Stream<Path> inputs = Files.list(Path.of(folder.toURI()))) {
            List<DynamicTest> tests = inputs.sorted()
                    .map(input -> DynamicTest.dynamicTest(
                            input.getFileName().toString(), () -> method.accept(Files.readAllBytes(input))))
                    .toList();
            assertThat(tests).isNotEmpty();
            return tests;
        }
    }
}
