// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.producer.AsyncPut.Admission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The threads on which an asynchronous client encrypts, at most as many as there are processors, and the requests that wait for them or for a data
 * key. Threads come when there is work, end when there is none, and keep no process alive. Thread-safe.
 */
final class EncryptionThreads implements AutoCloseable {
    /** As many as the SDK's asynchronous HTTP client lets wait for a connection. Beyond it, waiting only uses up memory. */
    static final int MAX_WAITING = 10_000;

    private static final int MOST_THREADS = 8;
    private static final long IDLE_SECONDS = 5;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Set<Admission> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final ThreadPoolExecutor executor;
    private volatile boolean closed;

    EncryptionThreads() {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        // Bounded by what is admitted: each has one task here at most.
        executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), EncryptionThread::new);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Whether this thread must not run the application's code: that could wait for the very thread that it is on. */
    static boolean isOne(Thread thread) {
        return thread instanceof EncryptionThread;
    }

    /**
     * Lets a request wait.
     *
     * @return null, or why it may not
     */
    @Nullable
    SdkClientException admit(Admission request) {
        if (waitingCount.incrementAndGet() > MAX_WAITING) {
            waitingCount.decrementAndGet();
            return RetryableException.builder()
                    .message("%d requests wait to be encrypted already; nothing was sent".formatted(MAX_WAITING))
                    .build();
        }
        waiting.add(request);
        if (closed) {
            leave(request);
            return closedException();
        }
        return null;
    }

    /** A request does not wait any more. Called more than once, it does nothing. */
    void leave(Admission request) {
        if (waiting.remove(request)) {
            waitingCount.decrementAndGet();
        }
    }

    /** Runs a step of a request. If that is impossible because this was closed, the request is ended. */
    void execute(Admission request, Runnable step) {
        try {
            executor.execute(step);
        } catch (RejectedExecutionException e) {
            request.end(closedException());
        } catch (Throwable e) {
            // The process has no thread or no memory left. Were it not ended, its caller would wait for ever.
            request.end(SdkClientException.create("No thread could be had to encrypt a request; nothing was sent", e));
        }
    }

    boolean isClosed() {
        return closed;
    }

    static SdkClientException closedException() {
        return SdkClientException.create("The EncryptingKinesisAsyncClient is closed");
    }

    /** Ends what has not been sent yet, and the threads. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        waiting.forEach(request -> request.end(closedException()));
        // Those that wait for a data key are interrupted; nobody waits for what they would make.
        executor.shutdownNow();
    }

    private static final class EncryptionThread extends Thread {
        EncryptionThread(Runnable task) {
            super(task, "kinesis-encryption-" + NUMBER.incrementAndGet());
            setDaemon(true);
        }
    }
}
