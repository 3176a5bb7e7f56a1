// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** User records that travel together: first open to more, then sealed once, then put until the stream has it or nobody waits for it. Not thread-safe. */
final class Aggregate {
    private static final int INITIAL_RECORDS = 16;

    final Slice slice;
    final long openedNanos;
    private final List<Pending> records = new ArrayList<>(INITIAL_RECORDS);
    private long sizeBytes;
    private int unsettled;
    private int attempts;
    private int sealingAttempts;
    private boolean mayHaveBeenWritten;
    private boolean sealing;
    private boolean sending;
    private @Nullable KinesisRecord sealed;
    private int sealedSizeBytes;

    /** Whether it was opened in the hope of more records. */
    boolean lingers;

    /** Whether it goes as soon as its slice is free. */
    boolean lingerOver;

    /** What kept it from the stream last. */
    @Nullable
    Throwable lastFailure;

    Aggregate(Slice slice, long openedNanos) {
        this.slice = slice;
        this.openedNanos = openedNanos;
    }

    void add(Pending pending) {
        pending.aggregate = this;
        records.add(pending);
        sizeBytes += pending.sizeBytes;
        unsettled++;
    }

    /** What it takes unsealed at most. */
    long sizeBytes() {
        return sizeBytes;
    }

    List<Pending> records() {
        return records;
    }

    /** One of its records was settled. */
    void settledOne() {
        unsettled--;
    }

    /** Whether somebody waits for it still. */
    boolean wanted() {
        return unsettled > 0;
    }

    /** What is to be sealed: the records that somebody waits for still; the others leave it. */
    List<UserRecord> toSeal() {
        records.removeIf(pending -> pending.settled);
        List<UserRecord> unsealed = new ArrayList<>(records.size());
        for (Pending pending : records) {
            unsealed.add(Objects.requireNonNull(pending.record));
        }
        sealingAttempts++;
        sealing = true;
        return unsealed;
    }

    /** The sealing that {@link #toSeal} began failed. */
    void notSealed() {
        sealing = false;
    }

    /** How often sealing was tried. */
    int sealingAttempts() {
        return sealingAttempts;
    }

    /** Lets go of the plaintext. */
    void seal(KinesisRecord record) {
        sealing = false;
        sealed = record;
        String partitionKey = Objects.requireNonNull(record.partitionKey());
        sealedSizeBytes = record.data().length + partitionKey.getBytes(StandardCharsets.UTF_8).length;
        for (Pending pending : records) {
            pending.record = null;
        }
    }

    @Nullable
    KinesisRecord sealed() {
        return sealed;
    }

    /** As the service counts it: data and partition key. */
    int sealedSizeBytes() {
        return sealedSizeBytes;
    }

    void sendingBegins() {
        sending = true;
        attempts++;
    }

    /** How many calls carried it. */
    int attempts() {
        return attempts;
    }

    void sendingEnded(boolean uncertain) {
        sending = false;
        mayHaveBeenWritten |= uncertain;
    }

    /**
     * Whether the stream may hold it, or come to hold it: a call that carried it has no known outcome or is under way, or it is sealed, or being
     * sealed, and goes out for the sake of another record.
     */
    boolean mayBeWritten() {
        return mayHaveBeenWritten || sending || ((sealing || sealed != null) && wanted());
    }
}
