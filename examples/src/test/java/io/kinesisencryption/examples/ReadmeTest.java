// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles the Java of the README, and holds it to the commands that it promises. A block marked {@code java} is a complete compilation unit, imports
 * included, so that a reader can paste it.
 */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");

    private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\R(.*?)^```$");
    /** The compiler wants a unit in a file of the name of its public type, or else of any name. */
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (?:final |sealed |abstract )*(?:class|record|interface|enum) (\\w+)");

    @TempDir
    private Path classes;

    @TestFactory
    Stream<DynamicTest> everyJavaBlockCompiles() throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = JAVA_BLOCK.matcher(Files.readString(README));
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        assertThat(blocks)
                .as("java blocks of the README: a producer and a consumer at least")
                .hasSizeGreaterThanOrEqualTo(2);
        return Stream.iterate(0, i -> i < blocks.size(), i -> i + 1)
                .map(i -> dynamicTest(
                        "block " + (i + 1),
                        () -> assertThat(errorsOf(blocks.get(i), i + 1))
                                .as(blocks.get(i))
                                .isEmpty()));
    }

    @Test
    void theCommandsAreTheOnesThatUsersRelyOn() throws IOException {
        assertThat(Files.readString(README).lines())
                .contains("mvn -q -DskipTests package && java -jar examples/target/kinesis-encryption.jar demo")
                .contains("mvn verify");
    }

    @Test
    void whatDoesNotCompileIsFound() throws IOException {
        assertThat(errorsOf("class Sample {\n    int number = \"text\";\n}\n", 99))
                .hasSize(1);
        assertThat(errorsOf("class Sample {\n    KinesisEncryption noImport;\n}\n", 99))
                .hasSize(1);
        assertThat(errorsOf("public class Sample {\n    io.kinesisencryption.KinesisEncryption encryption;\n}\n", 99))
                .isEmpty();
    }

    private List<String> errorsOf(String unit, int number) throws IOException {
        Matcher publicType = PUBLIC_TYPE.matcher(unit);
        String name = publicType.find() ? publicType.group(1) : "Readme" + number;
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        Path output = Files.createDirectories(classes.resolve("block-" + number));
        List<String> options = List.of(
                "-proc:none",
                "--release",
                "17",
                "-d",
                output.toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        compiler.getTask(null, null, diagnostics, options, null, List.of(new Source(name, unit)))
                .call();
        return diagnostics.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT))
                .toList();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
