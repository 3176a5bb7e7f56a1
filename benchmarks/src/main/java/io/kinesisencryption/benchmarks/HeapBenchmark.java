// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.UserRecord;
import io.kinesisencryption.producer.batching.BatchingProducer;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * How much heap a batching producer keeps reachable whose stream is slow: what is left after full garbage collections while a thread puts as many
 * records as it is let, each with data of its own. The library, the SDK and everything else in the heap is counted in.
 */
final class HeapBenchmark {
    private static final int MIB = 1024 * 1024;
    private static final long BUFFER_SIZE_BYTES = 64 * MIB;

    /** Twice the buffer, because a record exists as plaintext and as ciphertext for a moment; and what an idle application has. */
    private static final long LIMIT_BYTES = 2 * BUFFER_SIZE_BYTES + 32 * MIB;

    private static final int BUFFERED_RECORDS = 8_000_000;
    private static final int SLOW_MILLIS = 3_000;
    private static final int OPEN_SHARDS = 4;
    private static final int SECONDS = 30;
    private static final int QUICK_SECONDS = 8;
    private static final int SAMPLE_MILLIS = 300;

    /** A quarter of this is for a call: long enough to fill the buffer, and so short that calls are given up and made again while it is looked at. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(12);

    private static final String[] HEAP = {"-Xms320m", "-Xmx320m"};
    private static final String LINE = "%-36s %12s %14s %12s %8s %-6s %6s%n";

    /** What is put, and what becomes of it. */
    private record Load(KeyKind keys, int sizeBytes, boolean answered) {
        String label() {
            return "%,d bytes, keys %s, %s".formatted(sizeBytes, keys.label(), answered ? "slow answers" : "no answer");
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load(KeyKind.UNIQUE, 512, true),
            new Load(KeyKind.UNIQUE, 512, false),
            new Load(KeyKind.ZIPF, 512, true),
            new Load(KeyKind.ABSENT, 10, true),
            new Load(KeyKind.ABSENT, 10, false),
            new Load(KeyKind.UNIQUE, 20_000, true),
            new Load(KeyKind.UNIQUE, 300_000, true),
            new Load(KeyKind.UNIQUE, 300_000, false));

    private HeapBenchmark() {}

    /** Runs every load with one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        Fork fork = new Fork(options, HEAP);
        out.printf(
                "%nHeap after full garbage collections, MiB, with a buffer of %d MiB, provider %s%n",
                BUFFER_SIZE_BYTES / MIB, provider.optionName());
        out.printf(LINE, "", "idle", "largest", "records", "limit", "", "load");
        for (Load load : LOADS) {
            if (options.wants(load.label())) {
                double machine = Statistics.load();
                Map<String, List<Double>> told = fork.run(
                        HeapBenchmark.class,
                        provider,
                        load.keys,
                        load.sizeBytes,
                        load.answered,
                        options.quick() ? QUICK_SECONDS : SECONDS);
                double largest = Objects.requireNonNull(told.get("largest")).get(0);
                out.printf(
                        LINE,
                        load.label(),
                        "%.1f"
                                .formatted(
                                        Objects.requireNonNull(told.get("idle")).get(0) / MIB),
                        "%.1f".formatted(largest / MIB),
                        "%.0f"
                                .formatted(Objects.requireNonNull(told.get("records"))
                                        .get(0)),
                        "%d".formatted(LIMIT_BYTES / MIB),
                        largest <= LIMIT_BYTES ? "met" : "MISSED",
                        "%.2f".formatted(machine));
            }
        }
    }

    /**
     * One load.
     *
     * @param arguments the provider, the kind of keys, the data's size, whether there are answers, seconds
     * @throws InterruptedException never
     */
    public static void main(String[] arguments) throws InterruptedException {
        var provider = JcaProvider.valueOf(arguments[0]).install();
        Load load = new Load(
                KeyKind.valueOf(arguments[1]), Integer.parseInt(arguments[2]), Boolean.parseBoolean(arguments[3]));
        long nanos = TimeUnit.SECONDS.toNanos(Integer.parseInt(arguments[4]));
        StandInKinesis client =
                new StandInKinesis(load.answered ? Duration.ofMillis(SLOW_MILLIS) : StandInKinesis.NEVER, OPEN_SHARDS);
        try (client;
                Owner owner = new Owner(provider)) {
            BatchingProducer producer = MeasuredProducer.builder(client, owner, event -> {})
                    .buffer(BUFFER_SIZE_BYTES, BUFFERED_RECORDS)
                    .deliveryTimeout(DELIVERY_TIMEOUT)
                    .build();
            Workload keys = new Workload(load.keys, 0);
            Fork.tell("idle", (double) usedHeapBytes());
            Thread putting = new Thread(() -> put(producer, keys, load.sizeBytes), "putting");
            putting.setDaemon(true);
            putting.start();
            long largestBytes = 0;
            long records = 0;
            for (long began = System.nanoTime(); System.nanoTime() - began < nanos; ) {
                Thread.sleep(SAMPLE_MILLIS);
                records = Math.max(records, producer.bufferedRecords());
                largestBytes = Math.max(largestBytes, usedHeapBytes());
            }
            Fork.tell("largest", (double) largestBytes);
            Fork.tell("records", (double) records);
            producer.close(Duration.ZERO);
        }
    }

    private static void put(BatchingProducer producer, Workload keys, int sizeBytes) {
        try {
            while (true) {
                UserRecord record = keys.next();
                var unused = producer.put(UserRecord.of(record.partitionKey(), new byte[sizeBytes]));
            }
        } catch (IllegalStateException e) {
            // The producer is closed.
        }
    }

    private static long usedHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
