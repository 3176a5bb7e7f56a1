// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.DeliveryJournal.Entry;
import io.kinesisencryption.consumer.LeaseTable.Lease;
import io.kinesisencryption.consumer.WorkerApplication.Checkpoints;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.PutReceipt;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.dynamodb.KclLeaseTable;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.emulator.AwsJsonFront;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.coordinator.Scheduler;

/**
 * Two worker processes, each a real KCL scheduler, read from a Kinesis emulator over HTTP what batching producers put, in both formats, while a shard is
 * split, two are merged, and workers are killed with {@code kill -9} and replaced. What each delivers is in a {@link DeliveryJournal}, so the whole
 * history is checked. Skipped where Node.js is missing. Long with {@code -Pworkers-long}; repeated with {@code -Dworkers.seed=N}, as far as two
 * processes and their scheduling repeat themselves.
 */
class TwoWorkersIT {
    private static final long SEED = Long.getLong("workers.seed", 20261203L);
    private static final int RECORDS = Integer.getInteger("workers.records", 5_000);
    private static final int KILLS = Integer.getInteger("workers.kills", 1);
    private static final int SHARDS = 4;
    private static final String STREAM = "orders";
    private static final String APPLICATION = "two-workers";
    private static final int EXIT_CODE_OF_KILL_9 = 128 + 9;

    /** How many records are put that have not been delivered, so that each kill meets records on their way. */
    private static final int WINDOW = RECORDS / (8 * Math.max(1, KILLS));

    private static final int PUTS_BETWEEN_LOOKS = 50;
    private static final long LEASES_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Far longer than KCL takes for anything. */
    private static final Duration NO_PROGRESS = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final NumberedOrders orders = new NumberedOrders(SEED, RECORDS);
    private final DeliveryHistory history = new DeliveryHistory(orders);
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private final List<String> told = new ArrayList<>();
    private Services services;
    private DeliveryJournal.Reader journal;
    private Map<String, Lease> leases = Map.of();
    private long leasesReadAt;
    private long progressAt = System.nanoTime();
    private int workersStarted;
    /** The kill to come, if any. */
    private Kill kill;

    /**
     * A kill to come.
     *
     * @param at how many records have been delivered by then at least
     * @param victim who is killed
     * @param inTheMiddle whether to wait for a moment at which the victim has just checkpointed in the middle of a Kinesis record
     */
    private record Kill(int at, WorkerProcess victim, boolean inTheMiddle) {}

    /** What the workers reach over HTTP. */
    private record Services(
            KinesisLocal kinesis,
            ReshardedStream stream,
            LocalDynamoDb dynamoDb,
            LeaseTable leaseTable,
            AwsJsonFront kms,
            Path journal)
            implements AutoCloseable {
        @Override
        public void close() {
            kms.close();
            dynamoDb.close();
            stream.close();
            kinesis.close();
        }
    }

    @BeforeEach
    void startServices() throws Exception {
        KinesisLocal kinesis = KinesisLocal.start(NodePackages.install());
        LocalDynamoDb dynamoDb = LocalDynamoDb.start();
        ReshardedStream stream = ReshardedStream.create(kinesis, STREAM, SHARDS);
        services = new Services(
                kinesis,
                stream,
                dynamoDb,
                new LeaseTable(dynamoDb.client(), APPLICATION),
                AwsJsonFront.of(kms.client()),
                Files.createFile(folder.resolve("journal")));
        KclLeaseTable.builder(dynamoDb.client(), APPLICATION)
                .shards(stream.shards())
                .ownerIndex(true)
                .create();
        journal = DeliveryJournal.Reader.open(services.journal());
    }

