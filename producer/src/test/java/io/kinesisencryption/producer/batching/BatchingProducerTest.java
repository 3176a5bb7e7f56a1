// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** What the batching producer does, in simulated time. */
@SuppressWarnings("FutureReturnValueIgnored") // What comes of a record is looked for in the stream.
class BatchingProducerTest {
    private static final long SEED = 20261128;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedProducer.Options options = new SimulatedProducer.Options();
    private final List<ProducerListener.AggregateSealed> sealed = new ArrayList<>();
    private final List<ProducerListener.SlicesChosen> slicesChosen = new ArrayList<>();
    private final List<ProducerListener.PutEnded> calls = new ArrayList<>();
    private final List<ProducerListener.Retry> retries = new ArrayList<>();
    private final List<ProducerListener.GivenUp> givenUp = new ArrayList<>();
    private SimulatedProducer producer;

    private SimulatedProducer start() {
        options.listener = new ProducerListener() {
            @Override
            public void onAggregateSealed(AggregateSealed event) {
                sealed.add(event);
            }

            @Override
            public void onSlicesChosen(SlicesChosen event) {
                slicesChosen.add(event);
            }

            @Override
            public void onPutEnded(PutEnded event) {
                calls.add(event);
            }

            @Override
            public void onRetry(Retry event) {
                retries.add(event);
            }

            @Override
            public void onGivenUp(GivenUp event) {
                givenUp.add(event);
            }
        };
        producer = new SimulatedProducer(SEED, options);
        return producer;
    }

    @AfterEach
    void close() {
        if (producer != null) {
            producer.close();
        }
    }

    private static byte[] data(int sizeBytes) {
        return new byte[sizeBytes];
    }

    private static PutFailedException failure(CompletableFuture<PutReceipt> future) {
        assertThat(future).isCompletedExceptionally();
        return (PutFailedException) future.handle((receipt, thrown) -> thrown).join();
    }

    private String text(UserRecord record) {
        return new String(record.data(), StandardCharsets.UTF_8);
    }

