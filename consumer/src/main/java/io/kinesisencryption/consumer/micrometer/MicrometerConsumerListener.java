// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import io.kinesisencryption.consumer.ConsumerListener;
import io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Objects;

/**
 * Measures a consumer with Micrometer: what it reads, opens and delivers, data keys, records that cannot be decrypted by code and by what is done about
 * them, and how many shards wait, why and for how long. Make one for a registry and give it to the factory. Thread-safe.
 *
 * <pre>{@code
 * var metrics = MicrometerConsumerListener.of(registry);
 * var factory = DecryptingShardRecordProcessorFactory.builder(new MyProcessorFactory(), encryption).listener(metrics).build();
 * metrics.watch(factory);
 * }</pre>
 *
 * <p>The meters begin with {@code kinesis.encryption.consumer.}; {@code docs/operations.md} lists them. No tag names a shard or a record; beyond 100
 * streams, the others are counted under one name.
 *
 * <p>Needs {@code io.micrometer:micrometer-core} on the class path.
 */
public final class MicrometerConsumerListener implements ConsumerListener {
    private final MeterRegistry registry;
    private final Tags tags;
    private final DeliveryMeters deliveries;
    private final FailureMeters failures;

    private MicrometerConsumerListener(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        StreamTags streams = new StreamTags();
        this.deliveries = new DeliveryMeters(registry, tags, streams);
        this.failures = new FailureMeters(registry, tags, streams);
    }

    /**
     * A listener that measures into a registry.
     *
     * @param registry where the meters go
     * @return the listener
     */
    public static MicrometerConsumerListener of(MeterRegistry registry) {
        return of(registry, Tags.empty());
    }

    /**
     * A listener that measures into a registry, under tags of its own.
     *
     * @param registry where the meters go
     * @param tags what every meter carries; the names of the tags in {@code docs/operations.md} are taken
     * @return the listener
     */
    public static MicrometerConsumerListener of(MeterRegistry registry, Iterable<? extends Tag> tags) {
        return new MicrometerConsumerListener(Objects.requireNonNull(registry, "registry"), Tags.of(tags));
    }

    /**
     * Shows which shards wait, for as long as the factory is in use somewhere. One factory of each listener: a second one needs a listener with tags that
     * tell them apart.
     *
     * @param factory the factory
     */
    public void watch(DecryptingShardRecordProcessorFactory factory) {
        WaitGauges.register(Objects.requireNonNull(factory, "factory"), registry, tags);
    }

    @Override
    public void onBatchReceived(BatchReceived batch) {
        deliveries.received(batch);
    }

    @Override
    public void onDelivered(Delivered delivery) {
        deliveries.delivered(delivery);
    }

    @Override
    public void onHoldStarted(Hold hold) {
        failures.holdStarted(hold);
    }

    @Override
    public void onStillHolding(Hold hold) {
        failures.stillHolding(hold);
    }

    @Override
    public void onHoldEnded(Hold hold, Outcome outcome) {
        failures.holdEnded(hold, outcome);
    }

    @Override
    public void onRecordFailed(RecordFailure failure) {
        failures.failed(failure);
    }

    @Override
    public void onRecordPassedOver(PassedRecord record) {
        failures.passedOver(record);
    }

    @Override
    public void onShardHalted(ShardHalted shard) {
        failures.halted(shard);
    }
}
