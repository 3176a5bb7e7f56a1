// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.FailureDecision;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Observes the shards that wait, and the records that cannot be decrypted, for alarms and metrics. Every method does nothing unless it is overridden,
 * and further ones may be added. {@link DecryptingShardRecordProcessorFactory#holds()} tells at any time which shards wait.
 *
 * <p>The events of a factory come one after the other, in order, on a thread of their own: never on the thread that holds, so a listener may
 * block, ask the scheduler to shut down, or call {@link DecryptingShardRecordProcessorFactory#stopWaiting()}. While a listener blocks, at most
 * 1,024 events wait for it; further ones are dropped and logged. What a listener throws is logged and goes no further.
 */
public interface HoldListener {
    /** A listener that does nothing. */
    HoldListener NONE = new HoldListener() {};

    /**
     * A shard has come to a record that it has to wait at. Everything before it has been delivered.
     *
     * @param hold where and why
     */
    default void onHoldStarted(Hold hold) {}

    /**
     * The record was tried again in vain: after fractions of a second at first if the key service, the sink or the application does not work, later
     * every half minute; each minute for every other reason.
     *
     * @param hold where and why; the reason may have changed since the hold started
     */
    default void onStillHolding(Hold hold) {}

    /**
     * The shard no longer waits. Follows every {@link #onHoldStarted}, unless the process ends first.
     *
     * @param hold where it waited, and why it did so last
     * @param outcome how it ended
     */
    default void onHoldEnded(Hold hold, Outcome outcome) {}

    /**
     * A record could not be decrypted when it was tried first. Comes before the hold or the passing over that follows from it.
     *
     * @param failure where, why, and what the policies say
     */
    default void onRecordFailed(RecordFailure failure) {}

    /**
     * A record was passed over: it is not delivered, and checkpoints go past it.
     *
     * @param record which, why and how
     */
    default void onRecordPassedOver(PassedRecord record) {}

    /**
     * Records were accepted that are not encrypted.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param records how many, in one batch
     */
    default void onPlaintextAccepted(StreamIdentity stream, String shardId, int records) {}

    /**
     * A shard that waits.
     *
     * @param stream the stream that the shard is of
     * @param shardId the shard
     * @param sequenceNumber the sequence number of the record that it waits at; if the application does not take records, of the first of them
     * @param since when the shard came to it
     * @param attempts how often it was tried, at least once
     * @param error why the last attempt failed: a {@link KinesisEncryptionException}, or anything else that went wrong, such as an
     *     {@link IllegalStateException} because the {@code KinesisEncryption} is closed, or what the sink or the application threw
     * @param reason what that means
     * @param recordsHeldBack how many records KCL has handed over that wait behind it, itself included; the stream may hold many more
     */
    record Hold(
            StreamIdentity stream,
            String shardId,
            String sequenceNumber,
            Instant since,
            int attempts,
            Throwable error,
            HoldReason reason,
            int recordsHeldBack) {
        /**
         * The stable name of the failure to decrypt.
         *
         * @return the code, or null if {@link #error} is none of this library's failures
         */
        public @Nullable ErrorCode code() {
            return codeOf(error);
        }
    }

    /**
     * A record that could not be decrypted.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param sequenceNumber the record's sequence number
     * @param error why
     * @param decision what is done about it
     */
    record RecordFailure(
            StreamIdentity stream, String shardId, String sequenceNumber, Throwable error, FailureDecision decision) {
        /**
         * The stable name of the failure.
         *
         * @return the code, or null if {@link #error} is none of this library's failures
         */
        public @Nullable ErrorCode code() {
            return codeOf(error);
        }
    }

    /**
     * A record that was passed over.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param sequenceNumber the record's sequence number
     * @param error why it could not be decrypted
     * @param passage how it was passed over
     * @param deadLettered whether a sink has it
     */
    record PassedRecord(
            StreamIdentity stream,
            String shardId,
            String sequenceNumber,
            Throwable error,
            Passage passage,
            boolean deadLettered) {
        /**
         * The stable name of the failure.
         *
         * @return the code, or null if {@link #error} is none of this library's failures
         */
        public @Nullable ErrorCode code() {
            return codeOf(error);
        }
    }

    /** How a record was passed over. */
    enum Passage {
        /** The policy is to skip such records. */
        SKIPPED,

        /** The sink has taken it. */
        DEAD_LETTERED,

        /** An operator let it pass, by {@link DecryptingShardRecordProcessorFactory#letPass} or the file. */
        LET_PASS
    }

    /** How a hold ended. */
    enum Outcome {
        /** The record was decrypted, or the application took its records; the rest of the batch is delivered now. */
        RESUMED,

        /** The record was passed over, and the rest of the batch is delivered now. */
        PASSED_OVER,

        /**
         * The wait was given up, by {@link DecryptingShardRecordProcessorFactory#stopWaiting()} or an interrupt. Nothing more of the shard is
         * delivered by this processor; the next one, here after a restart or elsewhere, begins at the last checkpoint.
         */
        HALTED
    }

    private static @Nullable ErrorCode codeOf(Throwable error) {
        return error instanceof KinesisEncryptionException failure ? failure.code() : null;
    }
}
