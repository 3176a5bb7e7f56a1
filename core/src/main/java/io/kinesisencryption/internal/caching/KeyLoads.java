// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The loads of all caches of a process: one rate and one bound on how many run at once, because the quotas of a key service are shared by a whole
 * account. Thread-safe.
 *
 * <p>Who goes first:
 * <ol>
 *   <li>Keys that encrypt. They are few (one load at a time for each stream, and failures back off), they count towards the rate, and they have
 *       threads of their own, so that no reader can hold up a writer.
 *   <li>Keys that decrypt: three loads of keys that were opened here before for each load of one that never was, if both wait.
 *   <li>Within these two, the groups (shards) take turns, each in its own order. A load that nobody has a right to wait for any longer is dropped
 *       without a call.
 * </ol>
 * So whoever writes garbage into one shard delays only what lies behind it in that shard, which has to wait for the garbage anyway. Whoever writes
 * into every shard can make readers use the whole rate, but not more, and every shard still moves on at its share of it.
 */
public final class KeyLoads implements AutoCloseable {
    /** Beyond this many waiting loads, only groups that have few of them get room for more: memory is bounded, and nobody is shut out. */
    private static final int MANY_WAITING = 10_000;

    private static final int FEW_WAITING = 16;

    /** One in so many loads is of a key that was never opened here, if both kinds wait. */
    private static final int NEW_EVERY = 4;

    enum Kind {
        ENCRYPTION,
        KNOWN,
        NEW
    }

    /** A load: exactly one of its methods is called, once, outside of every lock of this class. */
    interface Load {
        /** Loads the key. Throws nothing. */
        void run();

        /** There will be no load. Throws nothing. */
        void refuse(KeyFailure failure);
    }

    private record Waiting(Kind kind, Load load, long deadlineNanos) {}

    private final CacheEnvironment environment;
    private final AgeClock clock;
    private final long maxWaitNanos;
    private final int loadsPerSecond;
    private final int maxConcurrentLoads;
    private final int maxWaitingPerGroup;

    private final ReentrantLock lock = new ReentrantLock();
    private final RateWindow window;
    private final FairQueue<Waiting> encryption = new FairQueue<>();
    private final FairQueue<Waiting> known = new FairQueue<>();
    private final FairQueue<Waiting> unknown = new FairQueue<>();
    private int runningEncryption;
    private int runningDecryption;
    private int turn;
    private boolean timerSet;
    private boolean closed;

    /**
     * Makes one with threads and clocks of its own. One for each process, shared by its caches.
     *
     * @param options the rate, how many run at once, and how long one may wait
     */
    public KeyLoads(KeyCacheOptions options) {
        this(options, CacheEnvironment.system(2 * options.maxConcurrentLoads()));
    }

    /**
     * Makes one over given threads and clocks.
     *
     * @param options the rate, how many run at once, and how long one may wait
     * @param environment closed with this
     */
    public KeyLoads(KeyCacheOptions options, CacheEnvironment environment) {
        this.environment = Objects.requireNonNull(environment, "environment");
        this.clock = new AgeClock(environment);
        this.maxWaitNanos = options.maxWait().toNanos();
        this.loadsPerSecond = options.loadsPerSecond();
        this.maxConcurrentLoads = options.maxConcurrentLoads();
        this.window = new RateWindow(loadsPerSecond);
        // What is further back than this could not begin before its time is up.
        this.maxWaitingPerGroup = (int)
                Math.min(MANY_WAITING, loadsPerSecond * Math.max(1, TimeUnit.NANOSECONDS.toSeconds(maxWaitNanos)));
    }

    CacheEnvironment environment() {
        return environment;
    }

    /**
     * Runs a short task later, on the thread that keeps the time of the keys: while there are keys there is one, so it costs none.
     *
     * @param task does not block and throws nothing; forgotten if this is closed before it runs
     * @param delayNanos in how many nanoseconds
     * @throws RejectedExecutionException if this is closed
     */
    public void schedule(Runnable task, long delayNanos) {
        environment.schedule(task, delayNanos);
    }

    AgeClock clock() {
        return clock;
    }

    long maxWaitNanos() {
        return maxWaitNanos;
    }

    /**
     * Lets a load begin when its turn comes: on this thread it is at most refused.
     *
     * @param group what it belongs to: loads of one group begin in their order
     */
    void submit(Kind kind, Object group, Load load) {
        KeyFailure refused = null;
        lock.lock();
        try {
            FairQueue<Waiting> queue = queueOf(kind);
            if (closed) {
                refused = KeyFailure.notNow("No data key is loaded any more: the owner is closed");
            } else if (kind != Kind.ENCRYPTION && !hasRoom(queue, group)) {
                refused = KeyFailure.notNow(
                        "%d data keys of this shard wait to be loaded already; %d a second are (loadsPerSecond)"
                                .formatted(queue.sizeOf(group), loadsPerSecond));
            } else {
                queue.add(group, new Waiting(kind, load, environment.nanoTime() + maxWaitNanos));
            }
        } finally {
            lock.unlock();
        }
        if (refused != null) {
            load.refuse(refused);
        } else {
            beginWhatMay();
        }
    }

