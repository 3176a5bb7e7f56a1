// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.producer.batching.BatchingProducer;
import java.io.PrintStream;
import java.security.Provider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes from the moment when a record is due to be put to its acknowledgement, at several rates, with a service that answers after
 * {@value #SERVICE_MILLIS} ms and a key service that does after {@value #KEY_SERVICE_MILLIS}. From the moment when it is due, not when it was put: a
 * producer that makes its caller wait is not to look the better for it.
 *
 * <p>Across changes of the data key: at the highest rate, with a new data key every {@value #ROTATION_SECONDS} seconds for which encryption has to
 * wait, all records, and those that came while it did.
 */
final class LatencyBenchmark {
    private static final int RECORD_SIZE_BYTES = 512;
    private static final int OPEN_SHARDS = 4;
    private static final int SERVICE_MILLIS = 10;
    private static final int KEY_SERVICE_MILLIS = 20;
    private static final int ROTATION_SECONDS = 2;

    /** A record of before still waits for more of its aggregate, or for the key, when a change is as old as this. */
    private static final long ROTATION_NANOS = TimeUnit.MILLISECONDS.toNanos(KEY_SERVICE_MILLIS);

    private static final int LINGER_MILLIS = 100;
    private static final int WARM_UP_RECORDS = 1_000_000;
    private static final int WARM_UP_PAUSE_MILLIS = 500;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final String[] HEAP = {"-Xms512m", "-Xmx512m"};
    private static final String LINE = "%-34s %9s %9s %9s %9s %9s%n";

    /** A rate, for how long, and whether keys change. */
    private record Load(int recordsPerSecond, int seconds, boolean rotates) {
        String label() {
            return recordsPerSecond + " records/s" + (rotates ? ", keys change" : "");
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load(1, 300, false), new Load(100, 60, false), new Load(10_000, 60, false), new Load(10_000, 60, true));
    private static final int QUICK_SECONDS = 10;

    private final Load load;
    private final Workload workload = new Workload(KeyKind.UNIQUE, RECORD_SIZE_BYTES);
    private final int count;
    private final AtomicLongArray latencies;
    private long beganNanos;

    private LatencyBenchmark(Load load) {
        this.load = load;
        this.count = load.recordsPerSecond * load.seconds;
        this.latencies = new AtomicLongArray(count);
    }

    /** Runs every rate with one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        Fork fork = new Fork(options, HEAP);
        out.printf(
                "%nFrom put to acknowledgement, in ms: %d bytes, unique keys, linger %d ms, service %d ms, key service %d ms, provider %s%n",
                RECORD_SIZE_BYTES, LINGER_MILLIS, SERVICE_MILLIS, KEY_SERVICE_MILLIS, provider.optionName());
        out.printf(LINE, "", "records", "p50", "p99", "max", "load");
        for (Load load : LOADS) {
            if (options.wants(load.label())) {
                double machine = Statistics.load();
                Map<String, List<Double>> told = fork.run(
                        LatencyBenchmark.class,
                        provider,
                        load.recordsPerSecond,
                        options.quick() ? QUICK_SECONDS : load.seconds,
                        load.rotates);
                report(load.label(), "all", told, machine, out);
                if (load.rotates) {
                    report("  those that met a change", "met", told, machine, out);
                }
            }
        }
    }

    private static void report(
            String label, String name, Map<String, List<Double>> told, double load, PrintStream out) {
        out.printf(
                LINE,
                label,
                "%.0f"
                        .formatted(Objects.requireNonNull(told.get(name + "-count"))
                                .get(0)),
                "%.1f".formatted(Objects.requireNonNull(told.get(name + "-p50")).get(0)),
                "%.1f".formatted(Objects.requireNonNull(told.get(name + "-p99")).get(0)),
                "%.1f".formatted(Objects.requireNonNull(told.get(name + "-max")).get(0)),
                "%.2f".formatted(load));
    }

    /**
     * One rate.
     *
     * @param arguments the provider, records a second, seconds, whether keys change
     * @throws InterruptedException never
     */
    public static void main(String[] arguments) throws InterruptedException {
        Provider provider = JcaProvider.valueOf(arguments[0]).install();
        Load load = new Load(
                Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Boolean.parseBoolean(arguments[3]));
        new LatencyBenchmark(load).measure(provider);
    }

    private void measure(@Nullable Provider provider) throws InterruptedException {
        StandInKinesis client = new StandInKinesis(Duration.ofMillis(SERVICE_MILLIS), OPEN_SHARDS);
        try (client;
                Owner owner = new Owner(provider)) {
            owner.slowKeyService(Duration.ofMillis(KEY_SERVICE_MILLIS));
            try (MeasuredProducer warmUp = MeasuredProducer.encrypting(client, owner)) {
                warmUp.put(workload, WARM_UP_RECORDS);
            }
            // One that has not seen how fast records came.
            try (MeasuredProducer measured = MeasuredProducer.encrypting(client, owner)) {
                measured.put(workload, 1);
                Thread.sleep(WARM_UP_PAUSE_MILLIS);
                putAll(measured.producer(), owner);
            }
        }
        long[] all = IntStream.range(0, count).mapToLong(latencies::get).toArray();
        tell("all", all);
        if (load.rotates) {
            tell(
                    "met",
                    IntStream.range(0, count)
                            .filter(i -> metRotation(dueNanos(i)))
                            .mapToLong(latencies::get)
                            .toArray());
        }
    }

    private void putAll(BatchingProducer producer, Owner owner) {
        beganNanos = System.nanoTime();
        int rotations = 0;
        for (int i = 0; i < count; i++) {
            long dueNanos = dueNanos(i);
            if (load.rotates && dueNanos / NANOS_PER_SECOND / ROTATION_SECONDS > rotations) {
                rotations++;
                owner.encryption().rotateNow();
            }
            while (System.nanoTime() - beganNanos < dueNanos) {
                LockSupport.parkNanos(dueNanos - (System.nanoTime() - beganNanos));
            }
            int number = i;
            var unused = producer.put(workload.next()).whenComplete((receipt, failure) -> {
                if (failure != null) {
                    failure.printStackTrace();
                    Runtime.getRuntime().halt(1);
                }
                latencies.set(number, System.nanoTime() - beganNanos - dueNanos);
            });
        }
        producer.flush().join();
    }

    private long dueNanos(int number) {
        return number * NANOS_PER_SECOND / load.recordsPerSecond;
    }

    /** Whether the aggregate of a record that was due then can have been sealed while a new key was waited for. */
    private static boolean metRotation(long dueNanos) {
        long sinceNanos = dueNanos % (ROTATION_SECONDS * NANOS_PER_SECOND);
        long untilNanos = ROTATION_SECONDS * NANOS_PER_SECOND - sinceNanos;
        boolean before = untilNanos < TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
        boolean first = dueNanos < ROTATION_SECONDS * NANOS_PER_SECOND;
        return before || (!first && sinceNanos < ROTATION_NANOS);
    }

    private static void tell(String name, long[] nanos) {
        Arrays.sort(nanos);
        Fork.tell(name + "-count", nanos.length);
        Fork.tell(name + "-p50", Statistics.quantile(nanos, 0.5) / 1e6);
        Fork.tell(name + "-p99", Statistics.quantile(nanos, 0.99) / 1e6);
        Fork.tell(name + "-max", nanos[nanos.length - 1] / 1e6);
    }
}
