// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.testkit.InjectedFault;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The key service is down for half a minute while producers go on, under a real scheduler and in real time. */
@Timeout(900)
class OutageIT extends SchedulerFixture {
    private static final Duration OUTAGE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_RECORDS = Duration.ofMillis(500);

    /** The key service as it was when it went down: the producers' data key is one that no consumer has opened yet. */
    private List<InjectedFault> takeDown() {
        InjectedFault reading = kms.faults().inject(KmsFault.unreachable("Decrypt"));
        writer.rotateNow();
        put(0, 1);
        return List.of(reading, kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION)));
    }

    private void putToAll() {
        IntStream.range(0, SHARDS).forEach(shard -> put(shard, 1));
    }

    private static void awaitHolds(DecryptingShardRecordProcessorFactory factory) throws Exception {
        Await.until("every shard holds", () -> factory.holds().size() == SHARDS, factory::holds);
    }

    @Test
    void anOutageOfHalfAMinuteIsAPauseForTheApplicationAndNothingElse() throws Exception {
        Map<String, Instant> lastBatch = new ConcurrentHashMap<>();
        Map<String, Duration> longestPause = new ConcurrentHashMap<>();
        Deliveries deliveries = new Deliveries();
        deliveries.before((call, shardId, batch) -> {
            Instant now = Instant.now();
            Instant before = lastBatch.put(shardId, now);
            if (before != null) {
                longestPause.merge(shardId, Duration.between(before, now), OutageIT::longer);
            }
        });
        DecryptingShardRecordProcessorFactory factory = wrap(deliveries);
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            for (int shard = 0; shard < SHARDS; shard++) {
                awaitCheckpoint(scheduler, shard, lastSequenceNumber(shard));
            }
            List<String> before = allSent();
            List<String> checkpoints = checkpoints(scheduler);

            Instant began = Instant.now();
            List<InjectedFault> down = takeDown();
            putToAll();
            awaitHolds(factory);
            Instant allHeld = Instant.now();
            while (Duration.between(began, Instant.now()).compareTo(OUTAGE) < 0) {
                putToAll();
                LockSupport.parkNanos(BETWEEN_RECORDS.toNanos());
                assertThat(deliveries.all()).containsExactlyInAnyOrderElementsOf(before);
                assertThat(checkpoints(scheduler)).isEqualTo(checkpoints);
                assertHoldsTellWhyAndSinceWhen(factory, began, allHeld);
            }
            down.forEach(InjectedFault::clear);

            deliveries.await(allSent());
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(deliveries.of(shardId(shard))).containsExactlyElementsOf(sent.get(shard));
                awaitCheckpoint(scheduler, shard, lastSequenceNumber(shard));
            }
            assertThat(factory.holds()).isEmpty();
            assertThat(longestPause).hasSize(SHARDS);
            assertThat(longestPause.values()).allMatch(pause -> pause.compareTo(OUTAGE) >= 0);
            awaitEvents("RESUMED KEY_UNAVAILABLE", SHARDS);
            assertThat(holds.holds()).extracting(ConsumerListener.Hold::code).containsOnly(ErrorCode.KEY_UNAVAILABLE);
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static List<String> checkpoints(RunningScheduler scheduler) {
        return IntStream.range(0, SHARDS)
                .mapToObj(shard -> scheduler.checkpoint(shardId(shard)))
                .toList();
    }

    private static void assertHoldsTellWhyAndSinceWhen(
            DecryptingShardRecordProcessorFactory factory, Instant began, Instant allHeld) {
        assertThat(factory.holds()).hasSize(SHARDS).allSatisfy(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.KEY_UNAVAILABLE);
            assertThat(hold.code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            assertThat(hold.since()).isBetween(began, allHeld);
            assertThat(hold.recordsHeldBack()).isPositive();
        });
        assertThat(factory.recordsInProgress()).isGreaterThanOrEqualTo(SHARDS);
    }

    @Test
    void aRestartInTheMiddleOfAnOutageRepeatsWhatWasNotCheckpointedAndNothingElse() throws Exception {
        Deliveries first = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(first);
        List<InjectedFault> down;
        List<String> delivered;
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(first);
            for (int shard = 0; shard < SHARDS; shard++) {
                awaitCheckpoint(scheduler, shard, lastSequenceNumber(shard));
            }
            first.stopCheckpoints();
            IntStream.range(0, SHARDS).forEach(shard -> put(shard, 3));
            delivered = allSent();
            first.await(delivered);
            down = takeDown();
            putToAll();
            awaitHolds(factory);

            factory.stopWaiting();
            assertThat(scheduler.shutdown(EXIT)).isTrue();
            assertThat(first.all()).containsExactlyInAnyOrderElementsOf(delivered);
        }
        Deliveries second = new Deliveries();
        DecryptingShardRecordProcessorFactory next = wrap(second);
        try (RunningScheduler scheduler = start(next)) {
            awaitHolds(next);
            putToAll();
            down.forEach(InjectedFault::clear);

            List<String> expected = new ArrayList<>(allSent());
            sent.forEach(shard -> expected.remove(shard.get(0)));
            second.await(expected);
            for (int shard = 0; shard < SHARDS; shard++) {
                List<String> ofShard = sent.get(shard);
                assertThat(second.of(shardId(shard))).containsExactlyElementsOf(ofShard.subList(1, ofShard.size()));
            }
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }
}
