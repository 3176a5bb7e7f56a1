// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.stream.Place;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** An application's record processor. It knows nothing of encryption: KCL hands it plaintext. */
final class OrderProcessor implements ShardRecordProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(OrderProcessor.class);

    private final Deliveries deliveries;
    private String shardId = "";

    OrderProcessor(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    @Override
    public void initialize(InitializationInput input) {
        shardId = input.shardId();
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        input.records().forEach(record -> {
            byte[] data = new byte[record.data().remaining()];
            record.data().duplicate().get(data);
            Place place = new Place(shardId, record.sequenceNumber(), record.subSequenceNumber());
            deliveries.returned(place, record.partitionKey(), data);
        });
        checkpoint(input.checkpointer());
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        // Another consumer goes on from the last checkpoint.
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        checkpoint(input.checkpointer());
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        checkpoint(input.checkpointer());
    }

    private void checkpoint(RecordProcessorCheckpointer checkpointer) {
        try {
            checkpointer.checkpoint();
        } catch (ShutdownException e) {
            LOG.debug("The lease of {} is gone", shardId, e);
        } catch (InvalidStateException e) {
            LOG.warn("The lease table is not as it should be: {} is not checkpointed", shardId, e);
        }
    }
}
