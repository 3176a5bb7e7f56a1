// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The encryption tax: what processor time of the whole process a user record costs in the batching producer when its aggregates are encrypted, less
 * what it costs in the same producer when they are not; beside it, AES-GCM alone over as many bytes.
 *
 * <p>Each round is a JVM of its own in which encrypting, not encrypting and AES-GCM alone take many short turns. AES-GCM alone seals one full
 * aggregate again and again, which lies in the cache next to the processor, each time into a new array as {@link PlainGcm} always does; in place, which
 * is cheaper than anybody can have it, is told besides. It runs on as many threads as the machine has processors, because the producer keeps all of
 * them busy too and a processor with a busy neighbour may be slower. What the threads that seal take more is told as well: everything else disturbs
 * that less.
 */
final class TaxBenchmark {
    private static final double LIMIT = 1.5;
    private static final int RECORD_SIZE_BYTES = 512;

    /** So few that a change of the machine's pace meets all alike. */
    private static final int RECORDS_OF_TURN = 250_000;

    private static final int TURNS = 40;
    private static final int QUICK_TURNS = 4;
    private static final int WARM_UP_TURNS = 8;
    private static final int OPEN_SHARDS = 4;

    private static final int CALLS = 5_000_000;
    private static final int RECORDS_OF_CALL = 32;

    private static final String[] HEAP = {"-Xms3g", "-Xmx3g"};

    private static final String LINE = "%-8s %7s %7s %7s %8s %6s %-14s %5s %-6s %8s %8s %8s %8s%n";

    /** Where results go, so that none is left out. */
    @SuppressWarnings("UnusedVariable")
    private static volatile byte @Nullable [] sink;

    private final Workload workload;
    private final int turns;
    private final @Nullable Provider provider;
    private final ExecutorService sealers =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private byte[] payload = {};
    private long payloadBytes;

    private TaxBenchmark(KeyKind keys, @Nullable Provider provider, int turns) {
        this.workload = new Workload(keys, RECORD_SIZE_BYTES);
        this.provider = provider;
        this.turns = turns;
    }

    /** Runs every round of one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        Fork fork = new Fork(options, HEAP);
        out.printf(
                "%nThe encryption tax: ns of processor time for each user record of %d bytes, provider %s, %d rounds%n",
                RECORD_SIZE_BYTES, provider.optionName(), options.rounds());
        out.printf(
                LINE,
                "keys",
                "on",
                "off",
                "tax",
                "AES-GCM",
                "ratio",
                "range",
                "bar",
                "",
                "tax, seal",
                "ratio",
                "in place",
                "client");
        for (KeyKind keys : KeyKind.values()) {
            if (options.wants(keys.label())) {
                report(
                        keys,
                        fork.rounds(
                                out,
                                round -> ratio(round, "on", "off"),
                                TaxBenchmark.class,
                                keys,
                                provider,
                                options.quick() ? QUICK_TURNS : TURNS),
                        out);
            }
        }
    }

    private static void report(KeyKind keys, List<Map<String, List<Double>>> rounds, PrintStream out) {
        double[] ratios =
                rounds.stream().mapToDouble(round -> ratio(round, "on", "off")).toArray();
        double[] sealRatios = rounds.stream()
                .mapToDouble(round -> ratio(round, "on-seal", "off-seal"))
                .toArray();
        double ratio = Statistics.median(ratios);
        out.printf(
                LINE,
                keys.label(),
                figure(rounds, "on"),
                figure(rounds, "off"),
                "%.1f".formatted(tax(rounds, "on", "off")),
                figure(rounds, "aes"),
                "%.2f".formatted(ratio),
                Statistics.range(ratios, 2),
                "%.1f".formatted(LIMIT),
                ratio <= LIMIT ? "met" : "MISSED",
                "%.1f".formatted(tax(rounds, "on-seal", "off-seal")),
                "%.2f".formatted(Statistics.median(sealRatios)),
                figure(rounds, "aes-in-place"),
                "%.3f".formatted(median(rounds, "client")));
    }

    /** The median over the turns of a round of what encryption adds, by the median of AES-GCM alone. */
    private static double ratio(Map<String, List<Double>> round, String on, String off) {
        return tax(round, on, off) / Statistics.median(values(round, "aes"));
    }

    private static double tax(Map<String, List<Double>> round, String on, String off) {
        List<Double> with = values(round, on);
        List<Double> without = values(round, off);
        return Statistics.median(IntStream.range(0, with.size())
                .mapToDouble(turn -> with.get(turn) - without.get(turn))
                .toArray());
    }

    private static double tax(List<Map<String, List<Double>>> rounds, String on, String off) {
        return Statistics.median(
                rounds.stream().mapToDouble(round -> tax(round, on, off)).toArray());
    }

