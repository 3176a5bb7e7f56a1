// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.io.PrintStream;
import java.security.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * How many user records a second one thread gets through the batching producer, and how many through {@link NaiveProducer}. That one is measured with
 * as many threads as the machine has processors as well, because the batching producer has threads of its own. Each round is a JVM of its own in
 * which all take turns.
 */
final class NaiveBenchmark {
    private static final double LIMIT = 10;
    private static final int RECORD_SIZE_BYTES = 512;
    private static final int OPEN_SHARDS = 4;
    private static final int RECORDS = 1_000_000;
    private static final int NAIVE_RECORDS = 50_000;
    private static final int TURNS = 5;
    private static final int WARM_UP_TURNS = 2;
    private static final String[] HEAP = {"-Xms2g", "-Xmx2g"};
    private static final String LINE = "%-26s %12s %12s %7s %-14s %5s %s%n";
    private static final String ONE = "naive";
    private static final String MANY = "naive-threads";
    private static final String BATCHING = "batching";

    private final StandInKinesis client = new StandInKinesis(Duration.ZERO, OPEN_SHARDS);
    private final NaiveProducer naive = new NaiveProducer(client);
    private final List<Workload> workloads = new ArrayList<>();
    private final int threads = Runtime.getRuntime().availableProcessors();
    private final ExecutorService callers = Executors.newFixedThreadPool(threads);

    private NaiveBenchmark() {
        for (int i = 0; i < threads; i++) {
            workloads.add(new Workload(KeyKind.UNIQUE, RECORD_SIZE_BYTES));
        }
    }

    /** Runs every round of one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        Fork fork = new Fork(options, HEAP);
        out.printf(
                "%nUser records of %d bytes a second, provider %s, %d rounds; and the processor time of each in ns%n",
                RECORD_SIZE_BYTES, provider.optionName(), options.rounds());
        List<Map<String, List<Double>>> rounds = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            double load = Statistics.load();
            rounds.add(fork.run(NaiveBenchmark.class, provider, options.quick() ? 1 : TURNS));
            out.printf("  round %d, load %.2f%n", round, load);
        }
        out.printf(LINE, "", "records/s", "cpu ns", "ratio", "range", "bar", "");
        out.printf(LINE, "batching producer", rate(rounds, BATCHING), cpu(rounds, BATCHING), "", "", "", "");
        report("naive, one thread", ONE, rounds, out);
        report("naive, one per processor", MANY, rounds, out);
    }

    private static void report(String label, String name, List<Map<String, List<Double>>> rounds, PrintStream out) {
        double[] ratios = rounds.stream()
                .mapToDouble(round -> Statistics.median(Objects.requireNonNull(round.get(BATCHING)))
                        / Statistics.median(Objects.requireNonNull(round.get(name))))
                .toArray();
        double ratio = Statistics.median(ratios);
        out.printf(
                LINE,
                label,
                rate(rounds, name),
                cpu(rounds, name),
                "%.1f".formatted(ratio),
                Statistics.range(ratios, 1),
                "%.0f".formatted(LIMIT),
                ratio >= LIMIT ? "met" : "MISSED");
    }

    private static String rate(List<Map<String, List<Double>>> rounds, String name) {
        return "%.0f".formatted(median(rounds, name));
    }

    private static String cpu(List<Map<String, List<Double>>> rounds, String name) {
        return "%.0f".formatted(median(rounds, name + "-cpu"));
    }

    private static double median(List<Map<String, List<Double>>> rounds, String name) {
        return Statistics.median(rounds.stream()
                .mapToDouble(round -> Statistics.median(Objects.requireNonNull(round.get(name))))
                .toArray());
    }

    /**
     * One round.
     *
     * @param arguments the provider, how many turns
     */
    public static void main(String[] arguments) {
        Provider provider = JcaProvider.valueOf(arguments[0]).install();
        new NaiveBenchmark().measure(provider, Integer.parseInt(arguments[1]));
    }

    private void measure(@Nullable Provider provider, int turns) {
        try (Owner owner = new Owner(provider);
                MeasuredProducer batching = MeasuredProducer.encrypting(client, owner)) {
            for (int turn = 0; turn < WARM_UP_TURNS + turns; turn++) {
                boolean told = turn >= WARM_UP_TURNS;
                turn(BATCHING, RECORDS, told, () -> batching.put(workloads.get(0), RECORDS));
                turn(ONE, NAIVE_RECORDS, told, () -> naive.put(workloads.get(0), NAIVE_RECORDS));
                turn(MANY, threads * NAIVE_RECORDS, told, this::putByAll);
            }
        }
        callers.shutdown();
    }

    private void putByAll() {
        CompletableFuture<?>[] parts = new CompletableFuture<?>[threads];
        for (int i = 0; i < threads; i++) {
            Workload workload = workloads.get(i);
            parts[i] = CompletableFuture.runAsync(() -> naive.put(workload, NAIVE_RECORDS), callers);
        }
        CompletableFuture.allOf(parts).join();
    }

    private static void turn(String name, int records, boolean told, Runnable put) {
        CpuClock cpu = CpuClock.start();
        long began = System.nanoTime();
        put.run();
        double seconds = (System.nanoTime() - began) / 1e9;
        long cpuNanos = cpu.nanos();
        if (told) {
            Fork.tell(name, records / seconds);
            Fork.tell(name + "-cpu", (double) cpuNanos / records);
        }
    }
}
