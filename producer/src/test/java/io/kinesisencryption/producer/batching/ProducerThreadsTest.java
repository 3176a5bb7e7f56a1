// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The batching producer with its real threads and the in-memory service. */
@SuppressWarnings("FutureReturnValueIgnored") // What comes of a record is looked for in the stream.
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProducerThreadsTest {
    private static final String STREAM = "orders";

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("tests", "key", new byte[32]))
            .build();

    ProducerThreadsTest() {
        kinesis.createStream(STREAM, 4);
    }

    @AfterEach
    void close() {
        encryption.close();
    }

    private BatchingProducerBuilder builder() {
        return BatchingProducer.builder(kinesis.asyncClient(), encryption).stream(STREAM)
                .linger(Duration.ofMillis(5))
                .encryptorOptions(EncryptorOptions.builder()
                        .format(EnvelopeFormat.COMPACT)
                        .build());
    }

    private List<UserRecord> stored() {
        List<UserRecord> records = new ArrayList<>();
        var decryptor = encryption.decryptor(StreamIdentity.of(STREAM));
        for (StoredRecord stored : kinesis.storedRecords(STREAM)) {
            records.addAll(decryptor.decrypt(
                    KinesisRecord.of(stored.partitionKey(), null, stored.data().asByteArray())));
        }
        return records;
    }

    private static List<Thread> threadsLike(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    @Test
    void manyThreadsPutAndEachThreadsRecordsOfAKeyKeepTheirOrder() throws Exception {
        int threads = 8;
        int perThread = 5_000;
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        try (BatchingProducer producer = builder().build()) {
            List<Thread> workers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String key = "thread-" + t;
                List<CompletableFuture<PutReceipt>> own = new ArrayList<>();
                Thread worker = new Thread(() -> {
                    for (int i = 0; i < perThread; i++) {
                        own.add(producer.put(key, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
                    }
                    synchronized (futures) {
                        futures.addAll(own);
                    }
                });
                worker.start();
                workers.add(worker);
            }
            for (Thread worker : workers) {
                worker.join();
            }
        }
        assertThat(futures)
                .hasSize(threads * perThread)
                .allSatisfy(future -> assertThat(future).isCompleted());
        Map<String, Integer> next = new HashMap<>();
        for (UserRecord record : stored()) {
            int number = Integer.parseInt(new String(record.data(), StandardCharsets.UTF_8));
            assertThat(number).isEqualTo(next.getOrDefault(record.partitionKey(), 0));
            next.put(record.partitionKey(), number + 1);
        }
        assertThat(next.values()).containsOnly(perThread).hasSize(threads);
    }

    @Test
    void closingEndsEveryThread() throws Exception {
        BatchingProducer producer = builder().build();
        producer.put("a", new byte[10]).join();
        String prefix = threadsLike("kinesis-encryption-producer-").stream()
                .map(thread -> thread.getName().replaceAll("^(kinesis-encryption-producer-[0-9]+).*", "$1"))
                .max((a, b) -> Integer.compare(number(a), number(b)))
                .orElseThrow();
        producer.close();
        for (Thread thread : threadsLike(prefix + "-")) {
            // A pool has ended a moment before its last thread has.
            thread.join(60_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
        assertThat(threadsLike(prefix + "-")).isEmpty();
    }

    private static int number(String prefix) {
        return Integer.parseInt(prefix.substring(prefix.lastIndexOf('-') + 1));
    }

    @Test
    void closingCompletesEveryFuture() {
        BatchingProducer producer = builder().linger(Duration.ofSeconds(20)).build();
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            futures.add(producer.put("key-" + i, new byte[100]));
        }
        producer.close();
        assertThat(futures).allSatisfy(future -> assertThat(future).isCompleted());
        assertThat(stored()).hasSize(1000);
        assertThatIllegalStateException()
                .isThrownBy(() -> producer.put("a", new byte[1]))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> producer.tryPut(UserRecord.of("a", new byte[1])));
        producer.close();
        assertThat(producer.flush()).isCompleted();
    }

    @Test
    void closingMayBeGivenAllTheTimeThereIs() {
        BatchingProducer producer = builder().build();
        CompletableFuture<PutReceipt> future = producer.put("a", new byte[10]);
        producer.close(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(future).isCompleted();
    }

    @Test
    void closingWithoutPatienceGivesUpWhatIsNotAcknowledged() {
        kinesis.faults().inject(KinesisFault.throttled("PutRecords"));
        BatchingProducer producer = builder().build();
        CompletableFuture<PutReceipt> future = producer.put("a", new byte[10]);
        producer.close(Duration.ZERO);
        assertThat(future).isCompletedExceptionally();
        assertThat(producer.bufferedRecords()).isZero();
    }

    @Test
    void aServiceThatNeverAnswersDoesNotKeepClosingForLongerThanAsked() {
        LinkedBlockingQueue<Runnable> never = new LinkedBlockingQueue<>();
        InMemoryKinesis silent =
                InMemoryKinesis.builder().asyncExecutor(never::add).build();
        silent.createStream(STREAM, 1);
        BatchingProducer producer = BatchingProducer.builder(silent.asyncClient(), encryption).stream(STREAM)
                .build();
        CompletableFuture<PutReceipt> future = producer.put("a", new byte[10]);
        producer.close(Duration.ofMillis(50));
        assertThat(future).isCompletedExceptionally();
    }

    @Test
    void puttingWaitsForRoomAndGoesOnWhenThereIsSome() throws Exception {
        LinkedBlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
        InMemoryKinesis held =
                InMemoryKinesis.builder().asyncExecutor(calls::add).build();
        held.createStream(STREAM, 1);
        try (BatchingProducer producer = BatchingProducer.builder(held.asyncClient(), encryption).stream(STREAM)
                .linger(Duration.ZERO)
                .buffer(1024 * 1024, 1)
                .build()) {
            CompletableFuture<PutReceipt> first = producer.put("a", new byte[10]);
            assertThat(producer.tryPut(UserRecord.of("a", new byte[10]))).isEmpty();
            CompletableFuture<CompletableFuture<PutReceipt>> second =
                    CompletableFuture.supplyAsync(() -> producer.put("b", new byte[10]));
            assertThat(second).isNotDone();
            serveUntil(first, calls);
            CompletableFuture<PutReceipt> accepted = second.get(60, TimeUnit.SECONDS);
            serveUntil(accepted, calls);
            assertThat(accepted).isCompleted();
        }
    }

    /** The answer to the last call may still be on its way when there is no further call. */
    private static void serveUntil(CompletableFuture<?> future, LinkedBlockingQueue<Runnable> calls)
            throws InterruptedException {
        while (!future.isDone()) {
            Runnable call = calls.poll(10, TimeUnit.MILLISECONDS);
            if (call != null) {
                call.run();
            }
        }
    }

    @Test
    void aThreadThatIsInterruptedWhileItWaitsForRoomLearnsThatNothingWasTaken() throws Exception {
        LinkedBlockingQueue<Runnable> never = new LinkedBlockingQueue<>();
        InMemoryKinesis silent =
                InMemoryKinesis.builder().asyncExecutor(never::add).build();
        silent.createStream(STREAM, 1);
        BatchingProducer producer = BatchingProducer.builder(silent.asyncClient(), encryption).stream(STREAM)
                .buffer(1024 * 1024, 1)
                .build();
        producer.put("a", new byte[10]);
        Thread.currentThread().interrupt();
        CompletableFuture<PutReceipt> refused = producer.put("a", new byte[10]);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(refused.handle((receipt, failure) -> failure).get())
                .isInstanceOfSatisfying(
                        PutFailedException.class,
                        e -> assertThat(e.mayHaveBeenWritten()).isFalse());
        producer.close(Duration.ZERO);
    }

    @Test
    void whatDependsOnAFutureMayPutAgainEvenIfTheBufferIsFull() throws Exception {
        CountDownLatch done = new CountDownLatch(200);
        try (BatchingProducer producer = builder().buffer(1024 * 1024, 1).build()) {
            again(producer, done, 200);
            assertThat(done.await(300, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(stored()).hasSize(200);
    }

    private static void again(BatchingProducer producer, CountDownLatch done, int left) {
        producer.put("a", new byte[10]).thenRun(() -> {
            done.countDown();
            if (left > 1) {
                again(producer, done, left - 1);
            }
        });
    }

    @Test
    void aProducerMayBeClosedByWhatDependsOnItsFutures() throws Exception {
        BatchingProducer producer = builder().build();
        CompletableFuture<Void> closed =
                producer.put("a", new byte[10]).thenRun(producer::close).toCompletableFuture();
        CompletableFuture<PutReceipt> second = new CompletableFuture<>();
        closed.get(60, TimeUnit.SECONDS);
        second.complete(null);
        assertThat(producer.bufferedRecords()).isZero();
    }

    @Test
    void whatIsWrongWithARecordIsSaidAtOnceAndTakesNoRoom() {
        try (BatchingProducer producer = builder().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> producer.put("", new byte[1]))
                    .withMessageContaining("0 characters");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> producer.put("k".repeat(257), new byte[1]))
                    .withMessageContaining("257");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> producer.put("\ud800", new byte[1]))
                    .withMessageContaining("surrogate");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            producer.put(UserRecord.of("a", "340282366920938463463374607431768211456", new byte[1])))
                    .withMessageContaining("2^128");
            assertThatIllegalArgumentException().isThrownBy(() -> producer.put(UserRecord.of("a", "-1", new byte[1])));
            assertThat(producer.put("a", new byte[10 * 1024 * 1024 + 1])).isCompletedExceptionally();
            assertThat(producer.bufferedRecords()).isZero();
            assertThat(producer.bufferedBytes()).isZero();
            assertThat(producer.put("\ud83d\ude00".repeat(256), new byte[1]).join())
                    .isNotNull();
        }
    }

    @Test
    void anExplicitHashKeyChoosesTheShard() {
        try (BatchingProducer producer = builder().build()) {
            PutReceipt receipt = producer.put(
                            UserRecord.of("a", "340282366920938463463374607431768211455", new byte[1]))
                    .join();
            assertThat(receipt.shardId()).isEqualTo("shardId-000000000003");
            assertThat(producer.put(UserRecord.of("a", "0", new byte[1])).join().shardId())
                    .isEqualTo("shardId-000000000000");
        }
        assertThat(stored())
                .extracting(UserRecord::explicitHashKey)
                .contains("0", "340282366920938463463374607431768211455");
    }

    @Test
    void optionsOutOfRangeAreRefusedWithTheirRange() {
        assertThatIllegalStateException()
                .isThrownBy(() -> BatchingProducer.builder(kinesis.asyncClient(), encryption)
                        .build())
                .withMessageContaining("stream");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder().stream("other"))
                .withMessageContaining("orders");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().slices(12))
                .withMessageContaining("12");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().linger(Duration.ofMinutes(2)).build())
                .withMessageContaining("PT2M");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> builder().deliveryTimeout(Duration.ofMillis(10)).build())
                .withMessageContaining("PT0.01S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .linger(Duration.ofSeconds(1))
                        .deliveryTimeout(Duration.ofSeconds(2))
                        .build())
                .withMessageContaining("quarter");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().aggregates(100, 10).build())
                .withMessageContaining("1024");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().aggregates(2000, 0).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().buffer(100, 10).build())
                .withMessageContaining("65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().buffer(1 << 20, 0).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().maxRequestSizeBytes(1).build());
    }
}
