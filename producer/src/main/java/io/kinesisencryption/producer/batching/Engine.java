// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.ProducerListener.SlicesChosen;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What decides in a batching producer: which records travel together, when they are sealed, and what becomes of them. One thread runs it; all others
 * only leave things in its inbox. It knows time, threads and chance by its {@link Environment} only.
 */
final class Engine {
    /** After so many things from the inbox, what is due is looked at again. */
    private static final int MOST_AT_ONCE = 4096;

    /** A pause of so many linger times says that records come seldom; a longer one says no more. */
    private static final int LONGEST_GAP_LINGERS = 10;

    private final Settings settings;
    private final Environment environment;
    private final Budget budget;

    /** Records, requests to flush, and tasks, in the order in which they came. */
    private final Queue<Object> inbox = new ConcurrentLinkedQueue<>();

    private final Timers timers = new Timers();
    private final Outcomes outcomes;
    private final Sealing sealing;
    private final Sender sender;
    private final StreamWatch watch;
    private final Queue<Pending> unplaced = new ArrayDeque<>();

    /** The open aggregates that wait for more, in the order in which they were opened. Those that went earlier have left, so that none is kept in memory. */
    private final Set<Aggregate> lingering = new LinkedHashSet<>();

    private final Arrivals arrivals = new Arrivals();
    private @Nullable Slices slices;
    private long flushedUpTo;
    private boolean tookRecords;
    private volatile boolean ended;
    private volatile @Nullable Throwable broken;

    Engine(Settings settings, StreamClient client, Sealer sealer, Budget budget, Environment environment) {
        this.settings = settings;
        this.environment = environment;
        this.budget = budget;
        this.outcomes = new Outcomes(settings, budget, environment);
        this.watch = new StreamWatch(client, environment, this);
        this.sender = new Sender(settings, client, environment, outcomes, this);
        this.sealing = new Sealing(settings, sealer, environment, outcomes, sender, watch, this);
    }

    // What any thread may call.

    /** Takes a record, whose future will be completed whatever happens. */
    void accept(Pending pending) {
        inbox.add(pending);
        environment.wakeSoon();
        if (ended) {
            refuseInbox();
        }
    }

    /** Does something on the engine's thread. */
    void later(Runnable task) {
        inbox.add(task);
        environment.wake();
    }

    /**
     * Sends what waits for more records, and completes the future once every record that was accepted before is settled.
     *
     * @param inTurn whether that comes after the futures of those records are completed, on the same thread; if not, on the engine's
     */
    void flush(CompletableFuture<Void> done, boolean inTurn) {
        inbox.add(new FlushRequest(done, inTurn));
        environment.wake();
        if (ended) {
            refuseInbox();
        }
    }

    boolean hasWork() {
        return !inbox.isEmpty();
    }

    /** Whether nothing will be done any more. */
    boolean hasEnded() {
        return ended;
    }

    /** Why this stopped by itself, or null. */
    @Nullable
    Throwable broken() {
        return broken;
    }

    // What the engine's own thread calls.

    /** How many aggregates wait for more records. */
    int lingering() {
        return lingering.size();
    }

    /**
     * Does everything that is due.
     *
     * @return how long there is nothing to do unless {@link #hasWork}
     */
    long run() {
        if (ended) {
            refuseInbox();
            return Long.MAX_VALUE;
        }
        try {
            return runOnce();
        } catch (Throwable e) {
            // Whatever it was, no future may be left behind: nobody would ever hear of its record again.
            broken = e;
            end("The producer failed", e);
            return Long.MAX_VALUE;
        }
    }

    /** Whether the last run took records, so that more may be about to come. */
    boolean tookRecords() {
        return tookRecords;
    }

    private long runOnce() {
        tookRecords = false;
        Object next = inbox.poll();
        for (int i = 1; next != null; i++) {
            if (next instanceof Pending pending) {
                // It may come in between the end and its caller's look whether there was one, and then is the
                // caller's or this thread's to refuse.
                if (ended) {
                    refuse(pending);
                } else {
                    tookRecords = true;
                    take(pending);
                }
            } else if (next instanceof FlushRequest request) {
                flushNow(request);
            } else {
                ((Runnable) next).run();
            }
            next = i < MOST_AT_ONCE ? inbox.poll() : null;
        }
        long nowNanos = environment.nanoTime();
        timers.run(nowNanos);
        outcomes.expire(nowNanos);
        closeDue(nowNanos);
        sender.send(nowNanos);
        outcomes.completeFlushes();
        if (ended || hasWork()) {
            return 0;
        }
        long waitNanos = Math.min(timers.waitNanos(nowNanos), outcomes.waitNanos(nowNanos));
        return Math.min(waitNanos, Math.min(lingerNanos(nowNanos), sender.waitNanos(nowNanos)));
    }

    void at(long dueNanos, Runnable task) {
        timers.at(dueNanos, task);
    }

    /** Gives up what is not settled, and refuses what may still come. */
    void end(String what, @Nullable Throwable cause) {
        ended = true;
        outcomes.failAll(what, cause);
        refuseInbox();
        sender.cancel();
        timers.clear();
    }

    /** The stream has answered, or is not waited for any more. */
    void streamKnown() {
        Slices old = slices;
        int count = settings.slices() > 0 ? settings.slices() : Slices.countFor(watch.openShards());
        // Another division sends a key another way, while older records of it may not have been read yet.
        boolean fixed = settings.ordered() || settings.slices() > 0;
        if (old == null || (!fixed && old.count() != count)) {
            slices = new Slices(count);
            settings.tell(
                    ProducerListener::onSlicesChosen, new SlicesChosen(settings.stream(), watch.openShards(), count));
            if (old != null) {
                closeAll(old);
            }
        }
        for (Pending pending = unplaced.poll(); pending != null; pending = unplaced.poll()) {
            place(pending);
        }
    }

