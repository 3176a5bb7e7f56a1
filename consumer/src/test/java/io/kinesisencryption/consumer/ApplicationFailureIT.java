// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application that throws, under a real scheduler. */
@Timeout(900)
class ApplicationFailureIT extends SchedulerFixture {
    private static final String TRIGGER = "order 6 of shard 2";
    private static final Set<String> LAST = Set.of("shutdownRequested", "leaseLost");
    private static final Set<String> MADE_AGAIN = Set.of("shardRecordProcessor", "initialize", "shardEnded");

    /** What an application throws. */
    private enum Thrown {
        RUNTIME_EXCEPTION,
        CHECKED_EXCEPTION,
        ERROR;

        Throwable make() {
            return switch (this) {
                case RUNTIME_EXCEPTION -> new IllegalStateException("the application's");
                case CHECKED_EXCEPTION -> new IOException("the application's");
                case ERROR -> new AssertionError("the application's");
            };
        }
    }

    /** The batches at which the application threw. */
    private final List<List<String>> refused = new CopyOnWriteArrayList<>();

    /** Makes the application throw at every batch with the trigger, as long as it is broken. */
    private void failWhile(AtomicBoolean broken, Deliveries deliveries, Thrown thrown) {
        deliveries.before((call, shardId, batch) -> {
            if (batch.contains(TRIGGER) && broken.get()) {
                refused.add(batch);
                sneak(thrown.make());
            }
        });
    }

