// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.HoldListener.Hold;
import io.kinesisencryption.consumer.HoldListener.Outcome;
import io.kinesisencryption.consumer.HoldListener.PassedRecord;
import io.kinesisencryption.consumer.HoldListener.RecordFailure;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener of holds, on a thread of its own: a listener that waits for the scheduler to shut down would otherwise wait for the thread that
 * it runs on. Thread-safe.
 */
final class HoldEvents {
    private static final Logger LOG = LoggerFactory.getLogger(HoldListener.class);
    private static final int LARGEST_BACKLOG = 1024;
    private static final int IDLE_SECONDS = 10;

    private final HoldListener listener;
    private final Executor executor;

    HoldEvents(HoldListener listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    /** One thread that exists only while there is something to tell, so that nobody has to close it. */
    static HoldEvents onOwnThread(HoldListener listener) {
        if (listener == HoldListener.NONE) {
            return new HoldEvents(listener, event -> {});
        }
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LARGEST_BACKLOG), task -> {
                    Thread thread = new Thread(task, "kinesis-encryption-hold-listener");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return new HoldEvents(listener, executor);
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

    void plaintextAccepted(StreamIdentity stream, String shardId, int records) {
        tell(stream, shardId, to -> to.onPlaintextAccepted(stream, shardId, records));
    }

    private void tell(StreamIdentity stream, String shardId, Consumer<HoldListener> event) {
        try {
            executor.execute(() -> {
                try {
                    event.accept(listener);
                } catch (Throwable e) {
                    LOG.warn("A hold listener threw an exception", Loggable.of(e));
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.warn(
                    "A hold listener is more than {} events behind; one about shard {} of stream {} was dropped",
                    LARGEST_BACKLOG,
                    shardId,
                    stream);
        } catch (Throwable e) {
            // For example, no thread can be started: the shard goes on without its events.
            LOG.warn("A hold listener could not be told about shard {} of stream {}", shardId, stream, e);
        }
    }
}
