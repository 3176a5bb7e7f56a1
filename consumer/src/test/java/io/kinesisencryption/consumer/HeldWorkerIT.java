// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.DeliveryJournal.Entry;
import io.kinesisencryption.consumer.DeliveryJournal.Kind;
import io.kinesisencryption.consumer.WorkerApplication.Checkpoints;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.dynamodb.KclLeaseTable;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.emulator.AwsJsonFront;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A worker process, a real KCL scheduler over HTTP, one of whose shards holds at a record whose KMS key is disabled. Skipped where Node.js is missing.
 * It takes more than a minute, because a hold of this kind tries again each minute.
 */
class HeldWorkerIT {
    private static final String STREAM = "orders";
    private static final String APPLICATION = "held-worker";
    private static final String HELD_SHARD = "shardId-000000000000";
    private static final String OTHER_SHARD = "shardId-000000000001";
    private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;
    /** What is promised. */
    private static final Duration EXIT = Duration.ofSeconds(20);
    /** What is waited for, so that a promise that is broken shows by how much. */
    private static final Duration LONGEST_EXIT = Duration.ofMinutes(3);

    private static final Duration DEADLINE = Duration.ofMinutes(4);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int OF_EACH = 5;
    private static final NumberedOrders ORDERS = new NumberedOrders(20261204L, 8 * OF_EACH);

    @TempDir
    private Path folder;

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final String poisonKeyArn = kms.createKey();
    private final List<Entry> entries = new ArrayList<>();
    private int put;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void aHeldWorkerExitsWhenItIsToldToAndGoesOnInPlaceWhenTheKeyIsEnabled() throws Exception {
        try (KinesisLocal kinesis = KinesisLocal.start(NodePackages.install());
                ReshardedStream stream = ReshardedStream.create(kinesis, STREAM, 2);
                LocalDynamoDb dynamoDb = LocalDynamoDb.start();
                AwsJsonFront kmsEndpoint = AwsJsonFront.of(kms.client())) {
            KclLeaseTable.builder(dynamoDb.client(), APPLICATION)
                    .shards(stream.shards())
                    .ownerIndex(true)
                    .create();
            Path file = Files.createFile(folder.resolve("journal"));
            WorkerSettings settings = new WorkerSettings(
                    kinesis.endpoint(),
                    dynamoDb.endpoint(),
                    URI.create(kmsEndpoint.url()),
                    List.of(keyArn, poisonKeyArn),
                    STREAM,
                    APPLICATION,
                    ORDERS,
                    Checkpoints.AFTER_EACH_BATCH,
                    file);
            LeaseTable leases = new LeaseTable(dynamoDb.client(), APPLICATION);
            try (DeliveryJournal.Reader journal = DeliveryJournal.Reader.open(file)) {
                run(stream, settings, leases, journal);
            }
        }
    }

