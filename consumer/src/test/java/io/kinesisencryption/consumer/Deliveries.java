// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** What the record processors of all shards of an application got. Thread-safe. */
final class Deliveries {
    /** What an application does before it takes what a call brings; if it throws, it has taken nothing. */
    interface Before {
        /**
         * Called with each call of KCL.
         *
         * @param call the name of the method
         * @param batch the records; empty unless it is {@code processRecords}
         */
        void call(String call, String shardId, List<String> batch);
    }

    final List<String> shardEnds = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> byShard = new HashMap<>();
    private volatile Before before = (call, shardId, batch) -> {};
    private volatile boolean checkpoints = true;

    void before(Before action) {
        before = action;
    }

    /** From now on nothing is checkpointed. */
    void stopCheckpoints() {
        checkpoints = false;
    }

    /** A processor that checkpoints each batch, and whenever else it can. */
    ShardRecordProcessor processor() {
        return new Processor();
    }

    synchronized void add(String shardId, List<String> batch) {
        byShard.computeIfAbsent(shardId, id -> new ArrayList<>()).addAll(batch);
    }

    synchronized List<String> of(String shardId) {
        return List.copyOf(byShard.getOrDefault(shardId, List.of()));
    }

    synchronized List<String> all() {
        return byShard.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(shard -> shard.getValue().stream())
                .toList();
    }

    /** What was put for this part of the hash-key space: parents come before children in the order of shard ids. */
    List<String> ofPart(int shard) {
        return all().stream().filter(data -> data.endsWith("of shard " + shard)).toList();
    }

    void await(List<String> expected) throws Exception {
        Await.until(
                expected.size() + " records are delivered",
                () -> all().containsAll(expected),
                () -> all().size() + " of them");
    }

    private final class Processor implements ShardRecordProcessor {
        private String shardId = "";

        @Override
        public void initialize(InitializationInput input) {
            before.call("initialize", input.shardId(), List.of());
            shardId = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            List<String> batch = input.records().stream()
                    .map(record -> StandardCharsets.UTF_8.decode(record.data()).toString())
                    .toList();
            before.call("processRecords", shardId, batch);
            add(shardId, batch);
            if (checkpoints) {
                RecordingApplication.checkpoint(input.checkpointer());
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            before.call("leaseLost", shardId, List.of());
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            before.call("shardEnded", shardId, List.of());
            shardEnds.add(shardId);
            RecordingApplication.checkpoint(input.checkpointer());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            before.call("shutdownRequested", shardId, List.of());
            if (checkpoints) {
                RecordingApplication.checkpoint(input.checkpointer());
            }
        }
    }
}
