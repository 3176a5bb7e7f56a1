// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.checkpoint.ShardRecordProcessorCheckpointer;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * The tests that an application has of its record processor, which know KCL's interfaces and nothing of encryption. They run as they are against the bare
 * application and against the wrapped one.
 */
abstract class ApplicationTest {
    private static final String SHARD = "shardId-000000000007";

    private final Totals totals = new Totals();
    private final InMemoryCheckpointer leaseTable = new InMemoryCheckpointer(ExtendedSequenceNumber.TRIM_HORIZON);
    private final ShardRecordProcessorCheckpointer checkpointer = new ShardRecordProcessorCheckpointer(
            new ShardInfo(SHARD, "token", List.of(), ExtendedSequenceNumber.TRIM_HORIZON), leaseTable);
    private ShardRecordProcessor processor;

    /** The factory that KCL is given. */
    abstract ShardRecordProcessorFactory factory(ShardRecordProcessorFactory application);

    /** What the stream stores of a record. */
    abstract byte[] stored(String data);

    @BeforeEach
    void start() {
        processor = factory(() -> totals).shardRecordProcessor(StreamIdentifier.singleStreamInstance("orders"));
        checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.TRIM_HORIZON);
        checkpointer.setInitialCheckpointValue(ExtendedSequenceNumber.TRIM_HORIZON);
        processor.initialize(InitializationInput.builder()
                .shardId(SHARD)
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build());
    }

    private KinesisClientRecord order(int number, String customer, int amount) {
        return record(number, customer, customer + "=" + amount);
    }

    private KinesisClientRecord record(int number, String key, String data) {
        return KinesisClientRecord.builder()
                .sequenceNumber(Integer.toString(number))
                .partitionKey(key)
                .data(ByteBuffer.wrap(stored(data)))
                .build();
    }

    private void process(KinesisClientRecord... records) {
        if (records.length > 0) {
            checkpointer.largestPermittedCheckpointValue(
                    new ExtendedSequenceNumber(records[records.length - 1].sequenceNumber()));
        }
        processor.processRecords(ProcessRecordsInput.builder()
                .records(new ArrayList<>(List.of(records)))
                .checkpointer(checkpointer)
                .millisBehindLatest(0L)
                .build());
    }

    private ExtendedSequenceNumber checkpoint() {
        return leaseTable.getCheckpoint(SHARD);
    }

    @Test
    void knowsItsShard() {
        assertThat(totals.shardId).isEqualTo(SHARD);
    }

    @Test
    void sumsOrdersByCustomerAndCheckpointsEachBatch() {
        process(order(1, "ada", 10), order(2, "grace", 5), order(3, "ada", 7));
        assertThat(checkpoint()).isEqualTo(new ExtendedSequenceNumber("3"));

        process(order(4, "grace", 1));
        assertThat(checkpoint()).isEqualTo(new ExtendedSequenceNumber("4"));

        assertThat(totals.byCustomer).containsExactly(Map.entry("ada", 17), Map.entry("grace", 6));
        assertThat(totals.keys).containsExactly("ada", "grace", "ada", "grace");
    }

    @Test
    void anEmptyBatchChangesNothing() {
        process();

        assertThat(totals.byCustomer).isEmpty();
        assertThat(leaseTable.written()).isEmpty();
    }

    @Test
    void checkpointsEachRecordWhenAsked() {
        totals.checkpointEach = true;

        process(order(1, "ada", 10), order(2, "ada", 5));

        assertThat(leaseTable.written())
                .containsExactly(new ExtendedSequenceNumber("1"), new ExtendedSequenceNumber("2"));
    }

    @Test
    void preparesACheckpointWithItsStateAndCommitsIt() throws Exception {
        totals.prepare = true;
        process(order(1, "ada", 10));

        assertThat(leaseTable.getCheckpointObject(SHARD).pendingCheckpointState())
                .isEqualTo(new byte[] {10});
        assertThat(leaseTable.written()).isEmpty();
    }

    @Test
    void aRecordThatIsNoOrderEndsTheBatchWithAnException() {
        assertThatThrownBy(() -> process(order(1, "ada", 10), record(2, "x", "no order"), order(3, "ada", 1)))
                .isInstanceOf(NumberFormatException.class);

        assertThat(totals.byCustomer).containsExactly(Map.entry("ada", 10));
        assertThat(leaseTable.written()).isEmpty();
    }

    @Test
    void completesItsShard() {
        process(order(1, "ada", 10));
        checkpointer.sequenceNumberAtShardEnd(checkpointer.largestPermittedCheckpointValue());
        checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.SHARD_END);

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());

        assertThat(checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void checkpointsBeforeAShutdown() {
        totals.checkpointAtShutdownOnly = true;
        process(order(1, "ada", 10), order(2, "ada", 5));
        assertThat(leaseTable.written()).isEmpty();

        processor.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(checkpointer).build());

        assertThat(checkpoint()).isEqualTo(new ExtendedSequenceNumber("2"));
    }

    @Test
    void forgetsItsTotalsWithItsLease() {
        process(order(1, "ada", 10));

        processor.leaseLost(LeaseLostInput.builder().build());

        assertThat(totals.byCustomer).isEmpty();
    }

    /** An application: it adds up what each customer of a shard has ordered. */
    private static final class Totals implements ShardRecordProcessor {
        final Map<String, Integer> byCustomer = new TreeMap<>();
        final List<String> keys = new ArrayList<>();
        String shardId = "";
        boolean checkpointEach;
        boolean checkpointAtShutdownOnly;
        boolean prepare;

        @Override
        public void initialize(InitializationInput input) {
            shardId = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord record : input.records()) {
                byte[] data = new byte[record.data().remaining()];
                record.data().get(data);
                String[] order = new String(data, StandardCharsets.UTF_8).split("=", 2);
                byCustomer.merge(order[0], Integer.valueOf(order[order.length - 1]), Integer::sum);
                keys.add(record.partitionKey());
                if (checkpointEach) {
                    store(() -> input.checkpointer().checkpoint(record.sequenceNumber(), record.subSequenceNumber()));
                }
            }
            if (prepare) {
                byte[] state = {byCustomer.values().iterator().next().byteValue()};
                store(() -> input.checkpointer().prepareCheckpoint(state));
            } else if (!checkpointAtShutdownOnly && !input.records().isEmpty()) {
                store(input.checkpointer()::checkpoint);
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            byCustomer.clear();
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            store(input.checkpointer()::checkpoint);
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            RecordProcessorCheckpointer checkpointer = input.checkpointer();
            store(checkpointer::checkpoint);
        }

        private interface Store {
            void run() throws Exception;
        }

        private static void store(Store store) {
            try {
                store.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
