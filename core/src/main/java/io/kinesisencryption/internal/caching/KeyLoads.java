// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.materials.KeyServiceCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The loads of all caches of a process: one rate of the calls that they make and one bound on how many run at once, because the quotas of a key
 * service are shared by a whole account. Thread-safe.
 *
 * <p>A load begins with the right to one call, which is all that an honest record costs. Each further one waits, on the load's own thread, for a
 * place of its own in the rate: so a record that names eight wrapping keys takes eight times as long, not eight times the calls.
 *
 * <p>Who goes first:
 * <ol>
 *   <li>Keys that encrypt, and their further calls. They are few (one load at a time for each stream, and failures back off), they count towards
 *       the rate, and they have threads of their own, so that no reader can hold up a writer.
 *   <li>Further calls of loads that have begun: what has begun ends before more begins, so few loads stand in the middle.
 *   <li>Keys that decrypt: three loads of keys that were opened here before for each call of one that never was, if both wait.
 *   <li>Within these two, the groups (shards) take turns, each in its own order; a load that made several calls has had several turns of its
 *       group. A load that nobody has a right to wait for any longer is dropped without a call.
 * </ol>
 * So whoever writes garbage into one shard delays only what lies behind it in that shard, which has to wait for the garbage anyway. Whoever writes
 * into every shard can make readers use the whole rate, but not more, and every shard still moves on at its share of it.
 */
public final class KeyLoads implements AutoCloseable {
    /**
     * A further call of a load that has begun waits this long at least, however short the wait of a caller is: what the calls before it cost would
     * be lost. Few wait before it, so it rarely takes more than a second.
     */
    private static final long MIN_CALL_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String CLOSED = "No data key is loaded any more: the owner is closed";

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

    record Waiting(Kind kind, Object group, Load load, long deadlineNanos) {}

    private final CacheEnvironment environment;
    private final AgeClock clock;
    private final long maxWaitNanos;
    private final int loadsPerSecond;
    private final int maxConcurrentLoads;

    private final ReentrantLock lock = new ReentrantLock();
    private final RateWindow window;
    private final LoadOrder order;
    private int runningEncryption;
    private int runningDecryption;
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
        this.order = new LoadOrder(loadsPerSecond * Math.max(1, TimeUnit.NANOSECONDS.toSeconds(maxWaitNanos)));
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
            if (closed) {
                refused = KeyFailure.notNow(CLOSED);
            } else if (!order.hasRoom(kind, group)) {
                refused = KeyFailure.notNow(
                        "%d data keys of this shard wait to be loaded already; %d a second are (loadsPerSecond)"
                                .formatted(order.sizeOf(kind, group), loadsPerSecond));
            } else {
                order.add(new Waiting(kind, group, load, environment.nanoTime() + maxWaitNanos));
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

    private void beginWhatMay() {
        boolean again = true;
        while (again) {
            again = !beginSome();
        }
    }

    /** Begins what the limits allow now, and says whether all of it found a thread; if not, others may begin in its place. */
    private boolean beginSome() {
        List<Waiting> begin = new ArrayList<>();
        List<CompletableFuture<Boolean>> goOn = new ArrayList<>();
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
                CompletableFuture<Boolean> call = nextCall();
                if (call != null) {
                    window.begin(now);
                    goOn.add(call);
                    continue;
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
        goOn.forEach(call -> call.complete(true));
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
        return order.hasCalls()
                || canBeginEncryption()
                || (order.hasDecryption() && runningDecryption < maxConcurrentLoads);
    }

    private boolean canBeginEncryption() {
        return order.hasEncryption() && runningEncryption < maxConcurrentLoads;
    }

    private @Nullable CompletableFuture<Boolean> nextCall() {
        CompletableFuture<Boolean> call = order.pollEncryptionCall();
        return call != null || canBeginEncryption() ? call : order.pollDecryptionCall();
    }

    private @Nullable Waiting next() {
        return canBeginEncryption() ? order.pollEncryption() : order.pollDecryption();
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
                    KeyServiceCalls.within(new Calls(waiting), waiting.load::run);
                } finally {
                    ended(waiting.kind);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            notBegun(waiting, CLOSED);
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
        List<CompletableFuture<Boolean>> stopped = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            refused.addAll(order.removeAll());
            stopped.addAll(order.removeAllCalls());
        } finally {
            lock.unlock();
        }
        stopped.forEach(call -> call.complete(false));
        environment.close();
        refused.forEach(waiting -> waiting.load.refuse(KeyFailure.notNow(CLOSED)));
    }

    /** The calls of one load. Its beginning has paid for the first; each further one waits here. */
    private final class Calls implements KeyServiceCalls.Permits {
        private final Waiting load;
        private boolean firstMade;
        private @Nullable String refusal;

        Calls(Waiting load) {
            this.load = load;
        }

        @Override
        public void acquire() {
            if (!firstMade) {
                firstMade = true;
                return;
            }
            // A keyring that was refused one call asks the next of its parts.
            if (refusal == null) {
                refusal = await();
            }
            if (refusal != null) {
                throw new TransientKeyException(refusal, null);
            }
        }

        /** Null once the call may be made; otherwise why it may not. */
        private @Nullable String await() {
            CompletableFuture<Boolean> call;
            lock.lock();
            try {
                if (closed) {
                    return CLOSED;
                }
                call = order.addCall(load.kind, load.group);
            } finally {
                lock.unlock();
            }
            beginWhatMay();
            long waitNanos = Math.max(maxWaitNanos, MIN_CALL_WAIT_NANOS);
            try {
                if (environment.await(call, waitNanos)) {
                    return call.join() ? null : CLOSED;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                giveUp(call);
                return "Interrupted while a data key was loaded";
            }
            giveUp(call);
            return "A further call for a data key could not be made within %d s: %d a second are (loadsPerSecond)"
                    .formatted(TimeUnit.NANOSECONDS.toSeconds(waitNanos), loadsPerSecond);
        }

        private void giveUp(CompletableFuture<Boolean> call) {
            lock.lock();
            try {
                order.removeCall(load.kind, call);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void charge() {
            lock.lock();
            try {
                window.charge();
                order.chargeCall(load.kind, load.group);
            } finally {
                lock.unlock();
            }
        }
    }
}
