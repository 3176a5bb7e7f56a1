// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only while a shard waits. Each wait is written down, may run something first, as if it happened meanwhile, and returns at once.
 * After a thousand waits it stops by itself, so that a test which holds for ever fails instead.
 */
final class SimulatedTime implements HoldTimer {
    static final Instant START = Instant.parse("2026-11-24T00:00:00Z");

    private static final int LARGEST_NUMBER_OF_WAITS = 1000;

    private final List<Duration> waits = new ArrayList<>();
    private final List<Runnable> meanwhile = new ArrayList<>();
    private Duration elapsed = Duration.ZERO;
    private boolean stopped;
    private Runnable afterEachWait = () -> {};
    /** For the factories that are made from now on. */
    SchemaDecoder schemas = SchemaDecoder.NONE;

    /** What holds need under this time, with a listener that is called at once and a KCL loop that never waits. */
    HoldEnvironment environment(ConsumerListener listener) {
        return environment(listener, HoldEnvironment.OWN_THREADS, loop -> false, FailurePolicies.DEFAULTS, null);
    }

    HoldEnvironment environment(
            ConsumerListener listener,
            Executor takeovers,
            SchedulerWatch watch,
            FailurePolicies policies,
            Path passFile) {
        return new HoldEnvironment(
                this,
                () -> 0.5,
                new ConsumerEvents(listener, Runnable::run),
                takeovers,
                watch,
                policies,
                new LetPass(passFile),
                new WaitingShards(),
                schemas);
    }

    /** Runs something during the wait of this number, counted from 1. */
    SimulatedTime during(int wait, Runnable action) {
        while (meanwhile.size() < wait) {
            meanwhile.add(() -> {});
        }
        meanwhile.set(wait - 1, action);
        return this;
    }

    /** Runs something at the end of each wait. */
    void afterEachWait(Runnable action) {
        afterEachWait = action;
    }

    List<Duration> waits() {
        return List.copyOf(waits);
    }

    void advance(Duration duration) {
        elapsed = elapsed.plus(duration);
    }

    @Override
    public Instant now() {
        return START.plus(elapsed);
    }

    @Override
    public long nanoTime() {
        return elapsed.toNanos();
    }

    @Override
    public Wake await(Duration duration, BooleanSupplier leave) {
        waits.add(duration);
        if (waits.size() <= meanwhile.size()) {
            meanwhile.get(waits.size() - 1).run();
        }
        afterEachWait.run();
        if (Thread.currentThread().isInterrupted()) {
            return Wake.INTERRUPTED;
        }
        if (leave.getAsBoolean()) {
            return Wake.LEFT;
        }
        if (stopped || waits.size() >= LARGEST_NUMBER_OF_WAITS) {
            return Wake.STOPPED;
        }
        advance(duration);
        return Wake.TIME;
    }

    @Override
    public void stop() {
        stopped = true;
    }
}