    @Test
    void recordsOfOneKeyShareAnEnvelopeAndLearnTheirPlaceInIt() {
        start();
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            futures.add(producer.put("customer", ("order " + i).getBytes(StandardCharsets.UTF_8)));
        }
        producer.run(SECOND);
        assertThat(producer.stream.written).hasSize(1);
        SimulatedStream.Written written = producer.stream.written.get(0);
        for (int i = 0; i < 10; i++) {
            assertThat(futures.get(i).join())
                    .isEqualTo(new PutReceipt(written.shardId(), written.sequenceNumber(), i, 1));
            assertThat(text(producer.writtenRecords().get(i))).isEqualTo("order " + i);
            assertThat(producer.writtenRecords().get(i).partitionKey()).isEqualTo("customer");
        }
    }

    @Test
    void theWireShowsTheSliceAndItsFixedPointOnly() {
        start();
        producer.put("customer-4711", data(10));
        producer.run(SECOND);
        var record = producer.stream.written.get(0).record();
        int slice = Integer.parseInt(record.partitionKey());
        BigInteger width = BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(32));
        assertThat(new BigInteger(record.explicitHashKey()))
                .isEqualTo(width.multiply(BigInteger.valueOf(slice)).add(width.divide(BigInteger.TWO)));
        assertThat(new String(record.data(), StandardCharsets.ISO_8859_1)).doesNotContain("customer");
    }

    @Test
    void thereAreEightSlicesForEachOpenShardRoundedUpToAPowerOfTwo() {
        options.shards = 5;
        start();
        producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(slicesChosen).containsExactly(new ProducerListener.SlicesChosen(producer.encryptor.stream(), 5, 64));
    }

    @Test
    void anAggregateIsSentWhenNoMoreFits() {
        options.linger = Duration.ofSeconds(10);
        options.maxAggregateSizeBytes = 5_000;
        start();
        for (int i = 0; i < 40; i++) {
            producer.put("a", data(470));
        }
        producer.run(SECOND);
        assertThat(sealed).allSatisfy(event -> assertThat(event.userRecords()).isEqualTo(10));
        assertThat(sealed).hasSize(4);
    }

    @Test
    void anAggregateIsSentWhenItHoldsAsManyRecordsAsItMay() {
        options.linger = Duration.ofSeconds(10);
        options.maxAggregateRecords = 3;
        start();
        for (int i = 0; i < 9; i++) {
            producer.put("a", data(1));
        }
        producer.run(SECOND);
        assertThat(sealed)
                .extracting(ProducerListener.AggregateSealed::userRecords)
                .containsExactly(3, 3, 3);
    }

    @Test
    void anAggregateWaitsForTheLingerTimeAndNoLonger() {
        start();
        producer.put("a", data(1));
        producer.run(SECOND);
        producer.put("b", data(1));
        producer.put("b", data(1));
        CompletableFuture<PutReceipt> future = producer.put("b", data(1));
        producer.run(Duration.ofMillis(95));
        assertThat(future).isNotDone();
        producer.run(Duration.ofMillis(25));
        assertThat(future).isCompleted();
    }

    @Test
    void nothingLingersWhereNoFurtherRecordIsToBeExpected() {
        start();
        for (int i = 0; i < 20; i++) {
            producer.put("key-" + i, data(1));
            producer.run(SECOND);
        }
        sealed.clear();
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(Duration.ofMillis(12));
        assertThat(future).isCompleted();
        assertThat(sealed)
                .singleElement()
                .satisfies(event -> assertThat(event.lingered()).isFalse());
    }

    @Test
    void uniqueKeysFillAggregatesWithAtLeastFiveRecordsAlsoAcrossAReshardWithNothingLostAndNoOrderBroken() {
        start();
        producer.simulation.in(
                Duration.ofSeconds(2),
                () -> producer.kinesis.splitShard(
                        SimulatedProducer.STREAM,
                        "shardId-000000000001",
                        BigInteger.ONE.shiftLeft(126).add(BigInteger.ONE.shiftLeft(125))));
        producer.simulation.in(
                Duration.ofSeconds(3),
                () -> producer.kinesis.mergeShards(
                        SimulatedProducer.STREAM, "shardId-000000000002", "shardId-000000000003"));
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        int perSecond = 10_000;
        int records = 4 * perSecond;
        for (int i = 0; i < records; i++) {
            int number = i;
            producer.simulation.in(
                    Duration.ofNanos(1_000_000_000L / perSecond * i),
                    () -> futures.add(producer.put(
                            Long.toHexString(producer.random.nextLong()),
                            Integer.toString(number).getBytes(StandardCharsets.UTF_8))));
        }
        producer.run(Duration.ofSeconds(6));
        assertThat(futures)
                .hasSize(records)
                .allSatisfy(future -> assertThat(future).isCompleted());
        Set<String> stored = new HashSet<>();
        producer.writtenRecords().forEach(record -> stored.add(text(record)));
        assertThat(stored).hasSize(records);
        double perAggregate = sealed.stream()
                .mapToInt(ProducerListener.AggregateSealed::userRecords)
                .average()
                .orElseThrow();
        assertThat(perAggregate).isGreaterThanOrEqualTo(5);
        assertThat(producer.stream.written.stream()
                        .map(SimulatedStream.Written::shardId)
                        .distinct())
                .hasSizeGreaterThan(4);
    }

    @Test
    void aThrottledAggregateIsPutAgainWithTheSameCiphertext() {
        start();
        producer.kinesis
                .faults()
                .inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 1)
                        .times(2));
        CompletableFuture<PutReceipt> future = producer.put("a", data(100));
        producer.run(Duration.ofSeconds(5));
        assertThat(future.join().attempts()).isEqualTo(3);
        assertThat(sealed).hasSize(1);
        assertThat(producer.stream.written).hasSize(1);
        assertThat(retries).extracting(ProducerListener.Retry::attempts).containsExactly(1, 2);
        assertThat(calls).extracting(ProducerListener.PutEnded::throttled).containsExactly(1, 1, 0);
    }

    @Test
    void whereTheAnswerWasLostTheSameCiphertextIsStoredTwice() {
        start();
        AtomicInteger call = new AtomicInteger();
        producer.stream.fates =
                () -> call.getAndIncrement() == 0 ? SimulatedStream.Fate.ANSWER_LOST : SimulatedStream.Fate.ANSWERED;
        CompletableFuture<PutReceipt> future = producer.put("a", data(100));
        producer.run(Duration.ofSeconds(5));
        assertThat(future.join().attempts()).isEqualTo(2);
        assertThat(producer.stream.written).hasSize(2);
        assertThat(producer.stream.written.get(0).record().data())
                .isEqualTo(producer.stream.written.get(1).record().data());
    }

    @Test
    void laterRecordsOfAKeyWaitForTheEarlierOnesThatFailed() {
        start();
        producer.kinesis
                .faults()
                .inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 500)
                        .times(3));
        for (int i = 0; i < 5; i++) {
            producer.put("a", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
            producer.run(Duration.ofMillis(150));
        }
        producer.run(Duration.ofSeconds(5));
        assertThat(producer.writtenRecords()).extracting(this::text).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void withoutOrderLaterRecordsOfAKeyGoOn() {
        options.ordered = false;
        start();
        AtomicInteger call = new AtomicInteger();
        producer.stream.fates =
                () -> call.getAndIncrement() == 0 ? SimulatedStream.Fate.HANGS : SimulatedStream.Fate.ANSWERED;
        producer.put("a", data(1));
        producer.run(Duration.ofMillis(200));
        CompletableFuture<PutReceipt> second = producer.put("a", data(1));
        producer.run(Duration.ofMillis(200));
        assertThat(second).isCompleted();
    }

    @Test
    void anAccessThatIsDeniedFailsAtOnceAndIsNotTriedAgain() {
        start();
        producer.kinesis.faults().inject(KinesisFault.accessDenied("PutRecords"));
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(SECOND);
        PutFailedException failure = failure(future);
        assertThat(failure.mayHaveBeenWritten()).isFalse();
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(failure).hasMessageContaining("was not written").hasMessageContaining("not authorized");
        assertThat(producer.stream.calls).isEqualTo(1);
    }

    @Test
    void aStreamThatDoesNotExistFailsAtOnceAndIsAskedForAgainByTheNextRecord() {
        options.shards = 0;
        start();
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(failure(future))
                .hasCauseInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("orders");
        producer.kinesis.createStream(SimulatedProducer.STREAM, 1);
        CompletableFuture<PutReceipt> second = producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(second).isCompleted();
    }

    @Test
    void aKeyThatIsDeniedFailsAtOnce() {
        start();
        producer.beforeSealing = () -> {
            throw new PermanentKeyException(ErrorCode.KEY_DENIED, "The key is denied", null);
        };
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(failure(future).mayHaveBeenWritten()).isFalse();
        assertThat(failure(future)).hasMessageContaining("The key is denied");
        assertThat(producer.stream.calls).isZero();
    }

    @Test
    void recordsOutliveAnOutageOfTheKeyServiceThatIsShorterThanTheirDeadline() {
        start();
        AtomicBoolean down = new AtomicBoolean(true);
        producer.beforeSealing = () -> {
            if (down.get()) {
                throw new TransientKeyException("The key service is down", null);
            }
        };
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.simulation.in(Duration.ofSeconds(90), () -> down.set(false));
        producer.run(Duration.ofSeconds(89));
        assertThat(future).isNotDone();
        producer.run(Duration.ofSeconds(20));
        assertThat(future).isCompleted();
    }

    @Test
    void aRecordIsGivenUpAtItsDeadlineWithWhatWasSaidLast() {
        options.deliveryTimeout = Duration.ofSeconds(10);
        start();
        producer.kinesis
                .faults()
                .inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 500));
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(Duration.ofMillis(9_999));
        assertThat(future).isNotDone();
        producer.run(Duration.ofMillis(2));
        assertThat(failure(future)).hasCauseInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(failure(future).mayHaveBeenWritten()).isFalse();
        assertThat(failure(future).attempts()).isGreaterThan(3);
        assertThat(givenUp).hasSize(1);
    }

    @Test
    void aRecordInACallThatHangsMayHaveBeenWrittenAndTheNextOneOfItsSliceGoesOnAfterThat() {
        options.deliveryTimeout = Duration.ofSeconds(20);
        start();
        AtomicInteger call = new AtomicInteger();
        producer.stream.fates =
                () -> call.getAndIncrement() < 4 ? SimulatedStream.Fate.HANGS : SimulatedStream.Fate.ANSWERED;
        CompletableFuture<PutReceipt> first = producer.put("a", data(1));
        producer.run(Duration.ofSeconds(15));
        CompletableFuture<PutReceipt> second = producer.put("a", data(1));
        producer.run(Duration.ofSeconds(6));
        assertThat(failure(first).mayHaveBeenWritten()).isTrue();
        assertThat(failure(first)).hasMessageContaining("may have been written");
        producer.run(Duration.ofSeconds(15));
        assertThat(second).isDone();
    }

    @Test
    void aRecordLargerThanTheStreamTakesIsRefusedWithItsSizeAndTheLimitAndOthersGoOn() {
        start();
        CompletableFuture<PutReceipt> large = producer.put("a", data(1024 * 1024 - 10));
        CompletableFuture<PutReceipt> small = producer.put("a", data(10));
        producer.run(SECOND);
        assertThat(failure(large))
                .hasCauseInstanceOf(RecordTooLargeException.class)
                .hasMessageContaining("1048576");
        assertThat(small).isCompleted();
    }

    @Test
    void aStreamThatTakesLargerRecordsGetsThem() {
        start();
        producer.kinesis
                .client()
                .updateMaxRecordSize(request -> request.streamARN(producer.kinesis.streamArn(SimulatedProducer.STREAM))
                        .maxRecordSizeInKiB(4096));
        CompletableFuture<PutReceipt> large = producer.put("a", data(3 * 1024 * 1024));
        producer.run(SECOND);
        assertThat(large).isCompleted();
    }

    @Test
    void aStreamThatMayNotBeDescribedIsWrittenToAllTheSame() {
        start();
        producer.kinesis.faults().inject(KinesisFault.accessDenied("DescribeStreamSummary"));
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(future).isCompleted();
        assertThat(slicesChosen).singleElement().satisfies(event -> {
            assertThat(event.openShards()).isZero();
            assertThat(event.slices()).isEqualTo(128);
        });
    }

    @Test
    void recordsWithoutAKeyShareOneAggregateUntilItIsFull() {
        options.maxAggregateRecords = 10;
        start();
        for (int i = 0; i < 100; i++) {
            assertThat(producer.tryPut(UserRecord.of(null, data(100)))).isNotNull();
        }
        producer.run(SECOND);
        assertThat(sealed).hasSize(10);
        assertThat(producer.writtenRecords())
                .hasSize(100)
                .allSatisfy(record -> assertThat(record.partitionKey()).isNull());
        assertThat(producer.stream.written.stream()
                        .map(written -> written.record().partitionKey())
                        .distinct())
                .hasSizeGreaterThan(1);
    }

    @Test
    void flushSendsWhatLingersAndCompletesAfterItIsAcknowledged() {
        options.linger = Duration.ofSeconds(30);
        start();
        CompletableFuture<PutReceipt> first = producer.put("a", data(1));
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        List<String> order = new ArrayList<>();
        first.thenRun(() -> order.add("record"));
        flushed.thenRun(() -> order.add("flush"));
        producer.engine.flush(flushed, true);
        CompletableFuture<PutReceipt> later = producer.put("b", data(1));
        producer.run(SECOND);
        assertThat(order).containsExactly("record", "flush");
        assertThat(later).isNotDone();
    }

    @Test
    void flushOfNothingCompletes() {
        start();
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        producer.engine.flush(flushed, true);
        producer.run(Duration.ofMillis(1));
        assertThat(flushed).isCompleted();
    }

    @Test
    void whatIsNotSettledWhenTheEngineEndsIsGivenUpAndLaterRecordsAreRefused() {
        start();
        producer.stream.fates = () -> SimulatedStream.Fate.HANGS;
        CompletableFuture<PutReceipt> sent = producer.put("a", data(1));
        producer.run(SECOND);
        CompletableFuture<PutReceipt> waiting = producer.put("a", data(1));
        producer.engine.later(() -> producer.engine.end("closed", null));
        producer.run(SECOND);
        assertThat(failure(sent).mayHaveBeenWritten()).isTrue();
        assertThat(failure(waiting).mayHaveBeenWritten()).isFalse();
        CompletableFuture<PutReceipt> late = producer.put("a", data(1));
        assertThat(failure(late).mayHaveBeenWritten()).isFalse();
        assertThat(producer.budget.records()).isZero();
    }

    @Test
    void anEngineThatFailsLeavesNoFutureBehind() {
        start();
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.engine.later(() -> {
            throw new IllegalStateException("a fault of the engine");
        });
        producer.run(SECOND);
        assertThat(failure(future)).hasRootCauseMessage("a fault of the engine");
        assertThat(producer.engine.broken()).isNotNull();
    }

    @Test
    void fullBuffersRefuseAndTakeAgainOnceRecordsAreAcknowledged() {
        options.maxBufferedRecords = 10;
        start();
        for (int i = 0; i < 10; i++) {
            producer.put("a", data(1));
        }
        assertThat(producer.tryPut(UserRecord.of("a", data(1)))).isNull();
        producer.run(SECOND);
        assertThat(producer.tryPut(UserRecord.of("a", data(1)))).isNotNull();
    }

    @Test
    void callsCarryFiveHundredRecordsAndTheSetSizeAtMost() {
        options.shards = 64;
        options.slices = 1024;
        options.maxRequestSizeBytes = 1024 * 1024;
        start();
        for (int i = 0; i < 3000; i++) {
            producer.put("key-" + i, data(100));
        }
        for (int i = 0; i < 40; i++) {
            producer.put("large-" + i, data(200_000));
        }
        producer.run(Duration.ofSeconds(10));
        assertThat(calls).allSatisfy(call -> assertThat(call.records()).isLessThanOrEqualTo(500));
        assertThat(calls.stream()
                        .mapToInt(ProducerListener.PutEnded::records)
                        .max()
                        .orElseThrow())
                .isEqualTo(500);
        assertThat(producer.stream.mostInFlight).isLessThanOrEqualTo(16);
        assertThat(producer.writtenRecords()).hasSize(3040);
    }

    @Test
    void theRateFollowsAStreamThatThrottles() {
        options.shards = 1;
        options.shardThroughputLimits = true;
        options.maxAggregateSizeBytes = 20_000;
        start();
        List<CompletableFuture<PutReceipt>> futures = new ArrayList<>();
        // Twice what the shard takes, for ten seconds.
        for (int i = 0; i < 20_000; i++) {
            producer.simulation.in(
                    Duration.ofMillis(i / 2),
                    () -> futures.add(producer.put(Long.toHexString(producer.random.nextLong()), data(1000))));
        }
        producer.run(Duration.ofSeconds(60));
        assertThat(futures)
                .hasSize(20_000)
                .allSatisfy(future -> assertThat(future).isCompleted());
        int records =
                calls.stream().mapToInt(ProducerListener.PutEnded::records).sum();
        int throttled =
                calls.stream().mapToInt(ProducerListener.PutEnded::throttled).sum();
        assertThat(throttled).isLessThan(records / 3);
    }

    @Test
    void anIdleProducerMakesNoCalls() {
        start();
        producer.put("a", data(1));
        producer.run(SECOND);
        int before = producer.stream.calls;
        producer.kinesis.resetCalls();
        producer.run(Duration.ofHours(2));
        assertThat(producer.stream.calls).isEqualTo(before);
        assertThat(producer.kinesis.calls()).isEmpty();
    }

    @Test
    void withoutOrderTheDivisionFollowsTheStream() {
        options.ordered = false;
        start();
        producer.put("a", data(1));
        producer.run(Duration.ofMinutes(6));
        producer.kinesis
                .client()
                .updateShardCount(request -> request.streamName(SimulatedProducer.STREAM)
                        .targetShardCount(8)
                        .scalingType("UNIFORM_SCALING"));
        producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(slicesChosen)
                .extracting(ProducerListener.SlicesChosen::slices)
                .containsExactly(32, 64);
    }

    @Test
    void withOrderTheDivisionStaysAsItIs() {
        start();
        producer.put("a", data(1));
        producer.run(Duration.ofMinutes(6));
        producer.kinesis
                .client()
                .updateShardCount(request -> request.streamName(SimulatedProducer.STREAM)
                        .targetShardCount(8)
                        .scalingType("UNIFORM_SCALING"));
        CompletableFuture<PutReceipt> future = producer.put("a", data(1));
        producer.run(SECOND);
        assertThat(future).isCompleted();
        assertThat(slicesChosen).hasSize(1);
    }

    @Test
    void plaintextIsLetGoOfOnceItIsSealed() {
        start();
        producer.stream.fates = () -> SimulatedStream.Fate.HANGS;
        Pending pending = new Pending(UserRecord.of("a", data(1)), 300, true, 0, Long.MAX_VALUE);
        producer.budget.takeAnyway(300);
        producer.engine.accept(pending);
        producer.run(SECOND);
        assertThat(pending.settled).isFalse();
        assertThat(pending.record).isNull();
    }

    @Test
    void recordsThatWereGivenUpBeforeTheyWereSealedAreNotSent() {
        options.deliveryTimeout = Duration.ofSeconds(4);
        start();
        AtomicBoolean down = new AtomicBoolean(true);
        producer.beforeSealing = () -> {
            if (down.get()) {
                throw new TransientKeyException("The key service is down", null);
            }
        };
        CompletableFuture<PutReceipt> first = producer.put("a", "old".getBytes(StandardCharsets.UTF_8));
        producer.run(Duration.ofMillis(50));
        CompletableFuture<PutReceipt> second = producer.put("a", "new".getBytes(StandardCharsets.UTF_8));
        producer.run(Duration.ofMillis(3_960));
        assertThat(failure(first).mayHaveBeenWritten()).isFalse();
        producer.run(Duration.ofMillis(30));
        down.set(false);
        producer.run(Duration.ofSeconds(5));
        assertThat(second).isDone();
        assertThat(producer.writtenRecords()).extracting(this::text).doesNotContain("old");
    }

    @Test
    void messagesHoldNeitherDataNorKeys() {
        options.deliveryTimeout = Duration.ofSeconds(2);
        start();
        producer.kinesis.faults().inject(KinesisFault.timeout("PutRecords"));
        byte[] secret = "a very secret text".getBytes(StandardCharsets.UTF_8);
        CompletableFuture<PutReceipt> future = producer.put("secret-key", Arrays.copyOf(secret, secret.length));
        producer.run(Duration.ofSeconds(5));
        assertThat(failure(future).toString()).doesNotContain("secret");
    }
}
