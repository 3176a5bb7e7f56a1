// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.io.PrintStream;
import java.security.Provider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How many user records of unique keys share an aggregate, by what the service got: {@value #RECORDS_PER_SECOND} records a second to
 * {@value #OPEN_SHARDS} shards, with the default linger time and a service that answers after {@value #SERVICE_MILLIS} ms.
 */
final class FillBenchmark {
    private static final double LIMIT = 5;
    private static final int RECORD_SIZE_BYTES = 512;
    private static final int RECORDS_PER_SECOND = 10_000;
    private static final int OPEN_SHARDS = 4;
    private static final int SERVICE_MILLIS = 10;
    private static final int SECONDS = 30;
    private static final int QUICK_SECONDS = 5;

    /** A few at a time: they would wait for each other for longer otherwise. */
    private static final int PARTS_OF_SECOND = 1_000;

    private static final String[] HEAP = {"-Xms512m", "-Xmx512m"};

    private FillBenchmark() {}

    /** Runs with one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        double load = Statistics.load();
        Map<String, List<Double>> told =
                new Fork(options, HEAP).run(FillBenchmark.class, provider, options.quick() ? QUICK_SECONDS : SECONDS);
        double fill = Objects.requireNonNull(told.get("fill")).get(0);
        out.printf(
                "%nUser records an aggregate, of %d bytes with unique keys, %d a second, %d shards, provider %s, load %.2f%n"
                        + "%.1f (bar %.0f, %s), %.1f aggregates a call; %.2f processors busy, what puts them included%n",
                RECORD_SIZE_BYTES,
                RECORDS_PER_SECOND,
                OPEN_SHARDS,
                provider.optionName(),
                load,
                fill,
                LIMIT,
                fill >= LIMIT ? "met" : "MISSED",
                Objects.requireNonNull(told.get("call")).get(0),
                Objects.requireNonNull(told.get("cpu")).get(0));
    }

    /**
     * The run.
     *
     * @param arguments the provider, seconds
     */
    public static void main(String[] arguments) {
        Provider provider = JcaProvider.valueOf(arguments[0]).install();
        int seconds = Integer.parseInt(arguments[1]);
        Workload workload = new Workload(KeyKind.UNIQUE, RECORD_SIZE_BYTES);
        StandInKinesis client = new StandInKinesis(Duration.ofMillis(SERVICE_MILLIS), OPEN_SHARDS);
        try (client;
                Owner owner = new Owner(provider);
                MeasuredProducer producer = MeasuredProducer.encrypting(client, owner)) {
            CpuClock cpu = CpuClock.start();
            long beganNanos = System.nanoTime();
            long partNanos = TimeUnit.SECONDS.toNanos(1) / PARTS_OF_SECOND;
            for (int part = 0; part < seconds * PARTS_OF_SECOND; part++) {
                for (int i = 0; i < RECORDS_PER_SECOND / PARTS_OF_SECOND; i++) {
                    var unused = producer.producer().put(workload.next());
                }
                long dueNanos = (part + 1) * partNanos;
                while (System.nanoTime() - beganNanos < dueNanos) {
                    LockSupport.parkNanos(dueNanos - (System.nanoTime() - beganNanos));
                }
            }
            producer.producer().flush().join();
            Fork.tell("fill", (double) seconds * RECORDS_PER_SECOND / client.records());
            Fork.tell("cpu", cpu.nanos() / 1e9 / seconds);
            Fork.tell("call", (double) client.records() / client.calls());
        }
    }
}
