// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * How far a shard's records have been handed to the application, and so how far it may checkpoint. KCL's own limit is of no use for that: it moves to
 * the end of a batch before the batch is decrypted.
 *
 * <p>One thread at a time delivers; any thread may read. Every answer stays safe when it is old, because the position only moves forward, except from
 * records that the application did not take, and only the end of the shard, after the last delivery, lifts the limit.
 */
final class ShardPosition {
    private volatile @Nullable ExtendedSequenceNumber initial;
    private volatile @Nullable ExtendedSequenceNumber lastDelivered;
    private volatile @Nullable ExtendedSequenceNumber lastCommitted;
    /** The last record that the application got something of, which is not the last one if bad ones after it were passed over. */
    private volatile @Nullable ExtendedSequenceNumber lastGiven;

    private final ExpandedRecords expanded = new ExpandedRecords();
    private final AtomicBoolean halted = new AtomicBoolean();
    private volatile boolean atShardEnd;

    /** The checkpoint that the processor starts after. */
    void startAfter(@Nullable ExtendedSequenceNumber checkpoint) {
        initial = checkpoint;
    }

    /**
     * Called just before the application gets a record, as KCL does. A record that comes again does not move the position back. The tests of applications
     * hand over records without a sequence number, or with ones that KCL could not compare: those are taken as they come.
     */
    void delivered(KinesisClientRecord record) {
        ExtendedSequenceNumber position = positionOf(record);
        ExtendedSequenceNumber last = lastDelivered;
        if (last == null || !(isNumber(last) || isNumber(position)) || last.compareTo(position) < 0) {
            lastDelivered = position;
        }
    }

    /** Called before the application gets a batch, with the last record that something of it is of: the last one that it can name. */
    void gives(KinesisClientRecord record) {
        lastGiven = positionOf(record);
    }

    /**
     * Called before any of its user records is delivered for a record that holds several.
     *
     * @param record as the stream stores it
     * @param count how many user records it holds
     * @param before the record before it in its batch; null if it is the first
     */
    void expands(KinesisClientRecord record, int count, @Nullable KinesisClientRecord before) {
        ExtendedSequenceNumber position = positionOf(record);
        if (isNumber(position)) {
            expanded.add(position, count, before == null ? lastDelivered : positionOf(before));
        }
    }

    /**
     * Called when the application did not take what was delivered last: it counts as not delivered. What the application has checkpointed of it stays
     * delivered, because KCL refuses to go back behind a checkpoint. Waits for a checkpoint that is being written.
     *
     * @param before what {@link #lastDelivered} was before it
     */
    synchronized void takenBack(@Nullable ExtendedSequenceNumber before) {
        ExtendedSequenceNumber done = lastCommitted;
        boolean further = done != null && isNumber(done) && (before == null || done.compareTo(before) > 0);
        lastDelivered = further ? done : before;
    }

    /** What KCL has taken as a checkpoint. */
    void committed(ExtendedSequenceNumber checkpoint) {
        lastCommitted = checkpoint;
        expanded.committed(checkpoint);
    }

    private static ExtendedSequenceNumber positionOf(KinesisClientRecord record) {
        return new ExtendedSequenceNumber(record.sequenceNumber(), record.subSequenceNumber());
    }

    /** What KCL can compare. */
    static boolean isNumber(ExtendedSequenceNumber position) {
        String digits = position.sequenceNumber();
        if (digits == null || digits.isEmpty()) {
            return false;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (!Character.isDigit(digits.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Nothing more will be delivered, although the shard goes on. For good.
     *
     * @return false if it was so already
     */
    boolean halt() {
        return !halted.getAndSet(true);
    }

    boolean isHalted() {
        return halted.get();
    }

    /** Everything has been delivered, and the application is asked to checkpoint the end of the shard. Never of a halted one. */
    void shardEnded() {
        atShardEnd = true;
    }

    boolean isAtShardEnd() {
        return atShardEnd;
    }

    /** The last record that was handed over; null if there is none yet. */
    @Nullable
    ExtendedSequenceNumber lastDelivered() {
        return lastDelivered;
    }

    /** What KCL would checkpoint for an application that names no record; null only before {@code initialize}. */
    @Nullable
    ExtendedSequenceNumber latest() {
        if (isAtShardEnd()) {
            return ExtendedSequenceNumber.SHARD_END;
        }
        ExtendedSequenceNumber last = lastDelivered;
        return last == null ? initial : last;
    }

    /** The checkpoint that the processor started after; null only before {@code initialize}. */
    @Nullable
    ExtendedSequenceNumber initial() {
        return initial;
    }

    /**
     * What KCL must be given for a record that the application names.
     *
     * @return the record's position; or that of the record before it, if the application names one of several user records in it and not the last;
     *     or {@code SHARD_END} for the last record once the shard has ended, and for the last one that the application was given if bad ones after it were
     *     passed over, because KCL ignores its sequence number if that is checkpointed already or not the last, and then never completes the shard; or
     *     null if there is no position to go back to that is safe
     * @throws IllegalArgumentException if the application has not been given the record yet, or names no record but a place to start at: KCL sorts
     *     those before every record and takes them, and the next consumer would begin at {@code LATEST}, behind what is held here
     */
    @Nullable
    ExtendedSequenceNumber target(@Nullable String sequenceNumber, long subSequenceNumber) {
        ExtendedSequenceNumber asked = new ExtendedSequenceNumber(sequenceNumber, subSequenceNumber);
        ExtendedSequenceNumber named = expanded.roundedDown(asked);
        if (named == null) {
            return null;
        }
        ExtendedSequenceNumber last = lastDelivered;
        if (last == null) {
            last = initial;
        }
        if (isAtShardEnd() && isEnd(named)) {
            return ExtendedSequenceNumber.SHARD_END;
        }
        boolean elsewhere = named.isSentinelCheckpoint() && !named.equals(initial);
        boolean delivered = lastDelivered != null && named.equals(last);
        if (last == null || elsewhere || (!delivered && named.compareTo(last) > 0)) {
            throw new IllegalArgumentException(
                    "Could not checkpoint at %s: the last record that was delivered is %s".formatted(asked, last));
        }
        return named;
    }

    /** Whether a record is the last one, as far as the application can know. */
    private boolean isEnd(ExtendedSequenceNumber named) {
        ExtendedSequenceNumber given = lastGiven;
        return named.equals(latest()) || named.equals(lastDelivered) || named.equals(given == null ? initial : given);
    }
}
