// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.benchmarks.Bar.Case;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The table of bars. A ratio is the median of the rounds' ratios, each of two forks that ran close together. */
final class Report {
    private static final String LINE = "%-32s %10s %10s %7s %7s %-13s %6s %-6s %11s %11s%n";

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void print(List<Bar> bars, Map<Case, List<Measurement>> measured) {
        out.printf(LINE, "", "ns", "baseline", "ratio", "cpu", "cpu range", "bar", "", "B/op", "baseline");
        for (Bar bar : bars) {
            List<Measurement> candidate = sums(bar.candidate(), measured);
            List<Measurement> baseline = sums(bar.baseline(), measured);
            double[] cpu = ratios(candidate, baseline, Measurement::cpuNanos);
            double ratio = Statistics.median(cpu);
            out.printf(
                    LINE,
                    bar.name(),
                    "%.0f".formatted(median(candidate, Measurement::nanos)),
                    "%.0f".formatted(median(baseline, Measurement::nanos)),
                    "%.2f".formatted(Statistics.median(ratios(candidate, baseline, Measurement::nanos))),
                    "%.2f".formatted(ratio),
                    "%.2f to %.2f"
                            .formatted(
                                    Arrays.stream(cpu).min().orElseThrow(),
                                    Arrays.stream(cpu).max().orElseThrow()),
                    bar.limit() == Bar.NO_LIMIT ? "none" : "%.1f".formatted(bar.limit()),
                    bar.limit() == Bar.NO_LIMIT ? "" : ratio <= bar.limit() ? "met" : "MISSED",
                    "%.0f".formatted(median(candidate, Measurement::allocatedBytes)),
                    "%.0f".formatted(median(baseline, Measurement::allocatedBytes)));
            double heap = median(candidate, Measurement::heapBytes);
            if (heap > 0) {
                out.printf("%-32s heap of the keys: %.1f MiB%n", "", heap / (1 << 20));
            }
        }
    }

    /** Of each round. */
    private static List<Measurement> sums(List<Case> cases, Map<Case, List<Measurement>> measured) {
        int rounds = measurements(cases.get(0), measured).size();
        return IntStream.range(0, rounds)
                .mapToObj(round -> Measurement.sum(cases.stream()
                        .map(one -> measurements(one, measured).get(round))
                        .toList()))
                .toList();
    }

    private static List<Measurement> measurements(Case one, Map<Case, List<Measurement>> measured) {
        List<Measurement> measurements = measured.get(one);
        if (measurements == null) {
            throw new IllegalStateException("Not measured: " + one);
        }
        return measurements;
    }

    private static double[] ratios(
            List<Measurement> candidate, List<Measurement> baseline, ToDoubleFunction<Measurement> part) {
        return IntStream.range(0, candidate.size())
                .mapToDouble(
                        round -> part.applyAsDouble(candidate.get(round)) / part.applyAsDouble(baseline.get(round)))
                .toArray();
    }

    private static double median(List<Measurement> measurements, ToDoubleFunction<Measurement> part) {
        return Statistics.median(measurements.stream().mapToDouble(part).toArray());
    }
}
