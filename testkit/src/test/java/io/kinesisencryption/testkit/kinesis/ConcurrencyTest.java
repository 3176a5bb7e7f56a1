// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static io.kinesisencryption.testkit.kinesis.Kinesis.readAll;
import static io.kinesisencryption.testkit.kinesis.Kinesis.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.InjectedFault;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ScalingType;

@Timeout(240)
class ConcurrencyTest {
    private static final int WRITERS = 8;
    private static final int CALLS = 50;
    private static final int RECORDS = 20;

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisClient client = kinesis.client();

    @Test
    void concurrentPutsLoseNothingAndKeepEachWritersOrderThroughReshards() throws Exception {
        kinesis.createStream(STREAM, 2);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                String key = "writer " + writer;
                tasks.add(() -> write(key));
            }
            tasks.add(this::reshard);
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertNothingIsLostAndEverythingInOrder();
    }

    private Void write(String key) {
        for (int call = 0; call < CALLS; call++) {
            List<PutRecordsRequestEntry> entries = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                entries.add(entry(key, key + "/" + (call * RECORDS + i)));
            }
            PutRecordsResponse response =
                    client.putRecords(r -> r.streamName(STREAM).records(entries));
            assertThat(response.failedRecordCount()).isZero();
        }
        return null;
    }

    private Void reshard() {
        for (int target : new int[] {4, 8, 16, 8, 4, 2, 1, 2}) {
            client.updateShardCount(
                    r -> r.streamName(STREAM).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING));
        }
        return null;
    }

    /** Shards in the order of their ids are parents before children, so each writer's records must come in order. */
    private void assertNothingIsLostAndEverythingInOrder() {
        Map<String, Integer> next = new HashMap<>();
        Set<String> sequenceNumbers = new HashSet<>();
        Map<String, BigInteger> lastOfShard = new HashMap<>();
        for (StoredRecord record : kinesis.storedRecords(STREAM)) {
            String key = record.partitionKey();
            int expected = next.merge(key, 1, Integer::sum) - 1;
            assertThat(record.data().asUtf8String()).isEqualTo(key + "/" + expected);
            assertThat(sequenceNumbers.add(record.sequenceNumber())).isTrue();
            BigInteger number = new BigInteger(record.sequenceNumber());
            BigInteger before = lastOfShard.put(record.shardId(), number);
            assertThat(before == null || before.compareTo(number) < 0).isTrue();
        }
        assertThat(next)
                .hasSize(WRITERS)
                .allSatisfy((key, count) -> assertThat(count).isEqualTo(CALLS * RECORDS));
        List<String> read = new ArrayList<>();
        client.listShards(r -> r.streamName(STREAM))
                .shards()
                .forEach(shard -> read.addAll(texts(readAll(client, shard.shardId()))));
        assertThat(read).hasSize(WRITERS * CALLS * RECORDS).doesNotHaveDuplicates();
    }

    @Test
    void aFaultForTheNextCallsHitsExactlyThatManyOfManyThreads() throws Exception {
        kinesis.createStream(STREAM, 1);
        InjectedFault fault =
                kinesis.faults().inject(KinesisFault.throttled("PutRecord").times(100));
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        int stored = 0;
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                tasks.add(this::putFiftyTimes);
            }
            for (Future<Integer> done : threads.invokeAll(tasks)) {
                stored += done.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(stored).isEqualTo(WRITERS * 50 - 100);
        assertThat(kinesis.storedRecords(STREAM)).hasSize(stored);
        assertThat(fault.hitCount()).isEqualTo(100);
        assertThat(kinesis.callCount("PutRecord")).isEqualTo(WRITERS * 50);
    }

    private int putFiftyTimes() {
        int stored = 0;
        for (int i = 0; i < 50; i++) {
            try {
                Kinesis.put(client, "k", "x");
                stored++;
            } catch (software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException e) {
                assertThat(e.isThrottlingException()).isTrue();
            }
        }
        return stored;
    }
}
