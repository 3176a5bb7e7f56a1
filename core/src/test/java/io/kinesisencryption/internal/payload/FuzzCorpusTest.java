// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

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
import org.junit.jupiter.api.TestFactory;

/** Runs the fuzz targets on the inputs that are kept beside them, as plain tests without Jazzer. */
class FuzzCorpusTest {
    @TestFactory
    List<DynamicTest> aggregates() throws IOException, URISyntaxException {
        return corpus(AggregateFuzz.class, new AggregateFuzz()::aResultOrARefusal);
    }

    @TestFactory
    List<DynamicTest> zstdFrames() throws IOException, URISyntaxException {
        return corpus(ZstdFuzz.class, new ZstdFuzz()::aResultOrARefusal);
    }

    private static List<DynamicTest> corpus(Class<?> target, Consumer<byte[]> method)
            throws IOException, URISyntaxException {
        URL folder = target.getResource(target.getSimpleName() + "Inputs/aResultOrARefusal");
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
