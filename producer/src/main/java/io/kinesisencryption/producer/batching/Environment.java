// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

/**
 * Time, threads and chance, as the engine sees them: one interface, so that a test can put a simulation in its place that runs minutes in a
 * moment and the same way each time. Thread-safe.
 */
interface Environment {
    /** A clock that nobody can set, in nanoseconds since an arbitrary moment. */
    long nanoTime();

    /** A number that spreads the callers of many processes, from 0 to below 1. */
    double random();

    /** Runs a task that may block, on another thread. */
    void seal(Runnable task);

    /** Runs a task that calls code of the application's, on another thread, in the order of these calls. */
    void complete(Runnable task);

    /** Whether the caller is a task of {@link #complete}. */
    boolean isCompleting();

    /** Makes the engine run now, if it does not already. */
    void wake();

    /** Makes the engine run soon: one that has just taken records waits a moment for more of them. */
    void wakeSoon();
}
