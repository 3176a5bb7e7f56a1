// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** An application's record processor that writes down what it gets, and then does what a test wants. */
final class RecordingApplication implements ShardRecordProcessor {
    final List<ProcessRecordsInput> batches = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    Consumer<ProcessRecordsInput> onBatch = input -> {};
    Consumer<RecordProcessorCheckpointer> onShardEnded = RecordingApplication::checkpoint;
    Consumer<RecordProcessorCheckpointer> onShutdownRequested = RecordingApplication::checkpoint;
    Runnable onOther = () -> {};

    /** The plaintexts of all batches, in order. */
    List<String> delivered() {
        return batches.stream().flatMap(batch -> texts(batch).stream()).toList();
    }

    static List<String> texts(ProcessRecordsInput batch) {
        return batch.records().stream()
                .map(record ->
                        StandardCharsets.UTF_8.decode(record.data().duplicate()).toString())
                .toList();
    }

    /** What an application does with a checkpointer. */
    interface Call {
        void on(RecordProcessorCheckpointer checkpointer) throws Exception;
    }

    /** As the application does it that lets KCL see what goes wrong. */
    static Consumer<RecordProcessorCheckpointer> doing(Call call) {
        return checkpointer -> {
            try {
                call.on(checkpointer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    static void checkpoint(RecordProcessorCheckpointer checkpointer) {
        doing(RecordProcessorCheckpointer::checkpoint).accept(checkpointer);
    }

    @Override
    public void initialize(InitializationInput input) {
        events.add("initialize " + input.shardId());
        onOther.run();
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        events.add("processRecords " + input.records().size());
        batches.add(input);
        onBatch.accept(input);
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        events.add("leaseLost");
        onOther.run();
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        events.add("shardEnded");
        onShardEnded.accept(input.checkpointer());
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        events.add("shutdownRequested");
        onShutdownRequested.accept(input.checkpointer());
    }
}
