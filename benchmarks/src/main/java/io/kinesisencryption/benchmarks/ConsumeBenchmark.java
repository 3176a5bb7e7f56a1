// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * What processor time the decrypting record processor adds for each user record: an application behind it that gets COMPACT aggregates, less the same
 * application that gets the same user records in plaintext, taken apart already; beside it, AES-GCM alone over as many bytes. No scheduler runs.
 *
 * <p>Each round is a JVM of its own in which all take many short turns over the same ten megabytes, which are more than a processor keeps near. AES-GCM
 * alone opens each message into a new array, and only the time of its own thread counts. The rest is the time of the whole process, so that the garbage
 * collector's work is in it, and the mean of the turns counts, because only some of them meet it. What KCL itself takes to take apart plaintext aggregates of
 * the same records is told besides: the decrypting processor does that work too.
 */
final class ConsumeBenchmark {
    private static final double LIMIT = 1.5;
    private static final int RECORD_SIZE_BYTES = 512;

    /** Aggregates of the size that the batching producer makes by default, and large ones. */
    private static final int[] RECORDS_OF_AGGREGATE = {97, 1_000};

    private static final int USER_RECORDS = 20_000;

    /** Of one megabyte each: what a shard takes in a second, and so what comes with each read that is a second after the last. */
    private static final int BATCHES = 10;

    /** Over all records, so that a turn takes about a tenth of a second. */
    private static final int PASSES = 12;

    private static final int TURNS = 60;
    private static final int QUICK_TURNS = 6;
    private static final int WARM_UP_TURNS = 12;

    private static final String[] HEAP = {"-Xms2g", "-Xmx2g"};
    private static final Instant ARRIVAL = Instant.parse("2026-11-24T00:00:00Z");
    private static final long FIRST_SEQUENCE_NUMBER = 1_000_000_000_000L;

    private static final String LINE = "%-18s %7s %7s %7s %8s %6s %-14s %5s %-6s %7s%n";

    /** Where results go, so that none is left out. */
    @SuppressWarnings("UnusedVariable")
    private static volatile long sink;

    private final int recordsOfAggregate;
    private final int turns;
    private final @Nullable Provider provider;
    private final AggregatorUtil kcl = new AggregatorUtil();
    private final List<List<KinesisClientRecord>> encrypted = new ArrayList<>();
    private final List<List<KinesisClientRecord>> userRecords = new ArrayList<>();
    private final List<List<KinesisClientRecord>> aggregates = new ArrayList<>();
    private final List<byte[]> sealed = new ArrayList<>();
    private long recordsOfTurn;

    private ConsumeBenchmark(int recordsOfAggregate, @Nullable Provider provider, int turns) {
        this.recordsOfAggregate = recordsOfAggregate;
        this.provider = provider;
        this.turns = turns;
    }

    /** Runs every round of one provider, and tells. */
    static void run(RunOptions options, JcaProvider provider, PrintStream out) {
        Fork fork = new Fork(options, HEAP);
        out.printf(
                "%nThe decrypting record processor: ns of processor time for each user record of %d bytes, provider %s, %d rounds%n",
                RECORD_SIZE_BYTES, provider.optionName(), options.rounds());
        out.printf(LINE, "aggregates of", "on", "off", "adds", "AES-GCM", "ratio", "range", "bar", "", "KCL");
        for (int count : RECORDS_OF_AGGREGATE) {
            String name = count + " user records";
            if (options.wants(name)) {
                report(
                        name,
                        fork.rounds(
                                out,
                                ConsumeBenchmark::ratio,
                                ConsumeBenchmark.class,
                                count,
                                provider,
                                options.quick() ? QUICK_TURNS : TURNS),
                        out);
            }
        }
    }

    private static void report(String name, List<Map<String, List<Double>>> rounds, PrintStream out) {
        double[] ratios = rounds.stream().mapToDouble(ConsumeBenchmark::ratio).toArray();
        double ratio = Statistics.median(ratios);
        out.printf(
                LINE,
                name,
                figure(rounds, "on"),
                figure(rounds, "off"),
                "%.1f"
                        .formatted(Statistics.median(rounds.stream()
                                .mapToDouble(ConsumeBenchmark::added)
                                .toArray())),
                figure(rounds, "aes"),
                "%.2f".formatted(ratio),
                Statistics.range(ratios, 2),
                "%.1f".formatted(LIMIT),
                ratio <= LIMIT ? "met" : "MISSED",
                figure(rounds, "kcl"));
    }

    private static double ratio(Map<String, List<Double>> round) {
        return added(round) / mean(round, "aes");
    }

    private static double added(Map<String, List<Double>> round) {
        return mean(round, "on") - mean(round, "off");
    }

    /** Over the turns of a round. */
    private static double mean(Map<String, List<Double>> round, String name) {
        List<Double> turns = Objects.requireNonNull(round.get(name), name);
        return Statistics.sum(turns) / turns.size();
    }

    private static String figure(List<Map<String, List<Double>>> rounds, String name) {
        return "%.1f"
                .formatted(Statistics.median(
                        rounds.stream().mapToDouble(round -> mean(round, name)).toArray()));
    }

    /**
     * One round.
     *
     * @param arguments how many user records an aggregate has, the provider, how many turns
     * @throws GeneralSecurityException if the provider fails
     */
    public static void main(String[] arguments) throws GeneralSecurityException {
        Provider provider = JcaProvider.valueOf(arguments[1]).install();
        new ConsumeBenchmark(Integer.parseInt(arguments[0]), provider, Integer.parseInt(arguments[2])).measure();
    }