    @AfterEach
    void stopServices() throws Exception {
        workers.forEach(WorkerProcess::close);
        if (services != null) {
            journal.close();
            services.close();
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyRecordIsDeliveredInOrderAlthoughWorkersAreKilledAndShardsSplitAndMerged() throws Exception {
        long start = System.nanoTime();
        startWorker();
        // A worker of KCL 3 that makes its tables while another one makes them too can end with "AssignmentMode is not
        // initialized".
        awaitAllAtWork();
        startWorker();
        awaitAllAtWork();
        putWhileWorkersAreKilled();
        await("every record is delivered", () -> history.distinct() == RECORDS);
        List<Shard> shards = services.stream().shards();
        await(
                "the closed shards are complete",
                () -> shards.stream()
                        .filter(ReshardedStream::isClosed)
                        .allMatch(shard -> history.isComplete(shard.shardId(), leases)));
        for (WorkerProcess worker : workers) {
            assertThat(worker.kill()).as(worker.log()).isEqualTo(EXIT_CODE_OF_KILL_9);
        }
        workers.clear();
        look();
        shards.forEach(shard -> Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .forEach(parent -> history.checkBegunAfter(shard.shardId(), parent)));
        told.add("took %d s".formatted(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)));
        System.out.println(report());

        assertThat(history.problems()).as(report()).isEmpty();
        assertThat(history.missing(RECORDS)).as(report()).isEmpty();
        assertThat(shards.stream().filter(ReshardedStream::isClosed)).hasSize(3);
        assertThat(shards).hasSize(SHARDS + 3);
        assertThat(history.checkpointsInTheMiddle()).as(report()).isPositive();
        assertThat(workersStarted)
                .as("workers, of which those were killed that were replaced")
                .isEqualTo(2 + KILLS);
    }

    /** Each key's records go through one producer, and so in one format. */
    private void putWhileWorkersAreKilled() throws Exception {
        int[] killPlaces = new int[KILLS];
        for (int kill = 0; kill < KILLS; kill++) {
            // In the middle of its part of the records that leave room for it: it comes within a window.
            killPlaces[kill] = (int) ((RECORDS - 2 * WINDOW) * (kill + 0.2 + 0.7 * random.nextDouble()) / KILLS);
        }
        int splitPlace = (int) (RECORDS * (0.30 + 0.15 * random.nextDouble()));
        int mergePlace = (int) (RECORDS * (0.55 + 0.15 * random.nextDouble()));
        Random reshards = new Random(random.nextLong());
        CompletableFuture<Void> reshard = CompletableFuture.completedFuture(null);
        int nextKill = 0;
        try (KinesisAsyncClient client = services.kinesis().asyncClient();
                KinesisEncryption encryption = KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(keyArn, kms.client()))
                        .build();
                BatchingProducer compact = producer(client, encryption, EnvelopeFormat.COMPACT);
                BatchingProducer standard = producer(client, encryption, EnvelopeFormat.AWS_ENCRYPTION_SDK)) {
            for (int number = 0; number < RECORDS; number++) {
                if (number == splitPlace) {
                    reshard = reshard.thenRunAsync(() -> services.stream().split(reshards));
                } else if (number == mergePlace) {
                    reshard = reshard.thenRunAsync(() -> services.stream().merge(reshards));
                }
                if (nextKill < KILLS && number == killPlaces[nextKill]) {
                    await("the kill before has come", () -> kill == null);
                    awaitAllAtWork();
                    kill = new Kill(
                            history.distinct() + 1 + random.nextInt(WINDOW),
                            workers.get(random.nextInt(workers.size())),
                            nextKill % 2 == 0);
                    nextKill++;
                }
                int end = number;
                await("there is room for record " + number, () -> end - history.distinct() < WINDOW);
                UserRecord record = orders.of(number);
                int chooser = record.partitionKey() == null
                        ? number
                        : record.partitionKey().hashCode();
                put((chooser & 1) == 0 ? compact : standard, number, record);
                if (number % PUTS_BETWEEN_LOOKS == 0) {
                    look();
                }
            }
            CompletableFuture<Void> resharded = reshard;
            await("the stream is resharded", resharded::isDone);
            resharded.join();
            await("all is put", CompletableFuture.allOf(compact.flush(), standard.flush())::isDone);
        }
    }

    private static BatchingProducer producer(
            KinesisAsyncClient client, KinesisEncryption encryption, EnvelopeFormat format) {
        return BatchingProducer.builder(client, encryption).stream(STREAM)
                .encryptorOptions(EncryptorOptions.builder().format(format).build())
                .build();
    }

    private void put(BatchingProducer producer, int number, UserRecord record) {
        var unused = producer.put(record)
                .whenComplete((receipt, failure) -> answers.add(() -> answered(number, receipt, failure)));
    }

    private void answered(int number, PutReceipt receipt, Throwable failure) {
        assertThat(failure).as("record %d is put (seed %d)", number, SEED).isNull();
        history.stored(number, receipt);
    }

    private void startWorker() throws Exception {
        workersStarted++;
        WorkerProcess worker = WorkerProcess.start(
                folder,
                "worker-" + workersStarted,
                new WorkerSettings(
                        services.kinesis().endpoint(),
                        services.dynamoDb().endpoint(),
                        URI.create(services.kms().url()),
                        List.of(keyArn),
                        STREAM,
                        APPLICATION,
                        orders,
                        Checkpoints.AT_RANDOM_RECORDS,
                        services.journal()));
        workers.add(worker);
    }

