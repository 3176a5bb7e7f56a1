// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.examples.stream.Place;
import io.kinesisencryption.examples.support.NumberedRecords;
import io.kinesisencryption.examples.support.ReadBack;
import io.kinesisencryption.examples.support.StoredStream;
import io.kinesisencryption.examples.support.StoredStream.StoredShard;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.PutReceipt;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * The batching producer around the SDK's own client, against a Kinesis emulator over HTTP, while a shard is split and two are merged. Skipped where
 * Node.js is missing.
 */
class BatchingEmulatorIT {
    private static final NumberedRecords RECORDS =
            new NumberedRecords(20261201L, Integer.getInteger("batching.emulator.records", 100_000));
    private static final long TIMEOUT_MINUTES = 10;
    private static final long POLL_MILLIS = 50;

    private static KinesisLocal emulator;
    private static KinesisClient client;

    @BeforeAll
    static void startEmulator() throws IOException, InterruptedException {
        emulator = KinesisLocal.start(NodePackages.install());
        client = emulator.client();
    }

    @AfterAll
    static void stopEmulator() {
        if (emulator != null) {
            client.close();
            emulator.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSplitAndAMergeInTheMiddleLoseNothingAndKeepTheOrderOfEachKey(EnvelopeFormat format) throws Exception {
        String stream = "batching-" + format.name().toLowerCase(Locale.ROOT).replace('_', '-');
        client.createStream(r -> r.streamName(stream).shardCount(2));
        awaitActive(stream);
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
                .build()) {
            long startNanos = System.nanoTime();
            List<PutReceipt> receipts = putWhileResharding(stream, format, encryption);
            long putNanos = System.nanoTime();
            StoredStream stored = StoredStream.read(client, stream);
            ReadBack readBack = ReadBack.of(stored, encryption.decryptor(StreamIdentity.of(stream)), format, RECORDS);
            System.out.printf(
                    "batching producer, %s: %d records (seed %d) in %d Kinesis records, %d duplicates; put in %d ms, read in %d ms%n",
                    format,
                    RECORDS.count(),
                    RECORDS.seed(),
                    readBack.kinesisRecords(),
                    readBack.duplicates(),
                    TimeUnit.NANOSECONDS.toMillis(putNanos - startNanos),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - putNanos));
            assertThatEachReceiptIsTrue(receipts, readBack);
            readBack.assertEachKeyInOrder();
            assertThatShardsBeforeAndAfterEachReshardHoldRecords(stored);
        }
    }

    private static List<PutReceipt> putWhileResharding(
            String stream, EnvelopeFormat format, KinesisEncryption encryption) throws Exception {
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        CompletableFuture<Void> reshard = CompletableFuture.completedFuture(null);
        try (KinesisAsyncClient kinesis = emulator.asyncClient();
                // A small buffer, so that there are records on their way at all times.
                BatchingProducer producer = BatchingProducer.builder(kinesis, encryption).stream(stream)
                        .encryptorOptions(
                                EncryptorOptions.builder().format(format).build())
                        .buffer(1024 * 1024, 3_000)
                        .build()) {
            for (int number = 0; number < RECORDS.count(); number++) {
                if (number == RECORDS.count() / 4) {
                    reshard = reshard.thenRunAsync(() -> split(stream));
                } else if (number == RECORDS.count() * 3 / 8) {
                    // Each shard of after the split gets records before the merge closes one.
                    reshard.get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
                } else if (number == RECORDS.count() / 2) {
                    reshard = reshard.thenRunAsync(() -> merge(stream));
                } else if (number == RECORDS.count() * 3 / 4) {
                    // The last quarter goes to the shards of after the merge.
                    reshard.get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
                }
                UserRecord record = RECORDS.of(number);
                futures.add(producer.put(record));
            }
            producer.flush().get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        }
        List<PutReceipt> receipts = new ArrayList<>();
        for (CompletableFuture<PutReceipt> future : futures) {
            receipts.add(future.get(0, TimeUnit.SECONDS));
        }
        return receipts;
    }

    private static void assertThatEachReceiptIsTrue(List<PutReceipt> receipts, ReadBack readBack) {
        assertThat(receipts).hasSize(RECORDS.count());
        for (int number = 0; number < receipts.size(); number++) {
            PutReceipt receipt = receipts.get(number);
            assertThat(readBack.numberAt(
                            new Place(receipt.shardId(), receipt.sequenceNumber(), receipt.subSequenceNumber())))
                    .as("the record at the place that is told for record %d", number)
                    .isEqualTo(number);
            assertThat(readBack.copies(number))
                    .as("copies of record %d", number)
                    .isBetween(1, receipt.attempts());
        }
    }

    private static void assertThatShardsBeforeAndAfterEachReshardHoldRecords(StoredStream stored) {
        assertThat(stored.shards())
                .hasSize(5)
                .allSatisfy(
                        shard -> assertThat(shard.records()).as(shard.shardId()).isNotEmpty());
        assertThat(stored.shards().stream().filter(StoredShard::closed)).hasSize(3);
    }

    /** Divides the first shard in two, the third and the fourth. */
    private static void split(String stream) {
        BigInteger quarter = BigInteger.ONE.shiftLeft(126);
        client.splitShard(r -> r.streamName(stream).shardToSplit(shardId(0)).newStartingHashKey(quarter.toString()));
        awaitActive(stream);
    }

    /** Makes one of the fourth shard and the second. */
    private static void merge(String stream) {
        client.mergeShards(r -> r.streamName(stream).shardToMerge(shardId(3)).adjacentShardToMerge(shardId(1)));
        awaitActive(stream);
    }

    private static String shardId(int number) {
        return String.format(Locale.ROOT, "shardId-%012d", number);
    }

    private static void awaitActive(String stream) {
        long deadline = System.nanoTime() + Duration.ofMinutes(TIMEOUT_MINUTES).toNanos();
        try {
            while (client.describeStreamSummary(r -> r.streamName(stream))
                            .streamDescriptionSummary()
                            .streamStatus()
                    != StreamStatus.ACTIVE) {
                assertThat(System.nanoTime()).as("%s becomes active", stream).isLessThan(deadline);
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
