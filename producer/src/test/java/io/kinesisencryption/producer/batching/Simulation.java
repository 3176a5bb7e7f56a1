// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An engine's surroundings without a thread or a clock: what would happen at some time happens when {@link #run} comes to it, in the same order each
 * time. An engine that keeps asking to be run without doing anything fails the test.
 */
final class Simulation implements Environment {
    private static final int MOST_RUNS_AT_ONE_TIME = 100_000;

    final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.nanos, b.nanos);
        return byTime != 0 ? byTime : Long.compare(a.number, b.number);
    });
    private final Duration sealing;
    private @Nullable Engine engine;
    private long nowNanos = 1_000_000_000L;
    private long count;
    private boolean completing;
    private int stalls;

    /** Runs on the thread of who has just left a record for the engine. */
    Runnable onWakeSoon = () -> {};

    private record Event(long nanos, long number, Runnable task) {}

    Simulation(Random random, Duration sealing) {
        this.random = random;
        this.sealing = sealing;
    }

    void drive(Engine engine) {
        this.engine = engine;
    }

    /** Does something later. */
    void in(Duration delay, Runnable task) {
        events.add(new Event(nowNanos + delay.toNanos(), count++, task));
    }

    /** The service's clock, which goes as the producer's does. */
    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.EPOCH.plusNanos(nowNanos);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    /** Lets time pass while nothing runs, as when the machine is suspended. */
    void jump(Duration duration) {
        nowNanos += duration.toNanos();
    }

    /** Lets everything happen that happens within a time. */
    void run(Duration duration) {
        long endNanos = nowNanos + duration.toNanos();
        while (true) {
            long waitNanos = engine.run();
            Event next = events.peek();
            if (next != null && next.nanos <= nowNanos) {
                events.remove();
                next.task.run();
                stalls = 0;
                continue;
            }
            if (waitNanos <= 0 || engine.hasWork()) {
                if (++stalls > MOST_RUNS_AT_ONE_TIME) {
                    throw new AssertionError("The engine asks to be run again and again without anything to do");
                }
                continue;
            }
            long nextNanos = Math.min(
                    next == null ? Long.MAX_VALUE : next.nanos,
                    waitNanos > Long.MAX_VALUE - nowNanos ? Long.MAX_VALUE : nowNanos + waitNanos);
            if (nextNanos > endNanos) {
                nowNanos = endNanos;
                return;
            }
            if (nextNanos > nowNanos) {
                stalls = 0;
            }
            nowNanos = nextNanos;
        }
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public double random() {
        return random.nextDouble();
    }

    @Override
    public void seal(Runnable task) {
        in(sealing, task);
    }

    @Override
    public void complete(Runnable task) {
        in(Duration.ZERO, () -> {
            completing = true;
            task.run();
            completing = false;
        });
    }

    @Override
    public boolean isCompleting() {
        return completing;
    }

    @Override
    public void wake() {}

    @Override
    public void wakeSoon() {
        onWakeSoon.run();
    }
}
