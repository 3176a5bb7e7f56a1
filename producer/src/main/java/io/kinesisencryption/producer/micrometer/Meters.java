// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Makes meters whose names begin alike and that carry the same tags.
 *
 * @param registry where they go
 * @param prefix what their names begin with
 * @param tags what each of them carries
 */
record Meters(MeterRegistry registry, String prefix, Tags tags) {
    MeterProvider<Counter> counter(String name, @Nullable String unit, String description) {
        return Counter.builder(prefix + name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .withRegistry(registry);
    }

    MeterProvider<DistributionSummary> summary(String name, String unit, String description) {
        return DistributionSummary.builder(prefix + name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .withRegistry(registry);
    }

    MeterProvider<Timer> timer(String name, String description) {
        return Timer.builder(prefix + name).description(description).tags(tags).withRegistry(registry);
    }
}
