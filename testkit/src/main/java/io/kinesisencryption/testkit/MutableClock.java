// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until a test moves it, for the {@code clock} option of the in-memory services and of whatever else reads the
 * time from a {@link Clock}.
 *
 * <pre>{@code
 * MutableClock clock = new MutableClock();
 * InMemoryKinesis kinesis = InMemoryKinesis.builder().clock(clock).build();
 * clock.advance(Duration.ofHours(25));             // every record put before has expired
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class MutableClock extends Clock {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final AtomicReference<Instant> now;
    private final ZoneId zone;

    /** A clock that stands at 2026-03-01T12:00:00Z, in UTC: the same time in every run. */
    public MutableClock() {
        this(START);
    }

    /**
     * A clock that stands at a time of the test's choice, in UTC.
     *
     * @param start the time
     */
    public MutableClock(Instant start) {
        this(new AtomicReference<>(Objects.requireNonNull(start, "start")), ZoneOffset.UTC);
    }

    private MutableClock(AtomicReference<Instant> now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    /**
     * Moves the clock on.
     *
     * @param duration how far, not negative
     * @throws IllegalArgumentException if it is negative; {@link #set} puts a clock back
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    "duration is " + duration + "; it must not be negative, and set() puts a clock back");
        }
        now.updateAndGet(instant -> instant.plus(duration));
    }

    /**
     * Puts the clock to a time, which may be earlier than the one it shows: as when a machine's clock is corrected.
     *
     * @param instant the time
     */
    public void set(Instant instant) {
        now.set(Objects.requireNonNull(instant, "instant"));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /**
     * The same clock in another zone: moving one moves both.
     *
     * @param zone the zone
     * @return a clock that shares this one's time
     */
    @Override
    public MutableClock withZone(ZoneId zone) {
        return new MutableClock(now, Objects.requireNonNull(zone, "zone"));
    }

    @Override
    public String toString() {
        return "MutableClock[" + instant() + ", " + zone + "]";
    }
}
