// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What the asynchronous client reads with.
 *
 * @param batches opens records
 * @param executor where it does
 * @param pause runs a task after a pause
 */
record ReadEnvironment(RecordBatches batches, Executor executor, Pause pause) {
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final int LONGEST_AFTER = 7;

    /** Runs tasks later, without a thread that waits. */
    @FunctionalInterface
    interface Pause {
        /** By the JVM's own timer. */
        Pause BY_THE_CLOCK =
                (millis, executor, task) -> CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, executor)
                        .execute(task);

        void then(long millis, Executor executor, Runnable task);
    }

    /** Runs a task after a pause that grows from a quarter of a second to half a minute, shortened by up to a half at random. */
    void later(int attempts, Runnable task) {
        long most = attempts >= LONGEST_AFTER ? LONGEST_PAUSE_MILLIS : FIRST_PAUSE_MILLIS << attempts;
        pause.then(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1), executor, task);
    }
}
