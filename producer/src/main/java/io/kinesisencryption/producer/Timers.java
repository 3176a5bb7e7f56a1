// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Calls later. Thread-safe. */
interface Timers {
    /** Those of the JDK: one thread for the whole process, which is there for this, and the common pool for what is called. */
    Timers SYSTEM = (delayNanos, action) -> {
        CompletableFuture<Void> timer =
                new CompletableFuture<Void>().orTimeout(Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
        var unused = timer.exceptionallyAsync(timeout -> {
            action.run();
            return null;
        });
        return () -> timer.complete(null);
    };

    /**
     * Sets a timer.
     *
     * @param delayNanos from now; at once if it is not positive
     * @param action called on a thread on which the application's code may run
     * @return cancels it
     */
    Runnable start(long delayNanos, Runnable action);
}
