// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a factory's shards wait for, now. */
final class WaitGauges {
    private WaitGauges() {}

    static void register(DecryptingShardRecordProcessorFactory factory, MeterRegistry registry, Tags tags) {
        for (HoldReason reason : HoldReason.values()) {
            Gauge.builder(Meters.PREFIX + "shards.waiting", factory, of -> waiting(of, reason))
                    .description("Shards that wait")
                    .tags(tags.and("reason", reason.name()))
                    .register(registry);
        }
        time("wait.longest", "How long the shard has waited that waits longest", Hold::since, factory, registry, tags);
        time(
                "waiting.record.age",
                "Age of the oldest record that a shard waits at",
                Hold::arrival,
                factory,
                registry,
                tags);
        Gauge.builder(Meters.PREFIX + "records.held.back", factory, WaitGauges::heldBack)
                .description("Records that KCL has handed over and that wait")
                .tags(tags)
                .register(registry);
        Gauge.builder(
                        Meters.PREFIX + "records.in.progress",
                        factory,
                        DecryptingShardRecordProcessorFactory::recordsInProgress)
                .description("Records that KCL has handed over and that are not yet done with")
                .tags(tags)
                .register(registry);
    }

    /** The time since something, which is never negative although clocks can be set back. */
    static Duration since(Instant then, Clock clock) {
        Duration time = Duration.between(then, Instant.ofEpochMilli(clock.wallTime()));
        return time.isNegative() ? Duration.ZERO : time;
    }

    private static void time(
            String name,
            String description,
            Function<Hold, @Nullable Instant> start,
            DecryptingShardRecordProcessorFactory factory,
            MeterRegistry registry,
            Tags tags) {
        Clock clock = registry.config().clock();
        TimeGauge.builder(Meters.PREFIX + name, factory, TimeUnit.MILLISECONDS, of -> longestMillis(of, start, clock))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static double longestMillis(
            DecryptingShardRecordProcessorFactory factory, Function<Hold, @Nullable Instant> start, Clock clock) {
        return factory.holds().stream()
                .map(start)
                .filter(Objects::nonNull)
                .mapToDouble(then -> (double) since(then, clock).toMillis())
                .max()
                .orElse(0);
    }

    private static double waiting(DecryptingShardRecordProcessorFactory factory, HoldReason reason) {
        return (double)
                factory.holds().stream().filter(hold -> hold.reason() == reason).count();
    }

    private static double heldBack(DecryptingShardRecordProcessorFactory factory) {
        return factory.holds().stream().mapToDouble(Hold::recordsHeldBack).sum();
    }
}
