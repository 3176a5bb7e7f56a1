// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that goes on with a batch which KCL's own thread had to leave, because KCL's loop was waiting for it ({@link SchedulerWatch}). It also
 * delivers the few batches that KCL hands over before its thread can wait again, and then ends: from there on KCL's thread delivers as ever. The
 * application still gets one call at a time, because every later call of KCL waits for this first.
 */
final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final long POLL_MILLIS = 100;

    private final ShardContext shard;
    private final Queue<BatchDelivery> batches = new ArrayDeque<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean givenUp;
    /** Guarded by {@link #batches}; null unless a thread delivers. */
    private @Nullable Thread deliverer;

    private Takeover(ShardContext shard) {
        this.shard = shard;
    }

    /** Starts with a batch. If no thread can be had, the calling one goes on. */
    static Takeover start(ShardContext shard, BatchDelivery batch) {
        Takeover takeover = new Takeover(shard);
        takeover.batches.add(batch);
        try {
            shard.environment().takeovers().execute(takeover::run);
        } catch (Throwable e) {
            LOG.warn(
                    "No thread could be started for shard {} of stream {}; KCL's own waits, and its scheduler with it",
                    shard.shardId(),
                    shard.stream(),
                    e);
            takeover.run();
        }
        return takeover;
    }

    /** Leaves another batch to it, unless it has ended. */
    boolean add(BatchDelivery batch) {
        synchronized (batches) {
            return !done.isDone() && batches.add(batch);
        }
    }

    /**
     * Waits for its end. An interrupt gives it up and halts the shard at once; the thread's flag stays set.
     *
     * @param leave whether the calling thread must leave; asked while it waits
     * @return false if it left
     */
    boolean await(BooleanSupplier leave) {
        while (!done.isDone()) {
            if (leave.getAsBoolean()) {
                return false;
            }
            try {
                done.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                giveUp();
                shard.halt();
                return true;
            } catch (ExecutionException | TimeoutException e) {
                // Not yet.
            }
        }
        return true;
    }

    /**
     * Ends a hold and waits until the last delivery is over, so that the application can be called: while it is still given records, it may neither get
     * another call nor checkpoint them. Only the application's own call can take long. An interrupt halts the shard and is passed on to that call, which
     * would have got it if KCL's thread had made it; the waiting thread's flag stays set.
     */
    void end() {
        giveUp();
        boolean interrupted = false;
        while (!done.isDone()) {
            try {
                done.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                shard.halt();
                interruptDelivery();
            } catch (ExecutionException | TimeoutException e) {
                // Not yet.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void interruptDelivery() {
        synchronized (batches) {
            if (deliverer != null) {
                deliverer.interrupt();
            }
        }
    }

    private void setDeliverer(@Nullable Thread thread) {
        synchronized (batches) {
            deliverer = thread;
        }
    }

    private void giveUp() {
        givenUp = true;
    }

    private void run() {
        setDeliverer(Thread.currentThread());
        try {
            deliverAll();
        } catch (Throwable e) {
            shard.halt();
            LOG.error("Halted shard {} of stream {} because of a fault", shard.shardId(), shard.stream(), e);
        } finally {
            setDeliverer(null);
            // Whoever waits for it must not wait for ever, whatever went wrong.
            done.complete(null);
        }
    }

    private void deliverAll() {
        while (true) {
            BatchDelivery batch;
            synchronized (batches) {
                batch = batches.poll();
                if (batch == null) {
                    done.complete(null);
                    return;
                }
            }
            if (!batch.run(() -> givenUp)) {
                batch.giveUp();
            }
            Throwable failure = batch.applicationFailure();
            if (failure != null) {
                LOG.error(
                        "The record processor of shard {} of stream {} threw an exception; as KCL does, its records are passed over",
                        shard.shardId(),
                        shard.stream(),
                        Loggable.of(failure));
            }
        }
    }
}
