// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.ConsumerListener.Outcome;
import io.kinesisencryption.consumer.ConsumerListener.PassedRecord;
import io.kinesisencryption.consumer.ConsumerListener.RecordFailure;
import io.kinesisencryption.consumer.ConsumerListener.ShardHalted;
import io.kinesisencryption.error.ErrorCode;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/** What is measured of records that cannot be decrypted, and of shards that wait. Thread-safe. */
final class FailureMeters {
    private final StreamTags streams;
    private final Clock clock;
    private final MeterProvider<Counter> failed;
    private final MeterProvider<Counter> passedOver;
    private final MeterProvider<Counter> started;
    private final MeterProvider<Counter> retries;
    private final MeterProvider<Timer> ended;
    private final MeterProvider<Counter> halted;

    FailureMeters(MeterRegistry registry, Tags tags, StreamTags streams) {
        this.streams = streams;
        this.clock = registry.config().clock();
        Meters meters = new Meters(registry, tags);
        this.failed = meters.counter("records.failed", null, "Records that could not be decrypted at first");
        this.passedOver = meters.counter("records.passed.over", null, "Records that were not delivered");
        this.started = meters.counter("holds.started", null, "Times that a shard began to wait");
        this.retries = meters.counter("hold.retries", null, "Attempts in vain while a shard waits");
        this.ended = meters.timer("holds", "Waits of a shard that have ended");
        this.halted = meters.counter("shards.halted", null, "Shards that were given up");
    }

    void failed(RecordFailure failure) {
        failed.withTags(streams.of(failure.stream())
                        .and(
                                "code",
                                nameOf(failure.code()),
                                "action",
                                failure.decision().action().name()))
                .increment();
    }

    void passedOver(PassedRecord record) {
        passedOver
                .withTags(streams.of(record.stream())
                        .and(
                                "code",
                                nameOf(record.code()),
                                "passage",
                                record.passage().name(),
                                "kept",
                                String.valueOf(record.deadLettered())))
                .increment();
    }

    void holdStarted(Hold hold) {
        started.withTags(reasonOf(hold)).increment();
    }

    void stillHolding(Hold hold) {
        retries.withTags(reasonOf(hold)).increment();
    }

    void holdEnded(Hold hold, Outcome outcome) {
        ended.withTags(reasonOf(hold).and("outcome", outcome.name())).record(WaitGauges.since(hold.since(), clock));
    }

    void halted(ShardHalted shard) {
        halted.withTags(streams.of(shard.stream())).increment();
    }

    private Tags reasonOf(Hold hold) {
        return streams.of(hold.stream()).and("reason", hold.reason().name());
    }

    private static String nameOf(@Nullable ErrorCode code) {
        return code == null ? "OTHER" : code.name();
    }
}
