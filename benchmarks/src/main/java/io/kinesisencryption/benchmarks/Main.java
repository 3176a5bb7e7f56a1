// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.benchmarks.Bar.Case;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every benchmark in turns, one fork of each a round, so that what changes on the machine meanwhile meets all of them alike; then tells each
 * bar's ratio. JMH by itself would run all forks of one benchmark before the next.
 */
public final class Main {
    /** Of two seconds each: the Encryption SDK is much code to compile. */
    private static final int WARMUPS = 5;

    /** Of one second each. */
    private static final int ITERATIONS = 3;

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** So large that G1's regions are of 2 MiB and neither an aggregate nor its baseline counts as a huge object. */
    private static final String[] HEAP = {"-Xms4g", "-Xmx4g"};

    private final RunOptions options;
    private final PrintStream out;

    private Main(RunOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /**
     * Runs.
     *
     * @param arguments see {@code --help}
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String[] arguments) throws RunnerException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(RunOptions.USAGE);
            return;
        }
        RunOptions options;
        try {
            options = RunOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(RunOptions.USAGE);
            System.exit(2);
            return;
        }
        for (JcaProvider provider : options.providers()) {
            new Main(options, System.out).run(provider);
        }
    }

    private void run(JcaProvider provider) throws RunnerException {
        List<Bar> bars = Bar.all().stream()
                .filter(bar ->
                        options.only().isEmpty() || options.only().stream().anyMatch(bar.name()::contains))
                .toList();
        Set<Case> cases = new LinkedHashSet<>();
        for (Bar bar : bars) {
            cases.addAll(bar.baseline());
            cases.addAll(bar.candidate());
        }
        out.printf(
                "%nJDK %s, provider %s, %d rounds of %d benchmarks%n",
                options.jdk() == null ? System.getProperty("java.version") : options.jdk(),
                provider.optionName(),
                options.rounds(),
                cases.size());
        Map<Case, List<Measurement>> measured = new LinkedHashMap<>();
        for (int round = 1; round <= options.rounds(); round++) {
            out.printf("round %d, load %.2f%n", round, load());
            for (Case one : cases) {
                measured.computeIfAbsent(one, c -> new ArrayList<>()).add(fork(one, provider));
            }
        }
        new Report(out).print(bars, measured);
    }

    private Measurement fork(Case one, JcaProvider provider) throws RunnerException {
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .include(one.include())
                .param("provider", provider.name())
                .forks(1)
                .warmupIterations(options.quick() ? 1 : WARMUPS)
                .warmupTime(TimeValue.seconds(options.quick() ? 1 : 2))
                .measurementIterations(options.quick() ? 1 : ITERATIONS)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTimeProfiler.class)
                .jvmArgs(HEAP)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        one.parameters().forEach(builder::param);
        if (options.jdk() != null) {
            builder.jvm(options.jdk().resolve("bin/java").toString());
        }
        RunResult result = new Runner(builder.build()).runSingle();
        Map<String, Result> secondary = result.getSecondaryResults();
        return new Measurement(
                result.getPrimaryResult().getScore(),
                score(secondary, CpuTimeProfiler.CPU_TIME),
                score(secondary, ALLOCATED),
                secondary.containsKey(CpuTimeProfiler.HEAP) ? score(secondary, CpuTimeProfiler.HEAP) : 0);
    }

    @SuppressWarnings("rawtypes") // As the harness has it.
    private static double score(Map<String, Result> results, String name) {
        Result result = results.get(name);
        if (result == null) {
            throw new IllegalStateException("The harness did not measure " + name);
        }
        return result.getScore();
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
