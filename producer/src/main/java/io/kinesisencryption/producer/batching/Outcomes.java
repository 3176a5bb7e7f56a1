// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.producer.ProducerListener.Acknowledged;
import io.kinesisencryption.producer.ProducerListener.GivenUp;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the user records that were accepted: each is settled exactly once. Settling happens on the engine's thread; futures are completed
 * on another, because that runs the application's code. Not thread-safe.
 */
final class Outcomes {
    private final Settings settings;
    private final Budget budget;
    private final Environment environment;
    private final PendingList unsettled = new PendingList();
    private final Queue<Flush> flushes = new ArrayDeque<>();

    private record Flush(long upTo, CompletableFuture<Void> done) {}

    Outcomes(Settings settings, Budget budget, Environment environment) {
        this.settings = settings;
        this.budget = budget;
        this.environment = environment;
    }

    void accepted(Pending pending) {
        unsettled.add(pending);
    }

    /** Whether every record that was accepted is settled. */
    boolean allSettled() {
        return unsettled.isEmpty();
    }

    /** Completes a future once every record that was accepted so far is settled. Returns the number of the last of them. */
    long flush(CompletableFuture<Void> done) {
        flushes.add(new Flush(unsettled.added(), done));
        return unsettled.added();
    }

    /** Completes the flushes that have nothing to wait for any more. */
    void completeFlushes() {
        Flush flush = flushes.peek();
        while (flush != null) {
            Pending first = unsettled.first();
            if (first != null && first.number <= flush.upTo) {
                return;
            }
            flushes.remove();
            CompletableFuture<Void> done = flush.done;
            environment.complete(() -> done.complete(null));
            flush = flushes.peek();
        }
    }

    /** The stream has an aggregate. */
    void acknowledged(Aggregate aggregate, String shardId, String sequenceNumber) {
        List<Pending> records = aggregate.records();
        boolean[] told = new boolean[records.size()];
        int count = 0;
        long bufferedBytes = 0;
        long oldestNanos = 0;
        for (int i = 0; i < told.length; i++) {
            Pending pending = records.get(i);
            if (settle(pending)) {
                told[i] = true;
                bufferedBytes += pending.bufferedBytes;
                oldestNanos = count++ == 0 ? acceptedNanos(pending) : oldestNanos;
            }
        }
        if (count == 0) {
            return;
        }
        int attempts = aggregate.attempts();
        Duration sinceAccepted = Duration.ofNanos(environment.nanoTime() - oldestNanos);
        settings.listener().onAcknowledged(new Acknowledged(settings.stream(), count, attempts, sinceAccepted));
        long freedBytes = bufferedBytes;
        int freed = count;
        environment.complete(() -> {
            budget.give(freedBytes, freed);
            for (int i = 0; i < told.length; i++) {
                if (told[i]) {
                    records.get(i).future.complete(new PutReceipt(shardId, sequenceNumber, i, attempts));
                }
            }
        });
    }

    /** An aggregate is given up. */
    void failed(Aggregate aggregate, String what, @Nullable Throwable cause) {
        fail(aggregate.records(), what, cause);
    }

    /** Records that are in no aggregate yet are given up. */
    void failed(Iterable<Pending> records, String what, @Nullable Throwable cause) {
        fail(records, what, cause);
    }

    /** Gives up everything that is not settled. */
    void failAll(String what, @Nullable Throwable cause) {
        for (Pending pending = unsettled.first(); pending != null; pending = unsettled.first()) {
            fail(List.of(pending), what, cause);
        }
        completeFlushes();
    }

    /** Gives up what was tried for long enough. */
    void expire(long nowNanos) {
        List<Pending> expired = new ArrayList<>(0);
        for (Pending pending = unsettled.first();
                pending != null && pending.deadlineNanos - nowNanos <= 0;
                pending = pending.next) {
            expired.add(pending);
        }
        for (Pending pending : expired) {
            Aggregate aggregate = pending.aggregate;
            fail(
                    List.of(pending),
                    "Not acknowledged within %s".formatted(Duration.ofNanos(settings.deliveryTimeoutNanos())),
                    aggregate == null ? null : aggregate.lastFailure);
        }
    }

    /** How long until the next record has been tried for long enough, or the longest if there is none. */
    long waitNanos(long nowNanos) {
        Pending first = unsettled.first();
        return first == null ? Long.MAX_VALUE : Math.max(0, first.deadlineNanos - nowNanos);
    }

    private void fail(Iterable<Pending> records, String what, @Nullable Throwable cause) {
        List<Pending> failed = new ArrayList<>();
        boolean mayHaveBeenWritten = false;
        int attempts = 0;
        long bufferedBytes = 0;
        for (Pending pending : records) {
            Aggregate aggregate = pending.aggregate;
            if (aggregate != null) {
                mayHaveBeenWritten |= aggregate.mayHaveBeenWritten();
                attempts = aggregate.attempts();
            }
            if (settle(pending)) {
                failed.add(pending);
                bufferedBytes += pending.bufferedBytes;
            }
        }
        if (failed.isEmpty()) {
            return;
        }
        settings.listener().onGivenUp(new GivenUp(settings.stream(), failed.size(), mayHaveBeenWritten, cause));
        String message = "%s: %d calls carried the record, and it %s been written%s"
                .formatted(
                        what,
                        attempts,
                        mayHaveBeenWritten ? "may have" : "has not",
                        cause == null ? "" : ". Last failure: " + cause.getMessage());
        PutFailedException failure = new PutFailedException(message, mayHaveBeenWritten, attempts, cause);
        long freedBytes = bufferedBytes;
        environment.complete(() -> {
            budget.give(freedBytes, failed.size());
            failed.forEach(pending -> pending.future.completeExceptionally(failure));
        });
    }

    private boolean settle(Pending pending) {
        if (pending.settled) {
            return false;
        }
        pending.settled = true;
        pending.record = null;
        unsettled.remove(pending);
        Aggregate aggregate = pending.aggregate;
        if (aggregate != null) {
            aggregate.settledOne();
        }
        return true;
    }

    private long acceptedNanos(Pending pending) {
        return pending.deadlineNanos - settings.deliveryTimeoutNanos();
    }
}
