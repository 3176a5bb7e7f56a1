// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.RecordEncryptor;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * One request of an asynchronous client under way: it waits for a data key, is encrypted on a thread of the client's, and is sent call after call.
 * Whoever ends its future ends it: calls in flight are cancelled and later ones are not made.
 *
 * @param <Q> the request
 * @param <R> its answer
 */
final class AsyncPut<Q extends KinesisRequest, R> {
    /** A request as those see it that hold it back. */
    interface Admission {
        /** Ends it, if it has not been sent yet. */
        void end(RuntimeException cause);
    }

    /**
     * What requests share.
     *
     * @param settings the client's options
     * @param threads where they are encrypted
     * @param timers when they are given up
     * @param describe reads a stream's limits
     */
    record Shared(
            ClientSettings settings,
            EncryptionThreads threads,
            Timers timers,
            Function<DescribeStreamSummaryRequest, CompletableFuture<DescribeStreamSummaryResponse>> describe) {}

    private final Shared shared;
    private final StreamTarget target;
    private final RecordEncryptor encryptor;
    private final Put<Q, R> put;
    private final Function<Q, @Nullable CompletableFuture<R>> send;
    private final Deadline deadline;
    private final RequestEncryptor request;
    private final Admission admission = this::endUnsent;
    private final CompletableFuture<R> result = new CompletableFuture<>();

    /** Guards what follows, and {@link #put} once it is sent. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean settled;
    private boolean sending;
    private int nextCall;
    private @Nullable CompletableFuture<R> inFlight;
    private Runnable timer = () -> {};

    AsyncPut(
            Shared shared,
            StreamTarget target,
            RecordEncryptor encryptor,
            Put<Q, R> put,
            Function<Q, @Nullable CompletableFuture<R>> send) {
        this.shared = shared;
        this.target = target;
        this.encryptor = encryptor;
        this.put = put;
        this.send = send;
        this.deadline = Deadline.of(put.request(), shared.settings());
        this.request = new RequestEncryptor(target, encryptor, put, shared.settings());
    }

    /** Begins. Nothing on this thread waits or encrypts. */
    CompletableFuture<R> start() {
        RuntimeException refused = shared.threads().admit(admission);
        if (refused != null) {
            return CompletableFuture.failedFuture(refused);
        }
        // Before anybody else has it: the first to be attached is the last to be told, and by then all of this is over.
        var unused = result.whenComplete((response, error) -> stop());
        CompletableFuture<Void> ready;
        try {
            if (deadline.isSet()) {
                timer = shared.timers().start(deadline.remainingNanos(Long.MAX_VALUE), this::expire);
            }
            ready = encryptor.ready();
        } catch (RuntimeException e) {
            result.completeExceptionally(BoundaryExceptions.of(e));
            return result;
        }
        onThread(ready, (nothing, error) -> {
            if (error != null) {
                throw BoundaryExceptions.ofFuture(error);
            }
            measure();
        });
        return result;
    }

    private interface Step<T> {
        void take(@Nullable T value, @Nullable Throwable error);
    }

    /** Goes on with what a future brings, on a thread that may encrypt. What the step throws ends the request. */
    private <T> void onThread(CompletableFuture<T> future, Step<T> step) {
        var unused = future.whenComplete((value, error) -> shared.threads().execute(admission, () -> {
            if (result.isDone()) {
                return;
            }
            try {
                step.take(value, error);
            } catch (Throwable e) {
                fail(e);
            }
        }));
    }

    private void measure() {
        askLimit(request.measure());
    }

    private void askLimit(long largestBytes) {
        CompletableFuture<Integer> limit =
                target.recordLimit().forRecordOf(largestBytes, put.request(), deadline, shared.describe());
        if (limit.isDone() && !limit.isCompletedExceptionally()) {
            limited(largestBytes, limit.join());
        } else {
            onThread(limit, (bytes, error) -> {
                if (error != null) {
                    throw BoundaryExceptions.ofFuture(error);
                }
                limited(largestBytes, bytes == null ? Limits.DEFAULT_RECORD_BYTES : bytes);
            });
        }
    }

