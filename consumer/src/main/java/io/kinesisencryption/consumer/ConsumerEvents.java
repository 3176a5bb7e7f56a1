// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.ConsumerListener.Outcome;
import io.kinesisencryption.consumer.ConsumerListener.PassedRecord;
import io.kinesisencryption.consumer.ConsumerListener.RecordFailure;
import io.kinesisencryption.consumer.ConsumerListener.ShardHalted;
import io.kinesisencryption.internal.logging.SafeLog;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener, on a thread of its own: a listener that waits for the scheduler to shut down would otherwise wait for the thread that it runs on.
 * Thread-safe.
 */
final class ConsumerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerListener.class);
    private static final int LARGEST_BACKLOG = 1024;
    /** Of what comes with every batch: a shard that waits is to be told all the same. */
    private static final int LARGEST_BACKLOG_OF_BATCHES = 512;

    private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int IDLE_SECONDS = 10;

    private final ConsumerListener listener;
    private final Executor executor;
    private final AtomicInteger backlog = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong lastLogNanos = new AtomicLong();

    ConsumerEvents(ConsumerListener listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    /** One thread that exists only while there is something to tell, so that nobody has to close it. */
    static ConsumerEvents onOwnThread(ConsumerListener listener) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "kinesis-encryption-consumer-listener");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return new ConsumerEvents(listener, executor);
    }

    /** Whether anybody listens. */
    boolean heard() {
        return listener != ConsumerListener.NONE;
    }

    void received(BatchReceived batch) {
        tell(LARGEST_BACKLOG_OF_BATCHES, batch.stream(), batch.shardId(), to -> to.onBatchReceived(batch));
    }

    void delivered(Delivered delivery) {
        tell(LARGEST_BACKLOG_OF_BATCHES, delivery.stream(), delivery.shardId(), to -> to.onDelivered(delivery));
    }

    void started(Hold hold) {
        tell(hold.stream(), hold.shardId(), to -> to.onHoldStarted(hold));
    }

    void stillHolding(Hold hold) {
        tell(hold.stream(), hold.shardId(), to -> to.onStillHolding(hold));
    }

    void ended(Hold hold, Outcome outcome) {
        tell(hold.stream(), hold.shardId(), to -> to.onHoldEnded(hold, outcome));
    }

    void failed(RecordFailure failure) {
        tell(failure.stream(), failure.shardId(), to -> to.onRecordFailed(failure));
    }

    void passedOver(PassedRecord record) {
        tell(record.stream(), record.shardId(), to -> to.onRecordPassedOver(record));
    }

    void halted(ShardHalted shard) {
        tell(shard.stream(), shard.shardId(), to -> to.onShardHalted(shard));
    }

    private void tell(StreamIdentity stream, String shardId, Consumer<ConsumerListener> event) {
        tell(LARGEST_BACKLOG, stream, shardId, event);
    }

    /** The event that the listener is at is no part of the backlog. */
    private void tell(int largestBacklog, StreamIdentity stream, String shardId, Consumer<ConsumerListener> event) {
        if (!heard()) {
            return;
        }
        if (backlog.incrementAndGet() > largestBacklog) {
            backlog.decrementAndGet();
            dropped(stream, shardId);
            return;
        }
        try {
            executor.execute(() -> {
                backlog.decrementAndGet();
                try {
                    event.accept(listener);
                } catch (Throwable e) {
                    SafeLog.warnOf(LOG, "A consumer listener", e);
                }
            });
        } catch (Throwable e) {
            // For example, no thread can be started: the shard goes on without its events.
            backlog.decrementAndGet();
            LOG.warn("A consumer listener could not be told about shard {} of stream {}", shardId, stream, e);
        }
    }

    private void dropped(StreamIdentity stream, String shardId) {
        long total = dropped.incrementAndGet();
        long now = System.nanoTime();
        long last = lastLogNanos.get();
        if ((total == 1 || now - last >= LOG_INTERVAL_NANOS) && lastLogNanos.compareAndSet(last, now)) {
            LOG.warn(
                    "A consumer listener does not keep up: {} events were dropped so far, the last one about shard {} of stream {}",
                    total,
                    shardId,
                    stream);
        }
    }
}
