// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.UserRecord;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A user record that was accepted and whose future is not completed yet. The first fields are set once by the caller's thread; the rest belongs
 * to the engine's.
 */
final class Pending {
    /** What a user record takes in an aggregate at most, beside its data and keys: three tags, their lengths and two indexes. */
    private static final int FRAMING_BYTES = 20;

    /** What one that waits takes in memory beside its data, roughly: this object, its future, and their places in queues. */
    private static final int OBJECTS_BYTES = 200;

    final CompletableFuture<PutReceipt> future = new CompletableFuture<>();
    final int bufferedBytes;
    final long hashKeyHigh;
    final long deadlineNanos;
    final boolean keyed;

    /** What it takes in an aggregate at most. */
    final int sizeBytes;

    /** Null once it is sealed. */
    @Nullable
    UserRecord record;

    long number;
    boolean settled;

    @Nullable
    Aggregate aggregate;

    /** Neighbours in {@link PendingList}. */
    @Nullable
    Pending previous;

    @Nullable
    Pending next;

    /**
     * @param bufferedBytes what {@link #bufferedBytes(int, int)} says of it
     * @param hashKeyHigh the first 64 bits of what chooses its slice; of no meaning unless {@code keyed}
     */
    Pending(UserRecord record, int bufferedBytes, boolean keyed, long hashKeyHigh, long deadlineNanos) {
        this.record = record;
        this.keyed = keyed;
        this.hashKeyHigh = hashKeyHigh;
        this.deadlineNanos = deadlineNanos;
        this.bufferedBytes = bufferedBytes;
        this.sizeBytes = bufferedBytes - OBJECTS_BYTES;
    }

    /** What counts against the buffer. */
    static int bufferedBytes(int keysSizeBytes, int dataSizeBytes) {
        return FRAMING_BYTES + OBJECTS_BYTES + keysSizeBytes + dataSizeBytes;
    }
}