    private void failOnce(Deliveries deliveries, Thrown thrown) {
        AtomicInteger left = new AtomicInteger(1);
        deliveries.before((call, shardId, batch) -> {
            if (batch.contains(TRIGGER) && left.getAndDecrement() > 0) {
                refused.add(batch);
                sneak(thrown.make());
            }
        });
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static FailurePolicies on(ApplicationFailureAction action) {
        return FailurePolicies.builder().applicationFailures(action).build();
    }

    private void awaitRefusals(int count) throws Exception {
        Await.until("the application has thrown " + count + " times", () -> refused.size() >= count, refused::size);
    }

    /** What came before the batch that the application threw at first. */
    private List<String> beforeRefused() {
        return sent.get(2).subList(0, sent.get(2).indexOf(refused.get(0).get(0)));
    }

    /** Everything but the batch that the application threw at is delivered, once and in order, and the checkpoint passes it. */
    private void assertTheBatchIsSkipped(RunningScheduler scheduler, Deliveries deliveries) throws Exception {
        assertThat(refused).hasSize(1);
        List<String> expected = new ArrayList<>(allSent());
        expected.removeAll(refused.get(0));
        deliveries.await(expected);
        assertThat(deliveries.all()).containsExactlyInAnyOrderElementsOf(expected);
        List<String> ofShard2 = new ArrayList<>(sent.get(2));
        ofShard2.removeAll(refused.get(0));
        assertThat(deliveries.of(shardId(2))).containsExactlyElementsOf(ofShard2);
        awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
        assertThat(scheduler.shutdown(EXIT)).as("the scheduler exits").isTrue();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void byDefaultTheBatchIsSkippedAndTheWorkerLives(Thrown thrown) throws Exception {
        application += thrown;
        Deliveries deliveries = new Deliveries();
        failOnce(deliveries, thrown);
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            warmUp(deliveries);
            put(2, 10);
            awaitRefusals(1);
            IntStream.range(0, SHARDS).forEach(shard -> put(shard, 5));

            assertTheBatchIsSkipped(scheduler, deliveries);
            assertThat(holds.events()).isEmpty();
        }
    }

    /** What the test above is measured by: the same application on plaintext, without this library. An Error would end the worker here. */
    @ParameterizedTest
    @EnumSource(value = Thrown.class, names = "ERROR", mode = EnumSource.Mode.EXCLUDE)
    void kclSkipsTheBatchOfABareApplicationJustSo(Thrown thrown) throws Exception {
        application += thrown;
        Deliveries deliveries = new Deliveries();
        failOnce(deliveries, thrown);
        try (RunningScheduler scheduler =
                RunningScheduler.start(kinesis, dynamoDb, Records.ORDERS.name(), application, deliveries::processor)) {
            IntStream.range(0, SHARDS).forEach(shard -> putPlaintext(shard, 1));
            deliveries.await(allSent());
            putPlaintext(2, 10);
            awaitRefusals(1);
            IntStream.range(0, SHARDS).forEach(shard -> putPlaintext(shard, 5));

            assertTheBatchIsSkipped(scheduler, deliveries);
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void onRequestTheSameBatchComesAgainUntilItIsTaken(Thrown thrown) throws Exception {
        application += thrown;
        AtomicBoolean broken = new AtomicBoolean(true);
        Deliveries deliveries = new Deliveries();
        failWhile(broken, deliveries, thrown);
        DecryptingShardRecordProcessorFactory factory = wrap(deliveries, on(ApplicationFailureAction.RETRY));
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            put(2, 10);
            awaitRefusals(3);
            put(2, 5);
            put(3, 5);
            deliveries.await(sent.get(3));
            assertThat(factory.holds()).singleElement().satisfies(hold -> {
                assertThat(hold.reason()).isEqualTo(HoldReason.APPLICATION_FAILED);
                assertThat(hold.shardId()).isEqualTo(shardId(2));
                assertThat(hold.sequenceNumber())
                        .isEqualTo(sequenceNumbers.get(refused.get(0).get(0)));
                assertThat(hold.error()).hasMessage("the application's");
            });
            awaitCheckpoint(
                    scheduler,
                    2,
                    sequenceNumbers.get(beforeRefused().get(beforeRefused().size() - 1)));
            assertThat(deliveries.of(shardId(2))).isEqualTo(beforeRefused());

            broken.set(false);

            deliveries.await(allSent());
            assertThat(refused).allMatch(refused.get(0)::equals);
            assertThat(deliveries.all()).containsExactlyInAnyOrderElementsOf(allSent());
            assertThat(deliveries.of(shardId(2))).containsExactlyElementsOf(sent.get(2));
            awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
            assertThat(factory.holds()).isEmpty();
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void onRequestTheShardIsHaltedBeforeTheBatchAndARestartDeliversIt(Thrown thrown) throws Exception {
        application += thrown;
        Deliveries first = new Deliveries();
        failOnce(first, thrown);
        try (RunningScheduler scheduler = start(wrap(first, on(ApplicationFailureAction.HALT)))) {
            warmUp(first);
            put(2, 10);
            awaitRefusals(1);
            put(2, 5);
            IntStream.of(0, 1, 3).forEach(shard -> put(shard, 5));
            List<String> others = new ArrayList<>(allSent());
            others.removeAll(sent.get(2));
            first.await(others);

            // Asks every processor for a last checkpoint, and the application makes one.
            assertThat(scheduler.shutdownGracefully(EXIT)).isTrue();

            assertThat(first.of(shardId(2))).isEqualTo(beforeRefused());
            assertThat(scheduler.checkpoint(shardId(2)))
                    .isEqualTo(sequenceNumbers.get(
                            beforeRefused().get(beforeRefused().size() - 1)));
        }
        List<String> left =
                sent.get(2).subList(beforeRefused().size(), sent.get(2).size());
        Deliveries second = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(second, on(ApplicationFailureAction.HALT)))) {
            second.await(left);
            assertThat(second.all()).containsExactlyElementsOf(left);
            awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    /** KCL makes these calls again if they throw an exception. */
    @Test
    void anErrorInAnotherCallLeavesTheWorkerAliveAndLosesNothing() throws Exception {
        Map<String, Boolean> thrown = new ConcurrentHashMap<>();
        Deliveries deliveries = new Deliveries();
        deliveries.before((call, shardId, batch) -> throwOnce(thrown, call, shardId));
        DecryptingShardRecordProcessorFactory factory = DecryptingShardRecordProcessorFactory.builder(
                        () -> {
                            throwOnce(thrown, "shardRecordProcessor", "(any)");
                            return deliveries.processor();
                        },
                        reader)
                .listener(holds)
                .build();
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            kinesis.splitShard(Records.ORDERS.name(), shardId(1), SHARD_WIDTH.add(SHARD_WIDTH.divide(BigInteger.TWO)));
            IntStream.range(0, SHARDS).forEach(shard -> put(shard, 5));

            deliveries.await(allSent());
            assertThat(deliveries.all()).containsExactlyInAnyOrderElementsOf(allSent());
            assertThat(deliveries.shardEnds).containsExactly(shardId(1));
            assertThat(scheduler.checkpoint(shardId(1))).isEqualTo("SHARD_END");
            assertThat(scheduler.shutdown(EXIT)).isTrue();
            assertThat(thrown.keySet())
                    .contains("shardRecordProcessor (any)", "initialize " + shardId(0), "shardEnded " + shardId(1));
        }
    }

    @Test
    void anErrorInTheLastCallsEndsNeitherAGracefulShutdownNorWhatIsCheckpointed() throws Exception {
        Map<String, Boolean> thrown = new ConcurrentHashMap<>();
        Deliveries deliveries = new Deliveries();
        deliveries.before((call, shardId, batch) -> {
            if (LAST.contains(call) && thrown.putIfAbsent(call + " " + shardId, true) == null) {
                throw new AssertionError("the application's");
            }
        });
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            warmUp(deliveries);
            for (int shard = 0; shard < SHARDS; shard++) {
                awaitCheckpoint(scheduler, shard, lastSequenceNumber(shard));
            }

            assertThat(scheduler.shutdownGracefully(EXIT)).isTrue();

            assertThat(thrown).hasSize(LAST.size() * SHARDS);
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(scheduler.checkpoint(shardId(shard))).isEqualTo(lastSequenceNumber(shard));
            }
        }
    }

    private static void throwOnce(Map<String, Boolean> thrown, String call, String shardId) {
        if (MADE_AGAIN.contains(call) && thrown.putIfAbsent(call + " " + shardId, true) == null) {
            throw new AssertionError("the application's");
        }
    }
}
