// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Observes the shards that wait at a record which cannot be decrypted, for alarms and metrics. Every method does nothing unless it is overridden,
 * and further ones may be added.
 *
 * <p>The events of a factory come one after the other, in order, on a thread of their own: never on the thread that holds, so a listener may
 * block, ask the scheduler to shut down, or call {@link DecryptingShardRecordProcessorFactory#stopWaiting()}. While a listener blocks, at most
 * 1,024 events wait for it; further ones are dropped and logged. What a listener throws is logged and goes no further.
 */
public interface HoldListener {
    /** A listener that does nothing. */
    HoldListener NONE = new HoldListener() {};

    /**
     * A shard has come to a record that cannot be decrypted. Everything before it has been delivered.
     *
     * @param hold where and why
     */
    default void onHoldStarted(Hold hold) {}

    /**
     * The record was tried again and still cannot be decrypted: after fractions of a second at first if the key service is out of reach, later
     * every half minute; each minute for every other reason.
     *
     * @param hold where and why; the reason may have changed since the hold started
     */
    default void onStillHolding(Hold hold) {}

    /**
     * The shard no longer waits. Follows every {@link #onHoldStarted}, unless the process ends first.
     *
     * @param hold where it waited, and why it did so last
     * @param outcome whether the record was decrypted in the end
     */
    default void onHoldEnded(Hold hold, Outcome outcome) {}

    /**
     * A shard that waits at a record.
     *
     * @param stream the stream that the shard is of
     * @param shardId the shard
     * @param sequenceNumber the sequence number of the record
     * @param since when the shard came to it
     * @param attempts how often decryption was tried, at least once
     * @param error why the last attempt failed: a {@link KinesisEncryptionException}, or anything else that went wrong, such as an
     *     {@link IllegalStateException} because the {@code KinesisEncryption} is closed
     */
    record Hold(
            StreamIdentity stream,
            String shardId,
            String sequenceNumber,
            Instant since,
            int attempts,
            Throwable error) {
        /**
         * The stable name of the reason.
         *
         * @return the code, or null if {@link #error} is none of this library's failures
         */
        public @Nullable ErrorCode code() {
            return error instanceof KinesisEncryptionException failure ? failure.code() : null;
        }
    }

    /** How a hold ended. */
    enum Outcome {
        /** The record was decrypted; it and the rest of its batch are delivered now. */
        RESUMED,

        /**
         * The wait was given up, by {@link DecryptingShardRecordProcessorFactory#stopWaiting()} or an interrupt. Nothing more of the shard is
         * delivered by this processor; the next one, here after a restart or elsewhere, begins at the last checkpoint.
         */
        HALTED
    }
}
