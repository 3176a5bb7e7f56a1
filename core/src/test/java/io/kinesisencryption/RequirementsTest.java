// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** Each numbered MUST of the specification has a test that names it, and no test names another. */
class RequirementsTest {
    private static final Pattern NUMBER = Pattern.compile("\\*\\*(M[0-9]+)\\*\\*");

    private static List<String> blocks() throws IOException {
        String document = Files.readString(TestVectors.inRepository("docs").resolve("envelope-format.md"));
        return List.of(document.split("\n\n|\n(?=- |[0-9]+\\. |\\|)"));
    }

    private static List<String> numbers() throws IOException {
        List<String> numbers = new ArrayList<>();
        for (String block : blocks()) {
            Matcher number = NUMBER.matcher(block);
            while (number.find()) {
                numbers.add(number.group(1));
            }
        }
        return numbers;
    }

    /** Every class of the tests, whether or not anything refers to it. */
    private static List<Class<?>> testClasses() throws IOException, URISyntaxException {
        Path root = Path.of(Requirement.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString();
                classes.add(loaded(name.substring(0, name.length() - ".class".length())
                        .replace('/', '.')
                        .replace('\\', '.')));
            }
        }
        return classes;
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, RequirementsTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Set<String>> testsByNumber() throws IOException, URISyntaxException {
        Map<String, Set<String>> tests = new TreeMap<>();
        for (Class<?> testClass : testClasses()) {
            for (Method method : testClass.getDeclaredMethods()) {
                Requirement requirement = method.getAnnotation(Requirement.class);
                if (requirement == null) {
                    continue;
                }
                String name = testClass.getSimpleName() + "." + method.getName();
                assertThat(isRun(method)).as("%s is a test that runs", name).isTrue();
                assertThat(requirement.value()).as(name).isNotEmpty().doesNotHaveDuplicates();
                for (String number : requirement.value()) {
                    tests.computeIfAbsent(number, any -> new TreeSet<>()).add(name);
                }
            }
        }
        return tests;
    }

    private static boolean isRun(Method method) {
        boolean test = method.isAnnotationPresent(Test.class)
                || method.isAnnotationPresent(TestFactory.class)
                || method.isAnnotationPresent(ParameterizedTest.class);
        return test
                && !method.isAnnotationPresent(Disabled.class)
                && !method.getDeclaringClass().isAnnotationPresent(Disabled.class);
    }

    @Test
    void everyMustOfTheSpecificationIsNumberedOnce() throws IOException {
        List<String> numbers = numbers();
        assertThat(numbers).doesNotHaveDuplicates();
        assertThat(numbers)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, numbers.size())
                        .mapToObj(number -> "M" + number)
                        .toList());
        for (String block : blocks()) {
            if (block.contains("MUST") && !block.contains("Every MUST is numbered")) {
                assertThat(block).containsPattern(NUMBER);
            }
        }
    }

    @Test
    void everyMustHasATestAndEveryTestNamesAMust() throws IOException, URISyntaxException {
        Map<String, Set<String>> tests = testsByNumber();
        Set<String> numbers = new TreeSet<>(numbers());

        assertThat(numbers.stream().filter(number -> !tests.containsKey(number)))
                .as("the MUSTs that no test names")
                .isEmpty();
        assertThat(tests.keySet().stream()
                        .filter(number -> !numbers.contains(number))
                        .collect(Collectors.toMap(number -> number, tests::get)))
                .as("the tests that name no MUST of the document")
                .isEmpty();
    }
}