    private boolean hasRoom(FairQueue<Waiting> queue, Object group) {
        int waiting = queue.sizeOf(group);
        return waiting < (queue.size() < MANY_WAITING ? maxWaitingPerGroup : FEW_WAITING);
    }

    private FairQueue<Waiting> queueOf(Kind kind) {
        return switch (kind) {
            case ENCRYPTION -> encryption;
            case KNOWN -> known;
            case NEW -> unknown;
        };
    }

    private void beginWhatMay() {
        boolean again = true;
        while (again) {
            again = !beginSome();
        }
    }

    /** Begins what the limits allow now, and says whether all of it found a thread; if not, others may begin in its place. */
    private boolean beginSome() {
        List<Waiting> begin = new ArrayList<>();
        List<Waiting> tooLate = new ArrayList<>();
        long timerNanos = -1;
        lock.lock();
        try {
            long now = environment.nanoTime();
            while (!closed && canBegin()) {
                long waitNanos = window.waitNanos(now);
                if (waitNanos > 0) {
                    if (!timerSet) {
                        timerSet = true;
                        timerNanos = waitNanos;
                    }
                    break;
                }
                Waiting next = next();
                if (next == null) {
                    break;
                }
                if (next.deadlineNanos - now <= 0) {
                    tooLate.add(next);
                } else {
                    window.begin(now);
                    count(next.kind, 1);
                    begin.add(next);
                }
            }
        } finally {
            lock.unlock();
        }
        setTimer(timerNanos);
        tooLate.forEach(late -> late.load.refuse(KeyFailure.notNow(
                "A data key was not loaded within %d s: %d a second are (loadsPerSecond), %d at once (maxConcurrentLoads)"
                        .formatted(TimeUnit.NANOSECONDS.toSeconds(maxWaitNanos), loadsPerSecond, maxConcurrentLoads))));
        boolean all = true;
        for (Waiting waiting : begin) {
            all &= execute(waiting);
        }
        return all;
    }

    private boolean canBegin() {
        return (!encryption.isEmpty() && runningEncryption < maxConcurrentLoads)
                || (!(known.isEmpty() && unknown.isEmpty()) && runningDecryption < maxConcurrentLoads);
    }

    private @Nullable Waiting next() {
        if (!encryption.isEmpty() && runningEncryption < maxConcurrentLoads) {
            return encryption.poll();
        }
        if (known.isEmpty() || unknown.isEmpty()) {
            return known.isEmpty() ? unknown.poll() : known.poll();
        }
        turn = (turn + 1) % NEW_EVERY;
        return turn == 0 ? unknown.poll() : known.poll();
    }

    private void count(Kind kind, int change) {
        if (kind == Kind.ENCRYPTION) {
            runningEncryption += change;
        } else {
            runningDecryption += change;
        }
    }

    private void setTimer(long delayNanos) {
        if (delayNanos < 0) {
            return;
        }
        try {
            environment.schedule(this::onTimer, delayNanos);
        } catch (Throwable e) {
            // Closed, and close() refuses all that wait; or no thread is to be had, and whoever comes next tries again.
            lock.lock();
            try {
                timerSet = false;
            } finally {
                lock.unlock();
            }
        }
    }

    private void onTimer() {
        lock.lock();
        try {
            timerSet = false;
        } finally {
            lock.unlock();
        }
        beginWhatMay();
    }

    private boolean execute(Waiting waiting) {
        try {
            environment.execute(() -> {
                try {
                    waiting.load.run();
                } finally {
                    ended(waiting.kind);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            notBegun(waiting, "No data key is loaded any more: the owner is closed");
        } catch (Throwable e) {
            // The process has no thread or no memory left. Were the load forgotten, its key would be waited for for
            // ever.
            notBegun(waiting, "No thread could be had to load a data key: " + e);
        }
        return false;
    }

    private void notBegun(Waiting waiting, String why) {
        lock.lock();
        try {
            count(waiting.kind, -1);
        } finally {
            lock.unlock();
        }
        waiting.load.refuse(KeyFailure.notNow(why));
    }

    private void ended(Kind kind) {
        lock.lock();
        try {
            count(kind, -1);
        } finally {
            lock.unlock();
        }
        beginWhatMay();
    }

    /** Refuses the loads that wait, interrupts those that run and ends the threads. Close the caches first. Closing twice does nothing. */
    @Override
    public void close() {
        List<Waiting> refused = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (FairQueue<Waiting> queue : List.of(encryption, known, unknown)) {
                for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
                    refused.add(waiting);
                }
            }
        } finally {
            lock.unlock();
        }
        environment.close();
        refused.forEach(waiting ->
                waiting.load.refuse(KeyFailure.notNow("No data key is loaded any more: the owner is closed")));
    }
}