    private void measure() throws GeneralSecurityException {
        PlainGcm gcm = new PlainGcm(provider).warmedUp();
        try (Owner owner = new Owner(provider)) {
            make(owner);
            ShardRecordProcessor application = new Counting();
            ShardRecordProcessor decrypting = decrypting(owner);
            for (int turn = 0; turn < WARM_UP_TURNS + turns; turn++) {
                boolean told = turn >= WARM_UP_TURNS;
                List<Runnable> order = Arrays.asList(
                        () -> turn("on", told, () -> process(decrypting, encrypted)),
                        () -> turn("off", told, () -> process(application, userRecords)),
                        () -> turn("kcl", told, () -> takeApart(application)));
                if (turn % 2 == 1) {
                    Collections.reverse(order);
                }
                order.forEach(Runnable::run);
                open(gcm, told);
            }
        }
    }

    /** The application behind the library, as KCL would have it made. */
    private static ShardRecordProcessor decrypting(Owner owner) {
        ShardRecordProcessor decrypting = DecryptingShardRecordProcessorFactory.wrap(Counting::new, owner.encryption())
                .shardRecordProcessor(StreamIdentifier.singleStreamInstance(Samples.STREAM.name()));
        decrypting.initialize(InitializationInput.builder()
                .shardId("shardId-000000000000")
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build());
        return decrypting;
    }

    /** The same user records in every form, in as many batches, each under sequence numbers that rise. */
    private void make(Owner owner) throws GeneralSecurityException {
        RecordEncryptor encryptor = owner.encryptor(EnvelopeFormat.COMPACT, PayloadKind.AGGREGATE);
        int count = USER_RECORDS / recordsOfAggregate;
        List<UserRecord> all = Samples.records(count * recordsOfAggregate, RECORD_SIZE_BYTES);
        recordsOfTurn = (long) PASSES * all.size();
        for (int i = 0; i < count; i++) {
            if (i % ((count + BATCHES - 1) / BATCHES) == 0) {
                encrypted.add(new ArrayList<>());
                userRecords.add(new ArrayList<>());
                aggregates.add(new ArrayList<>());
            }
            List<UserRecord> group = all.subList(i * recordsOfAggregate, (i + 1) * recordsOfAggregate);
            byte[] envelope =
                    encryptor.encryptAggregate("slice-17", null, group).data();
            last(encrypted).add(stored(i, "slice-17", envelope));
            // A new one for each: the nonce is always the same.
            sealed.add(new PlainGcm(provider)
                    .sealOnce(Samples.bytes(EnvelopeInfo.read(envelope).payloadSizeBytes())));
            AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL, group.size());
            for (UserRecord record : group) {
                String key = Objects.requireNonNull(record.partitionKey());
                writer.add(key, null, record.data());
                last(userRecords).add(stored(i, key, record.data().clone()));
            }
            last(aggregates).add(stored(i, "slice-17", writer.toByteArray()));
        }
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    /** As KCL hands it over: the SDK's buffers are read-only. */
    private static KinesisClientRecord stored(int number, String key, byte[] data) {
        return KinesisClientRecord.builder()
                .sequenceNumber("49600000000000000000000000000000000000000" + (FIRST_SEQUENCE_NUMBER + number))
                .approximateArrivalTimestamp(ARRIVAL)
                .encryptionType(EncryptionType.NONE)
                .partitionKey(key)
                .data(ByteBuffer.wrap(data).asReadOnlyBuffer())
                .build();
    }

    private void turn(String name, boolean told, Runnable pass) {
        CpuClock clock = CpuClock.start();
        for (int i = 0; i < PASSES; i++) {
            pass.run();
        }
        long nanos = clock.nanos();
        if (told) {
            Fork.tell(name, (double) nanos / recordsOfTurn);
        }
    }

    private static void process(ShardRecordProcessor processor, List<List<KinesisClientRecord>> batches) {
        for (List<KinesisClientRecord> batch : batches) {
            processor.processRecords(ProcessRecordsInput.builder()
                    .records(batch)
                    .millisBehindLatest(0L)
                    .build());
        }
    }

    private void takeApart(ShardRecordProcessor application) {
        for (List<KinesisClientRecord> batch : aggregates) {
            application.processRecords(ProcessRecordsInput.builder()
                    .records(kcl.deaggregate(batch))
                    .millisBehindLatest(0L)
                    .build());
        }
    }

    private void open(PlainGcm gcm, boolean told) throws GeneralSecurityException {
        long began = CpuClock.nanosOfThisThread();
        for (int i = 0; i < PASSES; i++) {
            for (byte[] message : sealed) {
                sink = gcm.open(message)[0];
            }
        }
        long nanos = CpuClock.nanosOfThisThread() - began;
        if (told) {
            Fork.tell("aes", (double) nanos / recordsOfTurn);
        }
    }

    /** An application that looks at each record and no more. */
    private static final class Counting implements ShardRecordProcessor {
        @Override
        public void initialize(InitializationInput input) {}

        @Override
        public void processRecords(ProcessRecordsInput input) {
            long bytes = 0;
            for (KinesisClientRecord record : input.records()) {
                bytes += record.data().remaining() + record.partitionKey().length();
            }
            sink = bytes;
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {}

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
