// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Calls of a key service that load no data key, for callers whose thread must not wait. They run where keys that encrypt are loaded, under the same
 * rate and bounds; at most one for each thing that is asked for is under way. What comes of a call is for the call to keep. Thread-safe.
 */
public final class SharedCalls {
    private final KeyLoads loads;
    private final ConcurrentHashMap<Object, CompletableFuture<@Nullable KeyFailure>> underWay =
            new ConcurrentHashMap<>();

    /**
     * Makes one.
     *
     * @param loads the loads of the process, which end the calls when they are closed
     */
    public SharedCalls(KeyLoads loads) {
        this.loads = Objects.requireNonNull(loads, "loads");
    }

    /**
     * Begins a call, or joins the one that is under way.
     *
     * @param asked what is asked for; its {@code toString} is what errors call it
     * @param call asks for it and waits; may throw
     * @return completed once a call has ended well, or completed exceptionally with the {@link KinesisEncryptionException}, a transient one if that
     *     takes longer than {@code maxWait}. It may be completed by a thread of the caches', on which nothing long may be done.
     */
    public CompletableFuture<Void> begin(Object asked, Runnable call) {
        CompletableFuture<@Nullable KeyFailure> answer = new CompletableFuture<>();
        CompletableFuture<@Nullable KeyFailure> first = underWay.putIfAbsent(asked, answer);
        if (first == null) {
            giveUpLater(asked, answer);
            loads.submit(KeyLoads.Kind.ENCRYPTION, asked, new KeyLoads.Load() {
                @Override
                public void run() {
                    end(asked, answer, failureOf(asked, call));
                }

                @Override
                public void refuse(KeyFailure refusal) {
                    end(asked, answer, failed(asked, refusal.code(), refusal.message(), null));
                }
            });
        }
        return (first == null ? answer : first).thenAccept(failure -> {
            if (failure != null) {
                throw failure.toException();
            }
        });
    }

    /** How many are under way. For tests. */
    int underWay() {
        return underWay.size();
    }

    private static @Nullable KeyFailure failureOf(Object asked, Runnable call) {
        try {
            call.run();
            return null;
        } catch (KinesisEncryptionException e) {
            return KeyFailure.of(e);
        } catch (Throwable e) {
            // Errors too: those who wait must hear of it, and this thread serves others.
            return failed(asked, ErrorCode.KEY_FAILURE, e.getClass().getName(), e);
        }
    }

    private static KeyFailure failed(Object asked, ErrorCode code, String why, @Nullable Throwable cause) {
        return new KeyFailure(code, "%s could not be had: %s".formatted(asked, why), cause);
    }

    private void end(Object asked, CompletableFuture<@Nullable KeyFailure> answer, @Nullable KeyFailure failure) {
        underWay.remove(asked, answer);
        answer.complete(failure);
    }

    /** Only the answer is given up: the call is still under way, so that one which never ends holds one thread and not more each time. */
    private void giveUpLater(Object asked, CompletableFuture<@Nullable KeyFailure> answer) {
        try {
            loads.environment()
                    .schedule(
                            () -> answer.complete(KeyFailure.notNow("%s was not had within %s (maxWait)"
                                    .formatted(asked, Duration.ofNanos(loads.maxWaitNanos())))),
                            loads.maxWaitNanos());
        } catch (RejectedExecutionException e) {
            // Closed, and with it the call is refused.
        }
    }
}
