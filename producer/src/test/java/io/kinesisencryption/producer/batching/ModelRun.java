// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;

/**
 * One run of the model: a random producer, random traffic and random misfortune, and then what must be true whatever happened. Each record's data
 * names it, so that the run knows every record that the stream stores.
 */
final class ModelRun {
    private static final int MAX_RECORDS = 400;

    private final Random random;
    private final SimulatedProducer.Options options;
    private final SimulatedProducer producer;
    private final List<Put> puts = new ArrayList<>();
    private boolean answersAreLost;
    private boolean callsAreRefused;
    private boolean closes;
    private boolean kmsIsDown;
    private int refused;

    private record Put(String name, String partitionKey, CompletableFuture<PutReceipt> future) {}

    ModelRun(long seed) {
        this.random = new Random(seed);
        this.options = randomOptions();
        this.producer = new SimulatedProducer(seed, options);
    }

    void run() {
        try (producer) {
            plan();
            closes = random.nextInt(3) == 0;
            Duration traffic = Duration.ofMillis(100 + random.nextInt(10_000));
            scheduleTraffic(traffic);
            if (closes) {
                producer.run(Duration.ofNanos((long) (random.nextDouble() * traffic.toNanos() * 1.5)));
                producer.engine.later(() -> producer.engine.end("closed", null));
            } else {
                producer.run(traffic);
            }
            CompletableFuture<Void> flushed = new CompletableFuture<>();
            producer.engine.flush(flushed, true);
            producer.run(options.deliveryTimeout.plusSeconds(61));
            if (!closes) {
                everythingWorksAgain();
            }
            check();
            assertThat(flushed).as("flush").isCompleted();
        }
    }