    private void limited(long largestBytes, int limitBytes) {
        if (limitBytes == RecordLimit.ASK_AGAIN) {
            askLimit(largestBytes);
        } else {
            encrypt(limitBytes);
        }
    }

    private void encrypt(int limitBytes) {
        request.encrypt(limitBytes, () -> {
            if (result.isDone()) {
                throw new CancellationException("Nobody waits for this any more");
            }
            deadline.check();
        });
        shared.threads().leave(admission);
        lock.lock();
        try {
            sending = true;
        } finally {
            lock.unlock();
        }
        sendCalls();
    }

    /** Makes calls for as long as they are answered at once; otherwise the answer goes on. */
    private void sendCalls() {
        try {
            boolean more = true;
            while (more) {
                CompletableFuture<R> call = begin();
                if (call == null) {
                    return;
                }
                if (!call.isDone()) {
                    var unused = call.whenComplete((response, error) -> {
                        if (took(response, error)) {
                            sendCalls();
                        }
                    });
                    return;
                }
                more = call.handle(this::took).join();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Makes the next call, unless nobody waits for it any more. */
    private @Nullable CompletableFuture<R> begin() {
        Q next;
        lock.lock();
        try {
            if (settled) {
                return null;
            }
            if (shared.threads().isClosed()) {
                return CompletableFuture.failedFuture(EncryptionThreads.closedException());
            }
            next = put.call(nextCall, deadline);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            lock.unlock();
        }
        CompletableFuture<R> call;
        try {
            call = Objects.requireNonNull(send.apply(next), "The client gave no future");
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
        boolean late;
        lock.lock();
        try {
            late = settled;
            inFlight = call;
        } finally {
            lock.unlock();
        }
        if (late) {
            call.cancel(true);
        }
        return call;
    }

    /** Takes what a call came to, and says whether another one follows. */
    private boolean took(@Nullable R response, @Nullable Throwable error) {
        Throwable failure = error == null ? null : BoundaryExceptions.unwrapped(error);
        boolean over;
        lock.lock();
        try {
            if (settled) {
                return false;
            }
            inFlight = null;
            if (failure == null && response != null) {
                try {
                    put.answered(nextCall, response);
                    nextCall++;
                } catch (RuntimeException e) {
                    failure = e;
                }
            } else if (failure == null) {
                failure = BoundaryExceptions.refusal("The client gave no answer");
            }
            over = failure != null || nextCall == put.calls();
            settled = over;
        } finally {
            lock.unlock();
        }
        if (over) {
            settle(failure);
        }
        return !over;
    }

    /** The time is over. Runs on a thread on which the application may do what it likes. */
    private void expire() {
        fail(deadline.exceeded());
    }

    private void endUnsent(RuntimeException cause) {
        end(cause, true);
    }

    private void fail(Throwable cause) {
        end(cause, false);
    }

    private void end(Throwable cause, boolean onlyIfUnsent) {
        lock.lock();
        try {
            if (settled || (onlyIfUnsent && sending)) {
                return;
            }
            settled = true;
        } finally {
            lock.unlock();
        }
        settle(cause);
    }

    /** Completes the future, as only who has set {@link #settled} does. */
    private void settle(@Nullable Throwable failure) {
        try {
            if (failure != null && nextCall == 0) {
                complete(() -> result.completeExceptionally(failure));
                return;
            }
            if (failure != null) {
                PartFailures.tell(shared.settings(), target.stream(), put, nextCall, failure);
            }
            R response = put.response();
            complete(() -> result.complete(response));
        } catch (Throwable e) {
            complete(() -> result.completeExceptionally(e));
        }
    }

    private void complete(Runnable completion) {
        if (EncryptionThreads.isOne(Thread.currentThread())) {
            result.defaultExecutor().execute(completion);
        } else {
            completion.run();
        }
    }

    /** The future is done, by us or by the application. */
    private void stop() {
        shared.threads().leave(admission);
        timer.run();
        CompletableFuture<R> call;
        lock.lock();
        try {
            settled = true;
            call = inFlight;
        } finally {
            lock.unlock();
        }
        if (call != null) {
            call.cancel(true);
        }
    }
}
