// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.CompletableFuture;

/**
 * Time, threads and chance, as the caches see them: one interface, so that a test can put a simulation in its place that runs an hour in a moment
 * and the same way each time. Thread-safe.
 */
public interface CacheEnvironment extends AutoCloseable {
    /**
     * The real thing, with daemon threads that are started when they are needed and end when they are idle.
     *
     * @param maxThreads how many may run at once
     * @return an environment, for the caller to close
     */
    static CacheEnvironment system(int maxThreads) {
        return new SystemEnvironment(maxThreads);
    }

    /**
     * A clock that nobody can set, but that may stand still while the machine is suspended.
     *
     * @return nanoseconds since an arbitrary moment
     */
    long nanoTime();

    /**
     * A clock that runs on while the machine is suspended, but that may be set at any time.
     *
     * @return milliseconds since 1970-01-01T00:00Z
     */
    long currentTimeMillis();

    /**
     * A number that spreads the callers of many processes.
     *
     * @return from 0 to below 1
     */
    double random();

    /**
     * Runs a task that may block, on another thread.
     *
     * @param task throws nothing
     * @throws java.util.concurrent.RejectedExecutionException if this is closed
     */
    void execute(Runnable task);

    /**
     * Runs a short task later.
     *
     * @param task does not block and throws nothing
     * @param delayNanos in how many nanoseconds
     * @throws java.util.concurrent.RejectedExecutionException if this is closed
     */
    void schedule(Runnable task, long delayNanos);

    /**
     * Waits until a future is completed, in whatever way.
     *
     * @param future what is waited for
     * @param timeoutNanos how long at most
     * @return whether it is completed
     * @throws InterruptedException if the thread is interrupted; the future is not affected
     */
    boolean await(CompletableFuture<?> future, long timeoutNanos) throws InterruptedException;

    /** Interrupts the tasks that run, forgets those that wait, and waits a few seconds at most for the threads to end. Closing twice does nothing. */
    @Override
    void close();
}
