// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.micrometer;

import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Objects;

/**
 * Measures the drop-in clients and the batching producer with Micrometer: records, bytes before and after encryption, how long it took, how full
 * aggregates and calls are, throttling, retries, and the time from put to acknowledgement. Make one for a registry and give it to every
 * client and producer. Thread-safe.
 *
 * <pre>{@code
 * var metrics = MicrometerProducerListener.of(registry);
 * var producer = BatchingProducer.builder(kinesis, encryption).stream("orders").listener(metrics).build();
 * metrics.watch(producer);
 * }</pre>
 *
 * <p>The meters begin with {@code kinesis.encryption.producer.}; {@code docs/operations.md} lists them. Beyond 100 streams, the others are counted
 * under one name.
 *
 * <p>Needs {@code io.micrometer:micrometer-core} on the class path.
 */
public final class MicrometerProducerListener implements ProducerListener {
    private final MeterRegistry registry;
    private final Tags tags;
    private final StreamTags streams = new StreamTags();
    private final ClientMeters client;
    private final BatchingMeters batching;

    private MicrometerProducerListener(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        this.client = new ClientMeters(registry, tags, streams);
        this.batching = new BatchingMeters(registry, tags, streams);
    }

    /**
     * A listener that measures into a registry.
     *
     * @param registry where the meters go
     * @return the listener
     */
    public static MicrometerProducerListener of(MeterRegistry registry) {
        return of(registry, Tags.empty());
    }

    /**
     * A listener that measures into a registry, under tags of its own.
     *
     * @param registry where the meters go
     * @param tags what every meter carries; the names of the tags in {@code docs/operations.md} are taken
     * @return the listener
     */
    public static MicrometerProducerListener of(MeterRegistry registry, Iterable<? extends Tag> tags) {
        return new MicrometerProducerListener(Objects.requireNonNull(registry, "registry"), Tags.of(tags));
    }

    /**
     * Shows how much waits in a producer's buffer, for as long as the producer is in use somewhere. One producer of each stream and listener.
     *
     * @param producer the producer
     */
    public void watch(BatchingProducer producer) {
        Tags stream = tags.and(streams.of(producer.stream()));
        Gauge.builder("kinesis.encryption.producer.buffer.records", producer, BatchingProducer::bufferedRecords)
                .description("User records that wait to be acknowledged")
                .tags(stream)
                .register(registry);
        Gauge.builder("kinesis.encryption.producer.buffer.bytes", producer, BatchingProducer::bufferedBytes)
                .description("What they take in the buffer")
                .baseUnit("bytes")
                .tags(stream)
                .register(registry);
    }

    @Override
    public void onRequestEncrypted(RequestEncrypted event) {
        client.encrypted(event);
    }

    @Override
    public void onRequestSplit(RequestSplit event) {
        client.split(event);
    }

    @Override
    public void onPartFailed(PartFailed event) {
        client.partFailed(event);
    }

    @Override
    public void onRecordRefused(RecordRefused event) {
        client.refused(event);
    }

    @Override
    public void onRecordLimitRead(RecordLimitRead event) {
        client.limitRead(event);
    }

    @Override
    public void onRecordLimitUnknown(RecordLimitUnknown event) {
        client.limitUnknown(event);
    }

    @Override
    public void onSlicesChosen(SlicesChosen event) {
        batching.divided(event);
    }

    @Override
    public void onAggregateSealed(AggregateSealed event) {
        batching.sealed(event);
    }

    @Override
    public void onPutStarted(PutStarted event) {
        batching.callStarted(event);
    }

    @Override
    public void onPutEnded(PutEnded event) {
        batching.callEnded(event);
    }

    @Override
    public void onRetry(Retry event) {
        batching.retried(event);
    }

    @Override
    public void onAcknowledged(Acknowledged event) {
        batching.acknowledged(event);
    }

    @Override
    public void onGivenUp(GivenUp event) {
        batching.givenUp(event);
    }
}
