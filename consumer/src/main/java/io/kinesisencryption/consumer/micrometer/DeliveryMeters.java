// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/** What is measured of records that come and are delivered. Thread-safe. */
final class DeliveryMeters {
    private final StreamTags streams;
    private final MeterProvider<Counter> received;
    private final MeterProvider<Counter> receivedBytes;
    private final MeterProvider<DistributionSummary> dataKeys;
    private final MeterProvider<Timer> keyLoading;
    private final MeterProvider<Timer> behindLatest;
    private final MeterProvider<Counter> records;
    private final MeterProvider<Counter> userRecords;
    private final MeterProvider<Counter> dataBytes;
    private final MeterProvider<Timer> opening;
    private final MeterProvider<Timer> processing;

    DeliveryMeters(MeterRegistry registry, Tags tags, StreamTags streams) {
        this.streams = streams;
        Meters meters = new Meters(registry, tags);
        this.received = meters.counter("received.records", null, "Records that KCL handed over");
        this.receivedBytes = meters.counter("received.bytes", "bytes", "Size of their data as the stream stores it");
        this.dataKeys = meters.summary("batch.data.keys", "keys", "Different data keys that a batch needs");
        this.keyLoading = meters.timer("key.loading", "Loading the data keys that a batch lacks");
        this.behindLatest =
                meters.timer("behind.latest", "How far a shard was behind its newest record when a batch came");
        this.records = meters.counter("records", null, "Records that the application was given");
        this.userRecords = meters.counter("user.records", null, "User records that the application was given");
        this.dataBytes = meters.counter("data.bytes", "bytes", "Size of their data");
        this.opening = meters.timer("opening", "Opening the records of one call of the application");
        this.processing = meters.timer("processing", "What the application took for them");
    }

    void received(BatchReceived batch) {
        Tags stream = streams.of(batch.stream());
        received.withTags(stream).increment(batch.records());
        receivedBytes.withTags(stream).increment((double) batch.sizeBytes());
        dataKeys.withTags(stream).record(batch.dataKeys());
        keyLoading.withTags(stream).record(batch.keyLoading());
        if (batch.behindLatest() != null) {
            behindLatest.withTags(stream).record(batch.behindLatest());
        }
    }

    void delivered(Delivered delivery) {
        Tags stream = streams.of(delivery.stream());
        count(stream, "ENCRYPTED", delivery.records() - delivery.plaintextRecords());
        count(stream, "PLAINTEXT", delivery.plaintextRecords());
        userRecords.withTags(stream).increment(delivery.userRecords());
        dataBytes.withTags(stream).increment((double) delivery.dataSizeBytes());
        opening.withTags(stream).record(delivery.opening());
        processing
                .withTags(stream.and("outcome", delivery.failure() == null ? "SUCCESS" : "FAILURE"))
                .record(delivery.processing());
    }

    private void count(Tags stream, String kind, int count) {
        if (count > 0) {
            records.withTags(stream.and("kind", kind)).increment(count);
        }
    }
}
