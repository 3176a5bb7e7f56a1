// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real KCL scheduler over in-memory Kinesis and KMS and DynamoDB Local. */
@Timeout(900)
class SchedulerIT extends SchedulerFixture {
    @Test
    void everyRecordOfAStreamThatIsSplitIsDeliveredInOrder() throws Exception {
        Deliveries deliveries = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            IntStream.range(0, SHARDS).forEach(shard -> put(shard, 25));
            deliveries.await(allSent());

            kinesis.splitShard(Records.ORDERS.name(), shardId(1), SHARD_WIDTH.add(SHARD_WIDTH.divide(BigInteger.TWO)));
            IntStream.range(0, SHARDS).forEach(shard -> put(shard, 25));

            deliveries.await(allSent());
            assertThat(deliveries.all()).containsExactlyInAnyOrderElementsOf(allSent());
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(deliveries.ofPart(shard)).containsExactlyElementsOf(sent.get(shard));
            }
            assertThat(deliveries.of(shardId(4))).hasSize(25);
            Await.until(
                    "the split shard is complete",
                    () -> scheduler.checkpoint(shardId(1)).equals("SHARD_END"),
                    () -> scheduler.checkpoint(shardId(1)));
            assertThat(holds.events()).isEmpty();
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void aRecordThatCannotBeDecryptedHoldsOnlyItsShardAndIsDeliveredAfterARestart() throws Exception {
        Deliveries first = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(first);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(first);
            put(2, 9);
            putPoison(2);
            put(2, 10);
            awaitHold();
            List<String> beforePoison = sent.get(2).subList(0, 10);
            List<String> expected = new ArrayList<>(beforePoison);
            for (int shard : new int[] {0, 1, 3}) {
                put(shard, 5);
                expected.addAll(sent.get(shard));
            }
            first.await(expected);
            String lastBeforePoison = sequenceNumbers.get(sent.get(2).get(9));
            Await.until(
                    "the held shard is checkpointed before the record",
                    () -> scheduler.checkpoint(shardId(2)).equals(lastBeforePoison),
                    () -> scheduler.checkpoint(shardId(2)));
            assertThat(first.of(shardId(2))).isEqualTo(beforePoison);

            factory.stopWaiting();
            assertThat(scheduler.shutdown(EXIT)).as("the scheduler exits").isTrue();

            assertThat(first.of(shardId(2))).isEqualTo(beforePoison);
            assertThat(scheduler.checkpoint(shardId(2))).isEqualTo(lastBeforePoison);
        }
        awaitEvents("HALTED KEY_DISABLED", 1);
        assertThat(holds.events()).first().isEqualTo("started KEY_DISABLED");
        assertThat(holds.events()).last().isEqualTo("HALTED KEY_DISABLED");
        assertThat(holds.holds()).extracting(ConsumerListener.Hold::shardId).containsOnly(shardId(2));
        assertThat(holds.holds())
                .extracting(ConsumerListener.Hold::sequenceNumber)
                .containsOnly(sequenceNumbers.get(sent.get(2).get(10)));