    /** Whatever happened, what is put afterwards arrives. */
    private void everythingWorksAgain() {
        producer.kinesis.faults().clear();
        producer.stream.fates = () -> SimulatedStream.Fate.ANSWERED;
        kmsIsDown = false;
        producer.run(Duration.ofMinutes(5));
        List<CompletableFuture<PutReceipt>> last = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            if (i == 40) {
                // The first of them may have made the producer look at the stream again.
                producer.run(options.deliveryTimeout);
            }
            int before = puts.size();
            put(5);
            if (puts.size() > before) {
                last.add(puts.get(before).future);
            }
        }
        producer.run(options.deliveryTimeout);
        assertThat(last)
                .as("records put after everything")
                .isNotEmpty()
                .allSatisfy(future -> assertThat(future).isCompleted());
    }

    String summary() {
        long acknowledged = puts.stream()
                .filter(put -> !put.future.isCompletedExceptionally())
                .count();
        return "%d put, %d acknowledged, %d refused by the buffer, %d Kinesis records, %d calls"
                .formatted(puts.size(), acknowledged, refused, producer.stream.written.size(), producer.stream.calls);
    }

    private SimulatedProducer.Options randomOptions() {
        SimulatedProducer.Options chosen = new SimulatedProducer.Options();
        chosen.shards = 1 + random.nextInt(4);
        chosen.format = random.nextInt(8) == 0 ? EnvelopeFormat.AWS_ENCRYPTION_SDK : EnvelopeFormat.COMPACT;
        chosen.linger = Duration.ofMillis(random.nextInt(4) * 50L);
        chosen.maxAggregateRecords = 1 + random.nextInt(50);
        chosen.maxAggregateSizeBytes = 1024 + random.nextInt(20_000);
        chosen.maxRequestSizeBytes = 4096 + random.nextInt(100_000);
        chosen.deliveryTimeout = Duration.ofSeconds(random.nextInt(3) == 0 ? 2 : 60);
        chosen.ordered = random.nextInt(4) != 0;
        chosen.slices = random.nextInt(3) == 0 ? 1 << random.nextInt(6) : 0;
        chosen.maxBufferedBytes = random.nextBoolean() ? 64 * 1024 : 64 * 1024 * 1024;
        chosen.maxBufferedRecords = random.nextInt(4) == 0 ? 50 : 100_000;
        chosen.shardThroughputLimits = random.nextInt(3) == 0;
        chosen.sealing = Duration.ofNanos(random.nextInt(5_000_000));
        return chosen;
    }

    private void plan() {
        producer.stream.latency = () -> Duration.ofMillis(1 + random.nextInt(100));
        int misfortune = random.nextInt(100);
        double lost = random.nextInt(2) * random.nextDouble() * 0.3;
        answersAreLost = lost > 0;
        double hang = random.nextInt(4) == 0 ? 0.05 : 0;
        answersAreLost |= hang > 0;
        double unsent = random.nextInt(2) * random.nextDouble() * 0.3;
        producer.stream.fates = () -> {
            double fate = random.nextDouble();
            if (fate < lost) {
                return random.nextBoolean()
                        ? SimulatedStream.Fate.ANSWER_LOST
                        : SimulatedStream.Fate.FAILS_AFTER_SUCCESS;
            }
            if (fate < lost + unsent) {
                return SimulatedStream.Fate.REQUEST_LOST;
            }
            return fate < lost + unsent + hang ? SimulatedStream.Fate.HANGS : SimulatedStream.Fate.ANSWERED;
        };
        var faults = producer.kinesis.faults();
        if (misfortune % 2 == 0) {
            faults.inject(KinesisFault.failRecordsRandomly(
                    RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, random.nextDouble() * 0.5));
        }
        if (misfortune % 3 == 0) {
            faults.inject(KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, random.nextDouble() * 0.3));
        }
        if (misfortune % 5 == 0) {
            faults.inject(KinesisFault.internalFailure("PutRecords").times(random.nextInt(5) + 1));
        }
        if (misfortune % 7 == 0) {
            faults.inject(KinesisFault.throttled("PutRecords").times(random.nextInt(5) + 1));
        }
        if (misfortune % 11 == 0) {
            callsAreRefused = true;
            faults.inject(KinesisFault.accessDenied("PutRecords").times(random.nextInt(2) + 1));
        }
        if (misfortune % 13 == 0) {
            faults.inject(KinesisFault.internalFailure("DescribeStreamSummary").times(random.nextInt(4) + 1));
        }
        planKms();
        int reshards = random.nextInt(4);
        for (int i = 0; i < reshards; i++) {
            producer.simulation.in(Duration.ofMillis(random.nextInt(10_000)), this::reshard);
        }
        if (random.nextInt(4) == 0) {
            producer.simulation.in(
                    Duration.ofMillis(random.nextInt(5_000)),
                    () -> producer.simulation.jump(Duration.ofSeconds(random.nextInt(60))));
        }
    }

    private void planKms() {
        producer.beforeSealing = () -> {
            if (kmsIsDown) {
                throw new TransientKeyException("The key service is down", new IllegalStateException("down"));
            }
        };
        if (random.nextInt(3) == 0) {
            producer.simulation.in(Duration.ofMillis(random.nextInt(5_000)), () -> kmsIsDown = true);
            producer.simulation.in(Duration.ofMillis(5_000 + random.nextInt(200_000)), () -> kmsIsDown = false);
        }
    }

    private void reshard() {
        List<Shard> open = producer.kinesis
                .client()
                .listShards(request -> request.streamName(SimulatedProducer.STREAM)
                        .shardFilter(filter -> filter.type(ShardFilterType.AT_LATEST)))
                .shards();
        try {
            if (open.size() > 1 && random.nextBoolean()) {
                int first = random.nextInt(open.size() - 1);
                List<Shard> byRange = open.stream()
                        .sorted((a, b) -> start(a).compareTo(start(b)))
                        .toList();
                producer.kinesis.mergeShards(
                        SimulatedProducer.STREAM,
                        byRange.get(first).shardId(),
                        byRange.get(first + 1).shardId());
            } else {
                Shard shard = open.get(random.nextInt(open.size()));
                BigInteger end = new BigInteger(shard.hashKeyRange().endingHashKey());
                BigInteger width = end.subtract(start(shard));
                BigInteger split = start(shard).add(new BigInteger(width.bitLength() - 1, random).add(BigInteger.ONE));
                producer.kinesis.splitShard(SimulatedProducer.STREAM, shard.shardId(), split);
            }
        } catch (ResourceInUseException e) {
            // The shard was closed by another reshard of this run.
        }
    }

    private static BigInteger start(Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private void scheduleTraffic(Duration duration) {
        int records = 1 + random.nextInt(MAX_RECORDS);
        int keys = 1 + random.nextInt(random.nextBoolean() ? 5 : 200);
        boolean bursts = random.nextBoolean();
        for (int i = 0; i < records; i++) {
            long nanos = (long) (random.nextDouble() * duration.toNanos());
            Duration at = Duration.ofNanos(bursts ? nanos / 10 * 10 * (nanos % 3) / 2 : nanos);
            producer.simulation.in(at, () -> put(keys));
        }
    }

    private void put(int keys) {
        String name = "record-" + puts.size();
        String partitionKey = random.nextInt(10) == 0 ? null : "key-" + random.nextInt(keys);
        byte[] head = (name + ";").getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[head.length + random.nextInt(random.nextInt(20) == 0 ? 30_000 : 600)];
        System.arraycopy(head, 0, data, 0, head.length);
        CompletableFuture<PutReceipt> future = producer.tryPut(UserRecord.of(partitionKey, data));
        if (future == null) {
            refused++;
        } else {
            puts.add(new Put(name, partitionKey, future));
        }
    }

    private void check() {
        Map<String, List<String>> places = new HashMap<>();
        Map<String, List<List<Integer>>> byKey = new HashMap<>();
        Map<String, List<String>> shardsByKey = new HashMap<>();
        var decryptor = producer.encryption.decryptor(producer.encryptor.stream());
        for (SimulatedStream.Written written : producer.stream.written) {
            List<UserRecord> records = decryptor.decrypt(written.record());
            Map<String, List<Integer>> here = new HashMap<>();
            for (int i = 0; i < records.size(); i++) {
                UserRecord record = records.get(i);
                String text = new String(record.data(), StandardCharsets.UTF_8);
                String name = text.substring(0, text.indexOf(';'));
                places.computeIfAbsent(name, key -> new ArrayList<>())
                        .add(written.shardId() + "/" + written.sequenceNumber() + "/" + i);
                here.computeIfAbsent(String.valueOf(record.partitionKey()), key -> new ArrayList<>())
                        .add(Integer.parseInt(name.substring("record-".length())));
            }
            here.keySet()
                    .forEach(key -> shardsByKey
                            .computeIfAbsent(key, absent -> new ArrayList<>())
                            .add(written.shardId()));
            here.forEach((key, order) ->
                    byKey.computeIfAbsent(key, absent -> new ArrayList<>()).add(order));
        }
        for (Put put : puts) {
            check(put, places.getOrDefault(put.name, List.of()));
        }
        byKey.remove("null");
        shardsByKey.remove("null");
        if (options.ordered) {
            byKey.forEach(ModelRun::checkOrder);
            checkWays(shardsByKey);
        }
        assertThat(producer.budget.bytes()).as("buffered bytes").isZero();
        assertThat(producer.budget.records()).as("buffered records").isZero();
    }

    /** A key stays in its shard, or goes on in one that came of it, which readers read after it. */
    private void checkWays(Map<String, List<String>> shardsByKey) {
        Map<String, Shard> shards = new HashMap<>();
        producer.kinesis
                .client()
                .listShards(request -> request.streamName(SimulatedProducer.STREAM))
                .shards()
                .forEach(shard -> shards.put(shard.shardId(), shard));
        shardsByKey.forEach((key, way) -> {
            for (int i = 1; i < way.size(); i++) {
                assertThat(comesOf(way.get(i), way.get(i - 1), shards))
                        .as("%s goes the way %s", key, way)
                        .isTrue();
            }
        });
    }

    private static boolean comesOf(@Nullable String shardId, String ancestorId, Map<String, Shard> shards) {
        if (shardId == null) {
            return false;
        }
        if (shardId.equals(ancestorId)) {
            return true;
        }
        Shard shard = shards.get(shardId);
        return comesOf(shard.parentShardId(), ancestorId, shards)
                || comesOf(shard.adjacentParentShardId(), ancestorId, shards);
    }

    /** An aggregate comes again, or one comes whose records were all put later. */
    private static void checkOrder(String key, List<List<Integer>> aggregates) {
        List<Integer> last = List.of(-1);
        for (List<Integer> aggregate : aggregates) {
            assertThat(aggregate).as("order of " + key).isSorted();
            if (!aggregate.equals(last)) {
                assertThat(aggregate.get(0))
                        .as("order of %s in %s", key, aggregates)
                        .isGreaterThan(last.get(last.size() - 1));
            }
            last = aggregate;
        }
    }

    private void check(Put put, List<String> places) {
        assertThat(put.future).as(put.name).isDone();
        if (!put.future.isCompletedExceptionally()) {
            PutReceipt receipt = put.future.join();
            assertThat(places)
                    .as("places of " + put.name)
                    .contains(receipt.shardId() + "/" + receipt.sequenceNumber() + "/" + receipt.subSequenceNumber());
            if (!answersAreLost) {
                assertThat(places).as("places of " + put.name).hasSize(1);
            }
            return;
        }
        Throwable failure = put.future.handle((receipt, thrown) -> thrown).join();
        assertThat(failure).as(put.name).isInstanceOf(PutFailedException.class);
        if (!closes && !callsAreRefused) {
            assertThat(failure).as(put.name).hasMessageStartingWith("Not acknowledged within");
        }
        if (!((PutFailedException) failure).mayHaveBeenWritten()) {
            assertThat(places)
                    .as("places of %s, said not to have been written", put.name)
                    .isEmpty();
        }
    }
}
