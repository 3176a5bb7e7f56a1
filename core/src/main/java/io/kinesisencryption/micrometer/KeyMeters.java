// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import io.kinesisencryption.EncryptionListener.KeyInstalled;
import io.kinesisencryption.EncryptionListener.KeyLoadEnded;
import io.kinesisencryption.EncryptionListener.KeyLookup;
import io.kinesisencryption.EncryptionListener.KeyRetired;
import io.kinesisencryption.EncryptionListener.LookupResult;
import io.kinesisencryption.EncryptionListener.OldKeyUsed;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is measured of the data keys. Every tag is an enum's. Thread-safe. */
final class KeyMeters {
    /** Registered beforehand, because one is counted for each record. */
    private final Map<KeyLookup, Counter> lookups;

    private final Map<Operation, AtomicInteger> loading;
    private final Map<EnvelopeFormat, ActiveKeys> active;
    private final MeterProvider<Timer> loads;
    private final MeterProvider<Counter> retired;
    private final MeterProvider<DistributionSummary> recordsPerKey;
    private final MeterProvider<Counter> outdated;
    private final MeterProvider<Counter> underused;

    KeyMeters(MeterRegistry registry, Tags tags) {
        this.lookups = lookups(registry, tags);
        this.loads = Timer.builder("kinesis.encryption.key.loads")
                .description("Calls of the key service for a data key; the wait for the limits is not in them")
                .tags(tags)
                .withRegistry(registry);
        this.retired = Counter.builder("kinesis.encryption.keys.retired")
                .description("Data keys that are no longer used")
                .tags(tags)
                .withRegistry(registry);
        this.recordsPerKey = DistributionSummary.builder("kinesis.encryption.key.records")
                .description("Kinesis records that were sealed under a data key, when it is retired")
                .baseUnit("records")
                .tags(tags)
                .withRegistry(registry);
        this.outdated = Counter.builder("kinesis.encryption.key.outdated")
                .description("Minutes in which a data key was used that could not be replaced in time")
                .tags(tags)
                .withRegistry(registry);
        this.underused = Counter.builder("kinesis.encryption.key.underused")
                .description("Hours in which data keys were replaced after so few records that key calls cost too much")
                .tags(tags)
                .withRegistry(registry);
        this.loading = loading(registry, tags);
        this.active = active(registry, tags);
    }

    private static Map<KeyLookup, Counter> lookups(MeterRegistry registry, Tags tags) {
        Map<KeyLookup, Counter> lookups = new HashMap<>();
        for (Operation operation : Operation.values()) {
            for (EnvelopeFormat format : EnvelopeFormat.values()) {
                for (LookupResult result : LookupResult.values()) {
                    Counter counter = Counter.builder("kinesis.encryption.key.lookups")
                            .description("Look-ups of a data key for a record")
                            .tags(tags.and(
                                    "operation", operation.name(), "format", format.name(), "result", result.name()))
                            .register(registry);
                    lookups.put(new KeyLookup(operation, format, result), counter);
                }
            }
        }
        return Map.copyOf(lookups);
    }

    /** Held by the registry: the gauges of a listener that is gone say that there is no key, and not nothing. */
    private static Map<Operation, AtomicInteger> loading(MeterRegistry registry, Tags tags) {
        Map<Operation, AtomicInteger> loading = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            AtomicInteger count = new AtomicInteger();
            loading.put(operation, count);
            Gauge.builder("kinesis.encryption.key.loads.active", count, AtomicInteger::get)
                    .description("Calls of the key service for a data key that are not answered yet")
                    .tags(tags.and("operation", operation.name()))
                    .strongReference(true)
                    .register(registry);
        }
        return loading;
    }

    private static Map<EnvelopeFormat, ActiveKeys> active(MeterRegistry registry, Tags tags) {
        Map<EnvelopeFormat, ActiveKeys> active = new EnumMap<>(EnvelopeFormat.class);
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            ActiveKeys keys = new ActiveKeys(() -> registry.config().clock().monotonicTime());
            active.put(format, keys);
            Tags ofFormat = tags.and("format", format.name());
            TimeGauge.builder("kinesis.encryption.key.age", keys, TimeUnit.SECONDS, ActiveKeys::greatestAge)
                    .description("Age of the oldest data key that encrypts")
                    .tags(ofFormat)
                    .strongReference(true)
                    .register(registry);
            TimeGauge.builder("kinesis.encryption.key.time.left", keys, TimeUnit.SECONDS, ActiveKeys::leastTimeLeft)
                    .description("Time until the first data key that encrypts can no longer be used")
                    .tags(ofFormat)
                    .strongReference(true)
                    .register(registry);
        }
        return active;
    }

    void lookedUp(KeyLookup event) {
        of(event, lookups).increment();
    }

    void loadStarted(Operation operation) {
        of(operation, loading).incrementAndGet();
    }

    void loadEnded(KeyLoadEnded event) {
        of(event.operation(), loading).decrementAndGet();
        loads.withTags(
                        "operation",
                        event.operation().name(),
                        "format",
                        event.format().name(),
                        "reason",
                        event.reason().name(),
                        "outcome",
                        event.failure() == null ? "SUCCESS" : event.failure().name())
                .record(event.duration());
    }

    void installed(KeyInstalled event) {
        of(event.format(), active).add(event);
    }

    void retired(KeyRetired event) {
        retired.withTags(
                        "operation",
                        event.operation().name(),
                        "format",
                        event.format().name(),
                        "reason",
                        event.reason().name())
                .increment();
        if (event.operation() == Operation.ENCRYPT) {
            recordsPerKey.withTag("format", event.format().name()).record((double) event.records());
            of(event.format(), active).remove(event.number());
        }
    }

    void oldKeyUsed(OldKeyUsed event) {
        outdated.withTags(
                        "format", event.format().name(), "code", event.failure().name())
                .increment();
    }

    void fewRecords(EnvelopeFormat format) {
        underused.withTag("format", format.name()).increment();
    }

    /** There is one for each of an enum's values. */
    private static <K, V> V of(K key, Map<K, V> meters) {
        return Objects.requireNonNull(meters.get(key));
    }
}
