// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A JVM of its own that measures something and tells it in numbers with names, each as often as it likes. */
final class Fork {
    private static final String MARK = "@";

    private final List<String> jvmArguments;
    private final RunOptions options;

    Fork(RunOptions options, String... jvmArguments) {
        this.options = options;
        this.jvmArguments = List.of(jvmArguments);
    }

    /** Called in the fork: tells a number. */
    static void tell(String name, double value) {
        System.out.println(MARK + " " + name + " " + value);
    }

    /**
     * Runs a class's main method as often as the options say, and tells the load and the ratio of each round.
     *
     * @param ratio what a round told, as one number
     * @return what each round told, by name and in its order
     */
    List<Map<String, List<Double>>> rounds(
            PrintStream out, ToDoubleFunction<Map<String, List<Double>>> ratio, Class<?> main, Object... arguments) {
        List<Map<String, List<Double>>> rounds = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            double load = Statistics.load();
            Map<String, List<Double>> told = run(main, arguments);
            rounds.add(told);
            out.printf("  round %d, load %.2f: ratio %.2f%n", round, load, ratio.applyAsDouble(told));
        }
        return rounds;
    }

    /**
     * Runs a class's main method.
     *
     * @return what it told, by name and in its order
     * @throws IllegalStateException if it fails
     */
    Map<String, List<Double>> run(Class<?> main, Object... arguments) {
        Path home = options.jdk() == null ? Path.of(System.getProperty("java.home")) : options.jdk();
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Map<String, List<Double>> told = new HashMap<>();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (words.length == 3 && words[0].equals(MARK)) {
                        told.computeIfAbsent(words[1], name -> new ArrayList<>())
                                .add(Double.valueOf(words[2]));
                    } else {
                        System.out.println(line);
                    }
                }
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("%s failed with status %d".formatted(main.getSimpleName(), status));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
        return told;
    }
}
