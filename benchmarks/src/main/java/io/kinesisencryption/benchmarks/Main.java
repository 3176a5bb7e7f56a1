// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.benchmarks.Bar.Case;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Of two seconds each. */
    private static final int WARMUPS = 3;

    /** The Encryption SDK is much code to compile. */
    private static final int WARMUPS_OF_THE_SDK = 5;

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
        boolean named = arguments.length > 0 && !arguments[0].startsWith("--");
        RunOptions options;
        Measuring measuring;
        try {
            measuring = named ? measuring(arguments[0]) : (o, provider, out) -> new Main(o, out).run(provider);
            options = RunOptions.parse(named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(RunOptions.USAGE);
            System.exit(2);
            return;
        }
        for (JcaProvider provider : options.providers()) {
            measuring.run(options, provider, System.out);
        }
    }

    /** What the program can measure. */
    @FunctionalInterface
    private interface Measuring {
        void run(RunOptions options, JcaProvider provider, PrintStream out) throws RunnerException;
    }

    private static Measuring measuring(String name) {
        return switch (name) {
            case "tax" -> TaxBenchmark::run;
            case "consume" -> ConsumeBenchmark::run;
            case "naive" -> NaiveBenchmark::run;
            case "latency" -> LatencyBenchmark::run;
            case "heap" -> HeapBenchmark::run;
            case "fill" -> FillBenchmark::run;
            default -> throw new IllegalArgumentException("'%s' is nothing that is measured".formatted(name));
        };
    }

    private void run(JcaProvider provider) throws RunnerException {
        List<Bar> bars =
                Bar.all().stream().filter(bar -> options.wants(bar.name())).toList();
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
            out.printf("round %d, load %.2f%n", round, Statistics.load());
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
                .warmupIterations(options.quick() ? 1 : one.usesTheSdk() ? WARMUPS_OF_THE_SDK : WARMUPS)
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
        return new Measurement(
                result.getPrimaryResult().getScore(),
                score(result, CpuTimeProfiler.CPU_TIME),
                score(result, ALLOCATED),
                result.getSecondaryResults().containsKey(CpuTimeProfiler.HEAP)
                        ? score(result, CpuTimeProfiler.HEAP)
                        : 0);
    }

    private static double score(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        if (found == null) {
            throw new IllegalStateException("The harness did not measure " + name);
        }
        return found.getScore();
    }
}
