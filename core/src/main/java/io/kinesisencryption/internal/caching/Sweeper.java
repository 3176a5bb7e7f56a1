// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Looks for keys that are too old once a minute, as long as there are keys: nobody asks for the keys of a process that has gone quiet, and they
 * should not lie in its memory for days. Thread-safe.
 */
final class Sweeper {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CacheEnvironment environment;
    private final BooleanSupplier sweep;
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * Makes one that does not run yet.
     *
     * @param sweep drops what is too old and says whether anything is left
     */
    Sweeper(CacheEnvironment environment, BooleanSupplier sweep) {
        this.environment = environment;
        this.sweep = sweep;
    }

    /** There are keys now. */
    void start() {
        if (!running.get() && running.compareAndSet(false, true)) {
            schedule();
        }
    }

    private void schedule() {
        try {
            environment.schedule(this::run, INTERVAL_NANOS);
        } catch (RejectedExecutionException e) {
            // Closed, and so are the keys.
        }
    }

    private void run() {
        // Before looking, so that a key that comes after the look starts it again.
        running.set(false);
        if (sweep.getAsBoolean()) {
            start();
        }
    }
}
