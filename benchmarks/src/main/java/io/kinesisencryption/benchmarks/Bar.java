// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Benchmarks beside their baselines, and how many times as long they may take.
 *
 * @param name what is measured
 * @param candidate what is judged, taken together
 * @param baseline what it is judged by, taken together
 * @param limit the most that the ratio may be, or {@link #NO_LIMIT}
 */
record Bar(String name, List<Case> candidate, List<Case> baseline, double limit) {
    private static final double AGGREGATE_LIMIT = 1.5;
    private static final double KEYS_LIMIT = 2;

    /** Of what is told beside a bar to explain it. */
    static final double NO_LIMIT = Double.POSITIVE_INFINITY;

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

        /** Whether it runs the Encryption SDK's code. */
        boolean usesTheSdk() {
            return method.contains("Sdk");
        }
    }

    /** Every bar, in the order in which they are told. */
    static List<Bar> all() {
        List<Bar> bars = new ArrayList<>();
        for (String operation : List.of("Seal", "Open")) {
            String name = ", " + operation.toLowerCase(Locale.ROOT);
            bars.add(records("COMPACT 100 B" + name, "compact" + operation, "plain" + operation, "100", 2));
            bars.add(records("COMPACT 1 KiB" + name, "compact" + operation, "plain" + operation, "1024", 1.3));
            bars.add(records("COMPACT 100 KiB" + name, "compact" + operation, "plain" + operation, "102400", 1.1));
            bars.add(aggregates("COMPACT aggregate" + name, "compact" + operation, "plain" + operation));
            bars.add(aggregates("SDK aggregate" + name, "encryptionSdk" + operation, "plain" + operation + "WithMd5"));
            bars.add(records("SDK 1 KiB" + name, "encryptionSdk" + operation, "legacySdk" + operation, "1024", 1));
        }
        bars.add(new Bar(
                "COMPACT aggregate, both",
                List.of(aggregate("compactSeal"), aggregate("compactOpen")),
                List.of(aggregate("plainSeal"), aggregate("plainOpen")),
                AGGREGATE_LIMIT));
        bars.add(new Bar("COMPACT 300 keys", List.of(keys("300")), List.of(keys("1")), KEYS_LIMIT));
        bars.add(new Bar("COMPACT 100,000 keys", List.of(keys("100000")), List.of(keys("1")), KEYS_LIMIT));
        // What the provider itself needs for a change of key.
        bars.add(new Bar(
                "AES-GCM alone, 100,000 keys", List.of(plainKeys("100000")), List.of(plainKeys("1")), NO_LIMIT));
        return bars;
    }

    private static Bar records(String name, String candidate, String baseline, String size, double limit) {
        Map<String, String> parameters = Map.of("size", size);
        return new Bar(
                name,
                List.of(new Case(RecordBenchmark.class, candidate, parameters)),
                List.of(new Case(RecordBenchmark.class, baseline, parameters)),
                limit);
    }

    private static Bar aggregates(String name, String candidate, String baseline) {
        return new Bar(name, List.of(aggregate(candidate)), List.of(aggregate(baseline)), AGGREGATE_LIMIT);
    }

    private static Case aggregate(String method) {
        return new Case(AggregateBenchmark.class, method, Map.of());
    }

    private static Case plainKeys(String keys) {
        return new Case(PlainKeysBenchmark.class, "open", Map.of("keys", keys));
    }

    private static Case keys(String keys) {
        return new Case(KeysBenchmark.class, "open", Map.of("keys", keys));
    }
}
