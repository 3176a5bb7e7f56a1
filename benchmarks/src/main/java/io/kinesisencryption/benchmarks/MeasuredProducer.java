// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.BatchingProducerBuilder;
import io.kinesisencryption.producer.batching.PlaintextProducers;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** A batching producer as an application has it by default, of COMPACT aggregates, and what became of its records. */
final class MeasuredProducer implements AutoCloseable {
    private final BatchingProducer producer;
    private final LongAdder acknowledged;
    private long put;

    private MeasuredProducer(BatchingProducer producer, LongAdder acknowledged) {
        this.producer = producer;
        this.acknowledged = acknowledged;
    }

    static MeasuredProducer encrypting(KinesisAsyncClient client, Owner owner) {
        LongAdder acknowledged = new LongAdder();
        return new MeasuredProducer(
                builder(client, owner, event -> acknowledged.add(event.userRecords()))
                        .build(),
                acknowledged);
    }

    /** The same one, but its aggregates stay plaintext. */
    static MeasuredProducer plaintext(KinesisAsyncClient client, Owner owner, Consumer<byte[]> seen) {
        LongAdder acknowledged = new LongAdder();
        return new MeasuredProducer(
                PlaintextProducers.build(builder(client, owner, event -> acknowledged.add(event.userRecords())), seen),
                acknowledged);
    }

    /** What is built when nothing but the stream and the format are set. */
    static BatchingProducerBuilder builder(
            KinesisAsyncClient client, Owner owner, Consumer<ProducerListener.Acknowledged> acknowledged) {
        return BatchingProducer.builder(client, owner.encryption()).stream(Samples.STREAM)
                .encryptorOptions(EncryptorOptions.builder()
                        .format(EnvelopeFormat.COMPACT)
                        .build())
                .listener(new ProducerListener() {
                    @Override
                    public void onAcknowledged(Acknowledged event) {
                        acknowledged.accept(event);
                    }
                });
    }

    BatchingProducer producer() {
        return producer;
    }

    /** Puts records as fast as they are taken, from this thread, and waits until all are acknowledged. */
    void put(Workload workload, int count) {
        for (int i = 0; i < count; i++) {
            var unused = producer.put(workload.next());
        }
        put += count;
        producer.flush().join();
        if (acknowledged.sum() != put) {
            throw new IllegalStateException("%d of %d records were acknowledged".formatted(acknowledged.sum(), put));
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