    private static double median(List<Map<String, List<Double>>> rounds, String name) {
        return Statistics.median(rounds.stream()
                .mapToDouble(round -> Statistics.median(values(round, name)))
                .toArray());
    }

    private static String figure(List<Map<String, List<Double>>> rounds, String name) {
        return "%.1f".formatted(median(rounds, name));
    }

    private static List<Double> values(Map<String, List<Double>> round, String name) {
        List<Double> values = round.get(name);
        if (values == null) {
            throw new IllegalStateException("Not measured: " + name);
        }
        return values;
    }

    /**
     * One round.
     *
     * @param arguments the kind of keys, the provider, how many turns
     * @throws GeneralSecurityException if the provider fails
     */
    public static void main(String[] arguments) throws GeneralSecurityException {
        Provider provider = JcaProvider.valueOf(arguments[1]).install();
        new TaxBenchmark(KeyKind.valueOf(arguments[0]), provider, Integer.parseInt(arguments[2])).measure();
    }

    private void measure() throws GeneralSecurityException {
        new PlainGcm(provider).warmedUp();
        StandInKinesis client = new StandInKinesis(Duration.ZERO, OPEN_SHARDS);
        try (Owner owner = new Owner(provider);
                MeasuredProducer on = MeasuredProducer.encrypting(client, owner);
                MeasuredProducer off = MeasuredProducer.plaintext(client, owner, this::keep)) {
            for (int turn = 0; turn < WARM_UP_TURNS + turns; turn++) {
                boolean told = turn >= WARM_UP_TURNS;
                long before = payloadBytes();
                if (turn % 2 == 0) {
                    put("on", on, told);
                    put("off", off, told);
                } else {
                    put("off", off, told);
                    put("on", on, told);
                }
                int messages = (int) ((payloadBytes() - before) / payload.length);
                seal("aes", messages, told, (gcm, own) -> sink = gcm.seal(own));
                seal("aes-in-place", messages, told, (gcm, own) -> sink = gcm.sealInPlace(own));
            }
        }
        sealers.shutdown();
        tellClient(client);
    }

    private void put(String name, MeasuredProducer producer, boolean told) {
        long sealingBefore = CpuClock.nanosOfThreads("-seal-");
        CpuClock clock = CpuClock.start();
        producer.put(workload, RECORDS_OF_TURN);
        long nanos = clock.nanos();
        if (told) {
            Fork.tell(name, (double) nanos / RECORDS_OF_TURN);
            Fork.tell(name + "-seal", (double) (CpuClock.nanosOfThreads("-seal-") - sealingBefore) / RECORDS_OF_TURN);
        }
    }

    /** One message. */
    @FunctionalInterface
    private interface SealOne {
        void seal(PlainGcm gcm, byte[] aggregate) throws GeneralSecurityException;
    }

    /** By the time of the threads that seal, so that the garbage of others is not counted for it. */
    private void seal(String name, int messages, boolean told, SealOne one) {
        int threads = Runtime.getRuntime().availableProcessors();
        List<CompletableFuture<Long>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(CompletableFuture.supplyAsync(() -> seal(messages / threads, one), sealers));
        }
        long nanos = 0;
        for (CompletableFuture<Long> part : parts) {
            nanos += part.join();
        }
        if (told) {
            Fork.tell(name, (double) nanos / RECORDS_OF_TURN);
        }
    }

    private long seal(int messages, SealOne one) {
        try {
            PlainGcm gcm = new PlainGcm(provider);
            byte[] own = payload.clone();
            long began = CpuClock.nanosOfThisThread();
            for (int i = 0; i < messages; i++) {
                one.seal(gcm, own);
            }
            return CpuClock.nanosOfThisThread() - began;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void keep(byte[] aggregate) {
        payloadBytes += aggregate.length;
        if (aggregate.length > payload.length) {
            payload = aggregate;
        }
    }

    private synchronized long payloadBytes() {
        return payloadBytes;
    }

    /** What the client itself takes for each user record: a part of "on" as well as of "off". */
    private void tellClient(StandInKinesis client) {
        long puts = 2L * (WARM_UP_TURNS + turns) * RECORDS_OF_TURN;
        double recordsPerCall = (double) puts / client.calls();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < RECORDS_OF_CALL; i++) {
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey(Integer.toString(i))
                    .data(SdkBytes.fromByteArrayUnsafe(payload))
                    .build());
        }
        PutRecordsRequest request = PutRecordsRequest.builder()
                .streamName(Samples.STREAM.name())
                .records(entries)
                .build();
        call(client, request);
        CpuClock clock = CpuClock.start();
        call(client, request);
        Fork.tell("client", clock.nanos() / (double) CALLS / recordsPerCall);
    }

    private static void call(StandInKinesis client, PutRecordsRequest request) {
        for (int i = 0; i < CALLS; i++) {
            var unused = client.putRecords(request).join();
        }
    }
}