        kms.enableKey(poisonKeyArn);
        // As another process begins, without what was remembered of the refusal.
        reader.discardAll();
        Deliveries second = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(second))) {
            second.await(sent.get(2).subList(10, 21));
            assertThat(second.of(shardId(2))).isEqualTo(sent.get(2).subList(10, 21));
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
        List<String> both = new ArrayList<>(first.all());
        both.addAll(second.all());
        assertThat(both).containsAll(allSent());
    }

    @Test
    void aHoldThatEndsGoesOnInPlaceWithoutARestart() throws Exception {
        Deliveries deliveries = new Deliveries();
        var down = kms.faults().inject(KmsFault.unreachable("Decrypt").when(call -> poisonKeyArn.equals(call.keyId())));
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            warmUp(deliveries);
            put(2, 4);
            put(poisonWriter, 2, () -> {});
            put(2, 5);
            awaitHold();
            deliveries.await(sent.get(2).subList(0, 5));

            down.clear();

            deliveries.await(allSent());
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2));
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void skippedRecordsStopNoShardNotEvenAtItsEnd() throws Exception {
        Deliveries deliveries = new Deliveries();
        try (RunningScheduler scheduler = start(
                wrap(deliveries, FailurePolicies.builder().skipBadRecords().build()))) {
            warmUp(deliveries);
            for (int round = 0; round < 5; round++) {
                put(1, 2);
                putGarbage(1, altered());
                putGarbage(1, "plaintext".getBytes(StandardCharsets.UTF_8));
            }
            kinesis.splitShard(Records.ORDERS.name(), shardId(1), SHARD_WIDTH.add(SHARD_WIDTH.divide(BigInteger.TWO)));
            put(1, 5);

            deliveries.await(allSent());
            assertThat(deliveries.ofPart(1)).containsExactlyElementsOf(sent.get(1));
            Await.until(
                    "the split shard is complete",
                    () -> scheduler.checkpoint(shardId(1)).equals("SHARD_END"),
                    () -> scheduler.checkpoint(shardId(1)));
            Await.until("the listener is told", () -> holds.passed().size() == 10, holds::passed);
            assertThat(holds.events()).isEmpty();
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void aSinkThatIsDownForAWhileHoldsTheShardAndThenHasEveryBadRecord() throws Exception {
        RecordingSink kept = new RecordingSink();
        AtomicBoolean down = new AtomicBoolean(true);
        FailurePolicies policies = FailurePolicies.builder()
                .deadLetterBadRecords(letter -> {
                    if (down.get()) {
                        throw new AssertionError("the sink is down");
                    }
                    kept.put(letter);
                })
                .build();
        Deliveries deliveries = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(deliveries, policies);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            put(2, 4);
            byte[] bad = altered();
            List<String> badOnes = new ArrayList<>(List.of(putGarbage(2, bad)));
            put(2, 5);
            badOnes.add(putGarbage(2, "plaintext".getBytes(StandardCharsets.UTF_8)));
            awaitHold();
            put(3, 5);
            deliveries.await(sent.get(3));
            String lastBefore = sequenceNumbers.get(sent.get(2).get(4));
            Await.until(
                    "the held shard is checkpointed before the record",
                    () -> scheduler.checkpoint(shardId(2)).equals(lastBefore),
                    () -> scheduler.checkpoint(shardId(2)));
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2).subList(0, 5));
            assertThat(factory.holds())
                    .singleElement()
                    .satisfies(hold -> assertThat(hold.reason()).isEqualTo(HoldReason.SINK_UNAVAILABLE));

            down.set(false);

            deliveries.await(allSent());
            Await.until("the sink has both", () -> kept.letters().size() == 2, kept::letters);
            assertThat(kept.sequenceNumbers()).containsExactlyElementsOf(badOnes);
            assertThat(kept.letters().get(0).data()).isEqualTo(bad);
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2));
            assertThat(factory.holds()).isEmpty();
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void aHeldRecordIsLetPassWithoutARestart() throws Exception {
        Deliveries deliveries = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(deliveries);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            put(2, 4);
            String bad = putGarbage(2, altered());
            put(2, 5);
            awaitHold();

            factory.letPass(Records.ORDERS.name(), shardId(2), bad);

            deliveries.await(allSent());
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2));
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void aHaltedShardThatHasEndedIsNotCompletedAndItsChildrenDoNotStart() throws Exception {
        Deliveries first = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(first);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(first);
            put(1, 4);
            putPoison(1);
            kinesis.splitShard(Records.ORDERS.name(), shardId(1), SHARD_WIDTH.add(SHARD_WIDTH.divide(BigInteger.TWO)));
            put(1, 5);
            awaitHold();
            factory.stopWaiting();
            Await.until(
                    "KCL has made leases for the children, which it does each time just before it asks for the end",
                    () -> !scheduler.checkpoint(shardId(5)).isEmpty(),
                    () -> scheduler.checkpoint(shardId(5)));
            // The scheduler lives on: another shard's records show that it has gone round since.
            put(0, 5);
            first.await(sent.get(0));
            assertThat(scheduler.shutdown(EXIT)).isTrue();

            assertThat(first.of(shardId(1))).isEqualTo(sent.get(1).subList(0, 5));
            assertThat(first.shardEnds).isEmpty();
            assertThat(first.of(shardId(4))).isEmpty();
            assertThat(scheduler.checkpoint(shardId(1)))
                    .isEqualTo(sequenceNumbers.get(sent.get(1).get(4)));
        }

        kms.enableKey(poisonKeyArn);
        // As another process begins, without what was remembered of the refusal.
        reader.discardAll();
        Deliveries second = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(second))) {
            second.await(sent.get(1).subList(5, 11));
            assertThat(second.of(shardId(1))).isEqualTo(sent.get(1).subList(5, 6));
            assertThat(second.of(shardId(4))).isEqualTo(sent.get(1).subList(6, 11));
            assertThat(second.shardEnds).contains(shardId(1));
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    @Test
    void aGracefulShutdownPassesAHoldOnceItIsToldToStopWaiting() throws Exception {
        Deliveries deliveries = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(deliveries);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            put(2, 4);
            putPoison(2);
            awaitHold();

            factory.stopWaiting();

            assertThat(scheduler.shutdownGracefully(EXIT)).isTrue();
            assertThat(scheduler.checkpoint(shardId(2)))
                    .isEqualTo(sequenceNumbers.get(sent.get(2).get(4)));
        }
    }

    @Test
    void aPlainShutdownInterruptsAHoldThatNobodyStopped() throws Exception {
        Deliveries deliveries = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            warmUp(deliveries);
            put(2, 4);
            putPoison(2);
            awaitHold();

            assertThat(scheduler.shutdown(EXIT)).isTrue();

            awaitEvents("HALTED KEY_DISABLED", 1);
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2).subList(0, 5));
            assertThat(scheduler.checkpoint(shardId(2)))
                    .isEqualTo(sequenceNumbers.get(sent.get(2).get(4)));
        }
    }

    /**
     * KCL's loop takes each shard's monitor once more just after it has subscribed to it, and the thread that delivers has it meanwhile: one time in
     * several the first batch is quicker, and a hold in it would keep the loop from every other shard, and from a shutdown.
     */
    @RepeatedTest(5)
    void shardsThatAreHeldFromTheirFirstRecordOnKeepNoOtherFromStarting(RepetitionInfo repetition) throws Exception {
        application += repetition.getCurrentRepetition();
        put(poisonWriter, 0, () -> {});
        put(poisonWriter, 1, () -> {});
        putPoison(2);
        IntStream.range(0, SHARDS).forEach(shard -> put(shard, 5));
        Deliveries deliveries = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(deliveries))) {
            awaitEvents("started KEY_DISABLED", 3);
            deliveries.await(sent.get(3));
            put(3, 5);
            deliveries.await(sent.get(3));
            assertThat(deliveries.all()).containsExactlyElementsOf(sent.get(3));
            // A shutdown between the delivery and its checkpoint would have the next scheduler deliver it again.
            String last = sequenceNumbers.get(sent.get(3).get(9));
            Await.until(
                    "shard 3 is checkpointed",
                    () -> scheduler.checkpoint(shardId(3)).equals(last),
                    () -> scheduler.checkpoint(shardId(3)));

            assertThat(scheduler.shutdown(EXIT)).as("the scheduler exits").isTrue();

            for (int shard = 0; shard < 3; shard++) {
                assertThat(scheduler.checkpoint(shardId(shard))).isEqualTo("TRIM_HORIZON");
            }
            awaitEvents("HALTED KEY_DISABLED", 3);
        }

        kms.enableKey(poisonKeyArn);
        // As another process begins, without what was remembered of the refusal.
        reader.discardAll();
        Deliveries second = new Deliveries();
        try (RunningScheduler scheduler = start(wrap(second))) {
            List<String> expected = new ArrayList<>();
            IntStream.range(0, 3).forEach(shard -> expected.addAll(sent.get(shard)));
            second.await(expected);
            assertThat(second.all()).containsExactlyElementsOf(expected);
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }
}
