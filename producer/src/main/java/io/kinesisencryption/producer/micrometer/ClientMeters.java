// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.micrometer;

import io.kinesisencryption.producer.ProducerListener.PartFailed;
import io.kinesisencryption.producer.ProducerListener.RecordLimitRead;
import io.kinesisencryption.producer.ProducerListener.RecordLimitUnknown;
import io.kinesisencryption.producer.ProducerListener.RecordRefused;
import io.kinesisencryption.producer.ProducerListener.RequestEncrypted;
import io.kinesisencryption.producer.ProducerListener.RequestSplit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is measured of the drop-in clients. Thread-safe. */
final class ClientMeters {
    private static final String PREFIX = "kinesis.encryption.producer.client.";

    private final StreamTags streams;
    private final MeterProvider<Counter> records;
    private final MeterProvider<Counter> plainBytes;
    private final MeterProvider<Counter> sealedBytes;
    private final MeterProvider<Timer> encryption;
    private final MeterProvider<Counter> split;
    private final MeterProvider<Counter> partsFailed;
    private final MeterProvider<Counter> refused;
    private final MeterProvider<Counter> limits;

    ClientMeters(MeterRegistry registry, Tags tags, StreamTags streams) {
        this.streams = streams;
        Meters meters = new Meters(registry, PREFIX, tags);
        this.records = meters.counter("records", null, "Records that were encrypted");
        this.plainBytes = meters.counter("plain.bytes", "bytes", "Their size as the application gave them");
        this.sealedBytes = meters.counter("sealed.bytes", "bytes", "Their size as they are sent");
        this.encryption = meters.timer("encryption", "Encrypting a request, any wait for a data key included");
        this.split = meters.counter("requests.split", null, "Requests that took several calls");
        this.partsFailed =
                meters.counter("parts.failed", null, "Calls of split requests that failed after another one succeeded");
        this.refused = meters.counter("records.refused", null, "Records that do not fit");
        this.limits =
                meters.counter("record.limit.reads", null, "Questions for the largest record that a stream takes");
    }

    void encrypted(RequestEncrypted event) {
        Tags stream = streams.of(event.stream());
        records.withTags(stream).increment(event.records());
        plainBytes.withTags(stream).increment((double) event.plainSizeBytes());
        sealedBytes.withTags(stream).increment((double) event.sealedSizeBytes());
        encryption.withTags(stream).record(event.encryptionNanos(), TimeUnit.NANOSECONDS);
    }

    void split(RequestSplit event) {
        split.withTags(streams.of(event.stream())).increment();
    }

    void partFailed(PartFailed event) {
        partsFailed.withTags(streams.of(event.stream())).increment();
    }

    void refused(RecordRefused event) {
        refused.withTags(streams.of(event.stream())).increment();
    }

    void limitRead(RecordLimitRead event) {
        limits.withTags(streams.of(event.stream()).and("outcome", "SUCCESS")).increment();
    }

    void limitUnknown(RecordLimitUnknown event) {
        limits.withTags(streams.of(event.stream()).and("outcome", "FAILURE")).increment();
    }
}