    /** There is no such stream. */
    void streamMissing(Throwable cause) {
        outcomes.failed(unplaced, "The stream %s was not found".formatted(settings.stream()), cause);
        unplaced.clear();
    }

    /** An aggregate is no longer on its way: the next one of its slice may go. */
    void released(Slice slice) {
        slice.underWay--;
        if (!settings.ordered()) {
            return;
        }
        Aggregate next = nextOf(slice);
        // Those that nobody waits for any more are passed by here: each would release the slice again, one call within
        // the other.
        while (next != null && !next.wanted()) {
            next = nextOf(slice);
        }
        if (next != null) {
            begin(next);
        }
    }

    /** Takes the next aggregate that may go. */
    private @Nullable Aggregate nextOf(Slice slice) {
        Aggregate next = slice.closed.poll();
        if (next == null && slice.open != null && slice.open.lingerOver) {
            next = slice.open;
            slice.open = null;
        }
        return next;
    }

    private void flushNow(FlushRequest request) {
        flushedUpTo = outcomes.flush(request.done, request.inTurn);
        Slices current = slices;
        if (current != null) {
            closeAll(current);
        }
    }

    private void take(Pending pending) {
        outcomes.accepted(pending);
        watch.used(environment.nanoTime());
        if (slices == null) {
            unplaced.add(pending);
        } else {
            place(pending);
        }
    }

    private void place(Pending pending) {
        Slices current = slices;
        if (pending.settled || current == null) {
            return;
        }
        long nowNanos = environment.nanoTime();
        long acceptedNanos = pending.deadlineNanos - settings.deliveryTimeoutNanos();
        long longestGapNanos = LONGEST_GAP_LINGERS * settings.lingerNanos();
        Slice slice =
                pending.keyed ? current.of(pending.hashKeyHigh) : current.withRoom(environment.random(), nowNanos);
        slice.arrivals.arrived(acceptedNanos, longestGapNanos);
        arrivals.arrived(acceptedNanos, longestGapNanos);
        Aggregate aggregate = slice.open;
        if (aggregate != null && !fits(aggregate, pending)) {
            close(aggregate);
            aggregate = null;
        }
        boolean opened = aggregate == null;
        if (aggregate == null) {
            aggregate = new Aggregate(slice, nowNanos);
            slice.open = aggregate;
        }
        aggregate.add(pending);
        if (isFull(aggregate)) {
            close(aggregate);
        } else if (pending.number <= flushedUpTo || (opened && !lingerGains(slice, current))) {
            endLinger(aggregate);
        } else if (opened) {
            aggregate.lingers = true;
            lingering.add(aggregate);
        }
    }

    private boolean fits(Aggregate aggregate, Pending pending) {
        return aggregate.records().size() < settings.maxAggregateRecords()
                && aggregate.sizeBytes() + pending.sizeBytes <= settings.maxAggregateSizeBytes();
    }

    /** Whether another record like those in it would not fit. */
    private boolean isFull(Aggregate aggregate) {
        int records = aggregate.records().size();
        return records >= settings.maxAggregateRecords()
                || aggregate.sizeBytes() + aggregate.sizeBytes() / records > settings.maxAggregateSizeBytes();
    }

    /** Whether another record is to be expected in the linger time. */
    private boolean lingerGains(Slice slice, Slices current) {
        double guess = arrivals.meanGapNanos(0) * current.count();
        return slice.arrivals.meanGapNanos(guess) < settings.lingerNanos();
    }

    private void closeDue(long nowNanos) {
        Aggregate aggregate = longestLingering();
        while (aggregate != null && nowNanos - aggregate.openedNanos >= settings.lingerNanos()) {
            endLinger(aggregate);
            aggregate = longestLingering();
        }
    }

    private @Nullable Aggregate longestLingering() {
        return lingering.isEmpty() ? null : lingering.iterator().next();
    }

    private long lingerNanos(long nowNanos) {
        Aggregate aggregate = longestLingering();
        return aggregate == null
                ? Long.MAX_VALUE
                : Math.max(0, aggregate.openedNanos + settings.lingerNanos() - nowNanos);
    }

    /** An aggregate goes as soon as its slice is free, and takes more records until then. */
    private void endLinger(Aggregate aggregate) {
        aggregate.lingerOver = true;
        lingering.remove(aggregate);
        if (!settings.ordered() || aggregate.slice.underWay == 0) {
            close(aggregate);
        }
    }

    private void closeAll(Slices which) {
        for (Slice slice : which.used()) {
            if (slice.open != null) {
                endLinger(slice.open);
            }
        }
    }

    private void close(Aggregate aggregate) {
        Slice slice = aggregate.slice;
        slice.open = null;
        lingering.remove(aggregate);
        if (settings.ordered() && slice.underWay > 0) {
            slice.closed.add(aggregate);
        } else {
            begin(aggregate);
        }
    }

    private void begin(Aggregate aggregate) {
        aggregate.slice.underWay++;
        sealing.begin(aggregate);
    }

    private void refuseInbox() {
        for (Object next = inbox.poll(); next != null; next = inbox.poll()) {
            if (next instanceof Pending pending) {
                refuse(pending);
            } else if (next instanceof FlushRequest request) {
                outcomes.completeFlush(request.done, request.inTurn);
            }
        }
    }

    private void refuse(Pending pending) {
        budget.give(pending.bufferedBytes, 1);
        pending.future.completeExceptionally(
                new PutFailedException("The producer is closed: the record was refused", false, 0, broken));
    }

    /** Somebody wants to know when everything so far is settled. */
    private record FlushRequest(CompletableFuture<Void> done, boolean inTurn) {}
}
