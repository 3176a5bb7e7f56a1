// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.internal.logging.SafeLog;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.ProducerListener.Acknowledged;
import io.kinesisencryption.producer.ProducerListener.GivenUp;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private record Flush(long upTo, CompletableFuture<Void> done, boolean inTurn) {}

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

    /** Completes a future once every record that was accepted so far is settled. Returns that one's number. */
    long flush(CompletableFuture<Void> done, boolean inTurn) {
        flushes.add(new Flush(unsettled.added(), done, inTurn));
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
            completeFlush(flush.done, flush.inTurn);
            flush = flushes.peek();
        }
    }

    /** Completes a flush that has nothing to wait for; in turn means after the futures that are about to be completed. */
    void completeFlush(CompletableFuture<Void> done, boolean inTurn) {
        if (inTurn) {
            environment.complete(() -> done.complete(null));
        } else {
            done.complete(null);
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
        settings.tell(
                ProducerListener::onAcknowledged, new Acknowledged(settings.stream(), count, attempts, sinceAccepted));
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
        fail(aggregate, settleAll(aggregate.records()), what, cause);
    }

    /** Records that are in no aggregate yet are given up. */
    void failed(Iterable<Pending> records, String what, @Nullable Throwable cause) {
        fail(null, settleAll(records), what, cause);
    }

    /** Gives up everything that is not settled. */
    void failAll(String what, @Nullable Throwable cause) {
        failUntil(null, what, cause);
        completeFlushes();
    }

    /** Gives up what was tried for long enough. */
    void expire(long nowNanos) {
        Pending alive = unsettled.first();
        while (alive != null && alive.deadlineNanos - nowNanos <= 0) {
            alive = alive.next;
        }
        if (alive != unsettled.first()) {
            failUntil(
                    alive,
                    "Not acknowledged within %s".formatted(Duration.ofNanos(settings.deliveryTimeoutNanos())),
                    null);
        }
    }

    /** How long until the next record has been tried for long enough, or the longest if there is none. */
    long waitNanos(long nowNanos) {
        Pending first = unsettled.first();
        return first == null ? Long.MAX_VALUE : Math.max(0, first.deadlineNanos - nowNanos);
    }

    /** Gives up the oldest records. Whether one may be written depends on whether another one of its aggregate is waited for, so all are settled first. */
    private void failUntil(@Nullable Pending end, String what, @Nullable Throwable cause) {
        List<Pending> alone = new ArrayList<>();
        Map<Aggregate, List<Pending>> together = new LinkedHashMap<>();
        for (Pending pending = unsettled.first(); pending != end && pending != null; pending = unsettled.first()) {
            settle(pending);
            Aggregate aggregate = pending.aggregate;
            if (aggregate == null) {
                alone.add(pending);
            } else {
                together.computeIfAbsent(aggregate, key -> new ArrayList<>()).add(pending);
            }
        }
        fail(null, alone, what, cause);
        together.forEach(
                (aggregate, records) -> fail(aggregate, records, what, cause == null ? aggregate.lastFailure : cause));
    }

    private List<Pending> settleAll(Iterable<Pending> records) {
        List<Pending> settled = new ArrayList<>();
        for (Pending pending : records) {
            if (settle(pending)) {
                settled.add(pending);
            }
        }
        return settled;
    }

    private void fail(@Nullable Aggregate aggregate, List<Pending> settled, String what, @Nullable Throwable cause) {
        if (settled.isEmpty()) {
            return;
        }
        boolean mayHaveBeenWritten = aggregate != null && aggregate.mayBeWritten();
        int attempts = aggregate == null ? 0 : aggregate.attempts();
        settings.tell(
                ProducerListener::onGivenUp, new GivenUp(settings.stream(), settled.size(), mayHaveBeenWritten, cause));
        String message = "%s: %d calls carried the record, and it %s%s"
                .formatted(
                        what,
                        attempts,
                        mayHaveBeenWritten ? "may have been written" : "was not written",
                        cause == null ? "" : ". Last failure: " + SafeLog.messageOf(cause));
        PutFailedException failure = new PutFailedException(message, mayHaveBeenWritten, attempts, cause);
        environment.complete(() -> {
            budget.give(
                    settled.stream().mapToLong(pending -> pending.bufferedBytes).sum(), settled.size());
            settled.forEach(pending -> pending.future.completeExceptionally(failure));
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
