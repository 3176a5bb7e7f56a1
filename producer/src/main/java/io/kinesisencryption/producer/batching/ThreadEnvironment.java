// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The machine's clock and daemon threads: one that runs the engine, one that completes futures, and a few that seal. Thread-safe. */
final class ThreadEnvironment implements Environment {
    private static final AtomicInteger PRODUCERS = new AtomicInteger();
    private static final int MAX_SEALING_THREADS = 4;
    private static final long IDLE_SECONDS = 10;

    /** How long an engine that has just taken records lets more of them come before it looks again. */
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** No pause is longer, whatever the engine says: an overflow must not put it to sleep for ever. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long LEAST_STOP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ThreadFactory threads;
    private final ThreadPoolExecutor sealing;
    private final ThreadPoolExecutor completing;
    private volatile @Nullable Thread completingThread;
    private volatile @Nullable Thread engineThread;
    private volatile boolean paused;

    ThreadEnvironment() {
        String prefix = "kinesis-encryption-producer-" + PRODUCERS.incrementAndGet();
        this.threads = threads(prefix);
        int sealers = Math.min(MAX_SEALING_THREADS, Runtime.getRuntime().availableProcessors());
        this.sealing = pool(sealers, threads(prefix + "-seal"));
        ThreadFactory completers = threads(prefix + "-complete");
        this.completing = pool(1, task -> {
            Thread thread = completers.newThread(task);
            completingThread = thread;
            return thread;
        });
    }

    private static ThreadPoolExecutor pool(int size, ThreadFactory threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Threads that take nothing over from the thread that happens to cause them: no thread-local and no class loader of a request. */
    private static ThreadFactory threads(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, prefix + "-" + count.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ThreadEnvironment.class.getClassLoader());
            return thread;
        };
    }

    /** Starts to run an engine. */
    void start(Engine engine) {
        Thread thread = threads.newThread(() -> loop(engine));
        engineThread = thread;
        thread.start();
    }

    private void loop(Engine engine) {
        while (!engine.hasEnded()) {
            // Nobody has a use for an interrupt here, and an interrupted thread would not park.
            var unused = Thread.interrupted();
            long waitNanos = Math.min(engine.run(), LONGEST_PAUSE_NANOS);
            if (waitNanos > 0 && engine.tookRecords()) {
                LockSupport.parkNanos(this, Math.min(waitNanos, NAP_NANOS));
            } else if (waitNanos > 0) {
                paused = true;
                if (!engine.hasWork()) {
                    LockSupport.parkNanos(this, waitNanos);
                }
                paused = false;
            }
        }
    }

    /**
     * Ends every thread of this, after the engine has been told to end.
     *
     * @param timeout how long futures may still be completed, which runs the application's code; a second at least
     */
    void stop(Duration timeout) {
        boolean interrupted = join(engineThread);
        sealing.shutdownNow();
        completing.shutdown();
        if (!isCompleting()) {
            interrupted |= await(completing, Math.max(LEAST_STOP_NANOS, timeout.toNanos()));
            completing.shutdownNow().forEach(Runnable::run);
            interrupted |= await(sealing, LEAST_STOP_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean join(@Nullable Thread thread) {
        boolean interrupted = false;
        while (thread != null && thread != Thread.currentThread() && thread.isAlive()) {
            LockSupport.unpark(thread);
            try {
                thread.join(TimeUnit.SECONDS.toMillis(1));
            } catch (InterruptedException e) {
                // The engine never blocks, so this is soon over; leaving it behind would leave futures behind.
                interrupted = true;
            }
        }
        return interrupted;
    }

    private static boolean await(ThreadPoolExecutor pool, long timeoutNanos) {
        try {
            var unused = pool.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public double random() {
        return ThreadLocalRandom.current().nextDouble();
    }

    @Override
    public void seal(Runnable task) {
        sealing.execute(task);
    }

    @Override
    public void complete(Runnable task) {
        try {
            completing.execute(task);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // No thread can be had. Better late records than a future that nobody completes.
            task.run();
        }
    }

    @Override
    public boolean isCompleting() {
        return Thread.currentThread() == completingThread;
    }

    @Override
    public void wake() {
        LockSupport.unpark(engineThread);
    }

    @Override
    public void wakeSoon() {
        if (paused) {
            LockSupport.unpark(engineThread);
        }
    }
}
