// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import io.kinesisencryption.EncryptionListener.KeyInstalled;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The data keys that encrypt now, by their number: as many as there are streams in use. Thread-safe. */
final class ActiveKeys {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private record Active(long beganNanos, long maxAgeNanos) {}

    private final ConcurrentHashMap<Long, Active> keys = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    ActiveKeys(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(KeyInstalled key) {
        keys.put(
                key.number(),
                new Active(
                        nanoTime.getAsLong() - key.age().toNanos(), key.maxAge().toNanos()));
    }

    void remove(long number) {
        keys.remove(number);
    }

    /** The age of the oldest in seconds, or not a number if there is none. */
    double greatestAge() {
        long now = nanoTime.getAsLong();
        return keys.values().stream()
                .mapToDouble(key -> (now - key.beganNanos) / NANOS_PER_SECOND)
                .max()
                .orElse(Double.NaN);
    }

    /** How many seconds the one that ends first can still be used, or not a number if there is none. */
    double leastTimeLeft() {
        long now = nanoTime.getAsLong();
        return keys.values().stream()
                .mapToDouble(key -> Math.max(0, key.beganNanos + key.maxAgeNanos - now) / NANOS_PER_SECOND)
                .min()
                .orElse(Double.NaN);
    }
}