    private void awaitAllAtWork() throws Exception {
        await(
                "every worker has leases",
                () -> workers.stream()
                        .noneMatch(
                                worker -> LeaseTable.of(leases, worker.name()).isEmpty()));
    }

    /** Nobody is killed before he has delivered something, or else where the chosen moment is, unless that moment does not come. */
    private boolean isKillDue() {
        if (kill == null || history.distinct() < kill.at()) {
            return false;
        }
        String victim = kill.victim().name();
        boolean moment = history.deliveriesOf(victim) > 0 && (!kill.inTheMiddle() || history.isInTheMiddle(victim));
        return moment || history.distinct() >= kill.at() + WINDOW / 2;
    }

    private void kill() throws Exception {
        WorkerProcess victim = kill.victim();
        kill = null;
        workers.remove(victim);
        boolean inTheMiddle = history.isInTheMiddle(victim.name());
        assertThat(victim.kill()).as(victim.log()).isEqualTo(EXIT_CODE_OF_KILL_9);
        told.add("%s was killed%s, after %d of its own deliveries, %d records in all, with leases of %s"
                .formatted(
                        victim.name(),
                        inTheMiddle ? " in the middle of a Kinesis record" : "",
                        history.deliveriesOf(victim.name()),
                        history.distinct(),
                        LeaseTable.of(leases, victim.name()).stream()
                                .map(Lease::shardId)
                                .sorted()
                                .toList()));
        startWorker();
    }

    /** Waits for a condition; what never comes ends the test once nothing has been delivered or checkpointed for minutes. */
    private void await(String what, Condition condition) throws Exception {
        progressAt = System.nanoTime();
        while (!condition.isTrue()) {
            if (System.nanoTime() - progressAt > NO_PROGRESS.toNanos()) {
                throw new AssertionError(
                        "No progress for %s while waiting until %s%n%s".formatted(NO_PROGRESS, what, report()));
            }
            LockSupport.parkNanos(POLL_NANOS);
            look();
        }
    }

    private interface Condition {
        boolean isTrue() throws Exception;
    }

    /** Sees how far everything is. What the leases say was done is in the journal by then, so the leases are read first. */
    private void look() throws Exception {
        Map<String, Lease> before = leases;
        boolean leasesAreOld = System.nanoTime() - leasesReadAt > LEASES_INTERVAL_NANOS;
        if (leasesAreOld) {
            leases = services.leaseTable().leases();
            leasesReadAt = System.nanoTime();
        }
        List<Entry> entries = journal.next();
        entries.forEach(history::add);
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
        if (leasesAreOld) {
            history.check(leases.values());
        }
        if (!entries.isEmpty() || !before.equals(leases)) {
            progressAt = System.nanoTime();
        }
        if (!history.problems().isEmpty()) {
            throw new AssertionError(report());
        }
        for (WorkerProcess worker : workers) {
            assertThat(worker.isRunning()).as(() -> "runs: " + log(worker)).isTrue();
        }
        if (isKillDue()) {
            kill();
        }
    }

    private static String log(WorkerProcess worker) {
        try {
            return worker.log();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String report() {
        List<Integer> missing = history.missing(RECORDS);
        StringBuilder report = new StringBuilder("two workers on %s (workers.seed=%d): %d of %d records delivered%n"
                .formatted(
                        Path.of(Scheduler.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .getPath())
                                .getFileName(),
                        SEED,
                        history.distinct(),
                        RECORDS));
        report.append(
                "  %d deliveries in %d runs: %d again, %d of records that the stream holds twice; %d holds; %d torn entries%n"
                        .formatted(
                                history.deliveries(),
                                history.runs(),
                                history.redelivered(),
                                history.storedTwice(),
                                history.holds(),
                                journal.torn()));
        report.append("  %d checkpoints, %d of them in the middle of a Kinesis record%n"
                .formatted(history.checkpoints(), history.checkpointsInTheMiddle()));
        told.forEach(line -> report.append("  ").append(line).append(System.lineSeparator()));
        if (!missing.isEmpty()) {
            report.append("  not delivered: %s%n".formatted(missing.subList(0, Math.min(20, missing.size()))));
            report.append("  leases: %s%n".formatted(leases.values()));
            workers.forEach(worker -> report.append("  ").append(log(worker)).append(System.lineSeparator()));
        }
        history.problems()
                .forEach(problem -> report.append("  PROBLEM ").append(problem).append(System.lineSeparator()));
        return report.toString();
    }
}
