// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A simulation of time and threads. A task has a thread of its own, but only one thread runs at a time: it runs until it waits or sleeps, and then
 * time moves to the next event. So an hour takes a moment, and everything happens in the same order each time. The thread that made the
 * simulation drives it, by waiting or by letting time pass.
 */
final class SimulatedEnvironment implements CacheEnvironment {
    private record Event(long atNanos, long order, Runnable task) {}

    /** Ends the threads of tasks that would wait for ever. */
    private static final class Over extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final class Task {
        private final Semaphore go = new Semaphore(0);
        private boolean resumable;

        Task(Runnable work) {
            tasks.add(this);
            threads.execute(() -> {
                RUNNING.set(this);
                go.acquireUninterruptibly();
                try {
                    if (!closed) {
                        work.run();
                    }
                } catch (Over e) {
                    // The simulation has ended, and this with it.
                } catch (Throwable e) {
                    failures.add(e);
                } finally {
                    tasks.remove(this);
                    RUNNING.remove();
                    driver.release();
                }
            });
        }

        /** On the driver: lets this run until it waits. */
        void resume() {
            go.release();
            driver.acquireUninterruptibly();
        }

        /** On this task's thread: lets the others run until somebody resumes this. */
        void pause() {
            driver.release();
            go.acquireUninterruptibly();
            if (closed) {
                throw new Over();
            }
        }

        void resumeOnce(long token) {
            if (resumable && token == pauses) {
                resumable = false;
                resume();
            }
        }

        private long pauses;
    }

    private static final ThreadLocal<Task> RUNNING = new ThreadLocal<>();

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.signum(a.atNanos - b.atNanos) : Long.compare(a.order, b.order));
    private final Semaphore driver = new Semaphore(0);
    private final List<Task> tasks = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    });
    private final Random random;
    /** Overflows after an hour, as the real one may. */
    private long nanos = Long.MAX_VALUE - TimeUnit.HOURS.toNanos(1);

    private final long startNanos = nanos;
    private long wallOffsetMillis = 1_800_000_000_000L;
    private long order;
    private boolean fixedRandom;
    private volatile boolean closed;
    private boolean interruptNextWait;

    SimulatedEnvironment(long seed) {
        random = new Random(seed);
    }

    /** The middle of every spread, so that 5 minutes are 5 minutes. */
    SimulatedEnvironment withoutJitter() {
        fixedRandom = true;
        return this;
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos - startNanos);
    }

    /** Lets time pass for whoever calls: the driver, or a task that sleeps. */
    void advance(Duration duration) {
        Task task = RUNNING.get();
        if (task == null) {
            runUntil(nanos + duration.toNanos(), null);
            return;
        }
        events.add(new Event(nanos + duration.toNanos(), order++, task::resume));
        task.pause();
    }

    /** The wall clock is set. */
    void setWallClock(Duration change) {
        wallOffsetMillis += change.toMillis();
    }

    /** The machine is suspended: the monotonic clock stands still. */
    void suspend(Duration duration) {
        setWallClock(duration);
    }

    /** The next wait of anybody ends with an interrupt. */
    void interruptNextWait() {
        interruptNextWait = true;
    }

    /** Whether nothing is left to happen. */
    boolean isIdle() {
        return events.isEmpty();
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return wallOffsetMillis + TimeUnit.NANOSECONDS.toMillis(nanos - startNanos);
    }

    @Override
    public double random() {
        return fixedRandom ? 0.5 : random.nextDouble();
    }

    @Override
    public void execute(Runnable work) {
        checkOpen();
        events.add(new Event(nanos, order++, () -> new Task(work).resume()));
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        checkOpen();
        events.add(new Event(nanos + delayNanos, order++, task));
    }

    private void checkOpen() {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
    }

    @Override
    public boolean await(CompletableFuture<?> future, long timeoutNanos) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        if (interruptNextWait || interrupted) {
            interruptNextWait = false;
            throw new InterruptedException();
        }
        Task task = RUNNING.get();
        if (task == null) {
            runUntil(nanos + timeoutNanos, future);
        } else if (!future.isDone()) {
            long token = ++task.pauses;
            task.resumable = true;
            CompletableFuture<?> unused = future.whenComplete(
                    (value, e) -> events.add(new Event(nanos, order++, () -> task.resumeOnce(token))));
            events.add(new Event(nanos + timeoutNanos, order++, () -> task.resumeOnce(token)));
            task.pause();
        }
        return future.isDone();
    }

    private void runUntil(long endNanos, CompletableFuture<?> future) {
        while (future == null || !future.isDone()) {
            Event next = events.peek();
            if (next == null || next.atNanos - endNanos > 0) {
                nanos = endNanos;
                return;
            }
            events.remove();
            nanos = next.atNanos;
            next.task.run();
            if (!failures.isEmpty()) {
                throw new AssertionError("A task failed", failures.get(0));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        events.clear();
        for (Task task : List.copyOf(tasks)) {
            task.resume();
        }
        threads.shutdown();
    }
}
