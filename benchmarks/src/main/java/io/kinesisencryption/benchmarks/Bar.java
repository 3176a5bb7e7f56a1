// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One benchmark beside its baseline, and how many times its time it may take.
 *
 * @param name what is measured
 * @param candidate what is judged
 * @param baseline what it is judged by
 * @param limit the most that the ratio may be
 */
record Bar(String name, List<Case> candidate, List<Case> baseline, double limit) {
    /**
     * A benchmark with its parameters.
     *
     * @param type its class
     * @param method its method
     * @param parameters values by name
     */
    record Case(Class<?> type, String method, Map<String, String> parameters) {
        /** The pattern that finds this benchmark and no other. */
        String include() {
            return type.getName().replace(".", "\\.") + "\\." + method + "$";
        }
    }

    Bar(String name, Case candidate, Case baseline, double limit) {
        this(name, List.of(candidate), List.of(baseline), limit);
    }

    /** Every bar, in the order in which they are told. */
    static List<Bar> all() {
        List<Bar> bars = new ArrayList<>();
        records(bars, "100 B", "100", 2);
        records(bars, "1 KiB", "1024", 1.3);
        records(bars, "100 KiB", "102400", 1.1);
        Case plainSeal = aggregate("plainSeal");
        Case plainOpen = aggregate("plainOpen");
        Case compactSeal = aggregate("compactSeal");
        Case compactOpen = aggregate("compactOpen");
        bars.add(new Bar("COMPACT aggregate, seal", compactSeal, plainSeal, 1.5));
        bars.add(new Bar("COMPACT aggregate, open", compactOpen, plainOpen, 1.5));
        bars.add(new Bar(
                "COMPACT aggregate, both", List.of(compactSeal, compactOpen), List.of(plainSeal, plainOpen), 1.5));
        bars.add(new Bar(
                "Encryption SDK aggregate, seal", aggregate("encryptionSdkSeal"), aggregate("plainSealWithMd5"), 1.5));
        bars.add(new Bar("300 keys, open 1 KiB", keys("300"), keys("1"), 2));
        bars.add(new Bar("100,000 keys, open 1 KiB", keys("100000"), keys("1"), 2));
        return bars;
    }

    private static void records(List<Bar> bars, String name, String size, double limit) {
        Map<String, String> parameters = Map.of("size", size);
        for (String operation : List.of("Seal", "Open")) {
            bars.add(new Bar(
                    "COMPACT " + name + ", " + operation.toLowerCase(Locale.ROOT),
                    new Case(RecordBenchmark.class, "compact" + operation, parameters),
                    new Case(RecordBenchmark.class, "plain" + operation, parameters),
                    limit));
        }
    }

    private static Case aggregate(String method) {
        return new Case(AggregateBenchmark.class, method, Map.of());
    }

    private static Case keys(String keys) {
        return new Case(KeysBenchmark.class, "open", Map.of("keys", keys));
    }
}