    private void run(ReshardedStream stream, WorkerSettings settings, LeaseTable leases, DeliveryJournal.Reader journal)
            throws Exception {
        putAggregate(stream, keyArn, 0);
        String lastBefore = putAggregate(stream, keyArn, 0);
        List<Integer> before = IntStream.range(0, put).boxed().toList();
        String poison = putAggregate(stream, poisonKeyArn, 0);
        kms.disableKey(poisonKeyArn);
        String last = putAggregate(stream, keyArn, 0);
        List<Integer> fromThePoisonOn =
                IntStream.range(before.size(), put).boxed().toList();
        String otherLast = putAggregate(stream, keyArn, 1);
        List<Integer> other = IntStream.range(put - OF_EACH, put).boxed().toList();

        try (WorkerProcess first = WorkerProcess.start(folder, "first", settings)) {
            awaitHold(first, journal, poison);
            await(
                    first,
                    "both shards are checkpointed",
                    () -> checkpoint(leases, HELD_SHARD).equals(lastBefore)
                            && checkpoint(leases, OTHER_SHARD).equals(otherLast));
            terminate(first);
        }
        entries.addAll(journal.next());
        assertThat(delivered("first", HELD_SHARD)).isEqualTo(before);
        assertThat(delivered("first", OTHER_SHARD)).isEqualTo(other);
        assertThat(checkpoint(leases, HELD_SHARD))
                .as("the checkpoint of the shard on hold")
                .isEqualTo(lastBefore);

        try (WorkerProcess second = WorkerProcess.start(folder, "second", settings)) {
            awaitHold(second, journal, poison);
            assertThat(delivered("second", HELD_SHARD)).isEmpty();
            long enabledAt = System.nanoTime();
            kms.enableKey(poisonKeyArn);
            await(second, "the rest is delivered and checkpointed", () -> {
                entries.addAll(journal.next());
                return checkpoint(leases, HELD_SHARD).equals(last);
            });
            System.out.printf(
                    "the hold ended and the rest was delivered %d ms after the key was enabled again%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - enabledAt));
            assertThat(delivered("second", HELD_SHARD)).isEqualTo(fromThePoisonOn);
            assertThat(entries.stream()
                            .filter(entry -> entry.kind() == Kind.INITIALIZED
                                    && entry.worker().equals("second")
                                    && entry.fields().get(0).equals(HELD_SHARD)))
                    .as("delivery runs of the shard in the second process")
                    .hasSize(1);
            terminate(second);
        }
        entries.addAll(journal.next());
        assertThat(entries).noneMatch(entry -> entry.kind() == Kind.FAILED);
        assertThat(checkpoint(leases, HELD_SHARD)).isEqualTo(last);
    }

    /** Puts some records as one, and returns its sequence number. */
    private String putAggregate(ReshardedStream stream, String arn, int shard) {
        List<UserRecord> records =
                IntStream.range(put, put + OF_EACH).mapToObj(ORDERS::of).toList();
        put += OF_EACH;
        try (KinesisEncryption encryption = Records.encryption(Keyrings.awsKms(arn, kms.client()))) {
            KinesisRecord sealed = encryption
                    .encryptor(
                            Records.ORDERS,
                            EncryptorOptions.builder()
                                    .payloadKind(PayloadKind.AGGREGATE)
                                    .build())
                    .encryptAggregate(
                            "slice",
                            BigInteger.TWO
                                    .pow(127)
                                    .multiply(BigInteger.valueOf(shard))
                                    .toString(),
                            records);
            return stream.client()
                    .putRecord(r -> r.streamName(STREAM)
                            .partitionKey(sealed.partitionKey())
                            .explicitHashKey(sealed.explicitHashKey())
                            .data(SdkBytes.fromByteArray(sealed.data())))
                    .sequenceNumber();
        }
    }

    private void awaitHold(WorkerProcess worker, DeliveryJournal.Reader journal, String sequenceNumber)
            throws Exception {
        await(worker, "the shard holds", () -> {
            entries.addAll(journal.next());
            return entries.stream()
                    .anyMatch(entry -> entry.kind() == Kind.HELD
                            && entry.worker().equals(worker.name())
                            && entry.fields().equals(List.of(HELD_SHARD, sequenceNumber, "KEY_REFUSED")));
        });
    }

    private static void terminate(WorkerProcess worker) throws Exception {
        long start = System.nanoTime();
        worker.terminate();
        boolean ended = worker.awaitExit(LONGEST_EXIT);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("the %s worker ended %d ms after SIGTERM%n", worker.name(), took.toMillis());
        assertThat(ended).as(worker.log()).isTrue();
        assertThat(worker.exitCode()).as(worker.log()).isEqualTo(EXIT_CODE_OF_SIGTERM);
        assertThat(took).as(worker.log()).isLessThanOrEqualTo(EXIT);
    }

    private List<Integer> delivered(String worker, String shardId) {
        List<String> runs = entries.stream()
                .filter(entry -> entry.kind() == Kind.INITIALIZED
                        && entry.fields().get(0).equals(shardId))
                .map(Entry::runId)
                .toList();
        return entries.stream()
                .filter(entry -> entry.kind() == Kind.DELIVERED
                        && entry.worker().equals(worker)
                        && runs.contains(entry.runId())
                        && entry.fields().get(3).equals("INTACT"))
                .map(entry -> Integer.valueOf(entry.fields().get(0)))
                .toList();
    }

    private static String checkpoint(LeaseTable leases, String shardId) {
        return leases.leases().get(shardId).checkpoint();
    }

    private void await(WorkerProcess worker, String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            assertThat(worker.isRunning())
                    .as("runs until %s: %s", what, worker.log())
                    .isTrue();
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "Not within %s: %s. Seen: %s. %s".formatted(DEADLINE, what, entries, worker.log()));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
