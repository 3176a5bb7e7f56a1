// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.FailureDecision;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Observes a consumer, for alarms and metrics: what it delivers, the shards that wait, and the records that cannot be decrypted. Every method does
 * nothing unless it is overridden, and further ones may be added. {@link DecryptingShardRecordProcessorFactory#holds()} tells at any time which shards
 * wait.
 *
 * <p>The events of a factory come one after the other, in order, on a thread of their own: never on one that delivers or holds, so a listener may
 * block, ask the scheduler to shut down, or call {@link DecryptingShardRecordProcessorFactory#stopWaiting()}. While a listener blocks, at most
 * 1,024 events wait for it; further ones are dropped and logged. Those of batches and deliveries are dropped when 512 wait already, so that they
 * leave room for the rest. What a listener throws is logged and goes no further.
 */
public interface ConsumerListener {
    /** A listener that does nothing. */
    ConsumerListener NONE = new ConsumerListener() {};

    /**
     * KCL has handed over records of a shard, and the data keys that they lack were loaded, or could not be had. Nothing of them is delivered yet.
     *
     * @param batch what came
     */
    default void onBatchReceived(BatchReceived batch) {}

    /**
     * The application was given records and has returned. A batch of KCL's is delivered in several parts if the shard waits in the middle of it. Not
     * told of records that the application has not taken, where the policy is to hand them over again or to halt the shard.
     *
     * @param delivery what it was given
     */
    default void onDelivered(Delivered delivery) {}

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
     * A shard was given up: nothing more of it is delivered by this processor, and no checkpoint passes what was delivered. Follows a hold that ended so,
     * an application that throws if the policy is to halt then, an interrupt, or a fault of this library.
     *
     * @param shard which, and how far it came
     */
    default void onShardHalted(ShardHalted shard) {}

    /**
     * Records that KCL has handed over. If it took apart an aggregate of the Kinesis Producer Library, that is not encrypted as a whole, each of its
     * user records is one of them.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param records how many, at least one
     * @param sizeBytes the size of their data as the stream stores it
     * @param dataKeys how many different data keys they need, those that were here already included
     * @param keyLoading how long it took to load the others
     * @param behindLatest how old the shard's newest record was then, seen from these: what KCL calls {@code millisBehindLatest}; null if it did not say
     */
    record BatchReceived(
            StreamIdentity stream,
            String shardId,
            int records,
            long sizeBytes,
            int dataKeys,
            Duration keyLoading,
            @Nullable Duration behindLatest) {}

    /**
     * Records that the application was given in one call.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param records how many of the records that KCL handed over they were, at least one
     * @param plaintextRecords how many of those were not encrypted, and accepted all the same
     * @param userRecords how many the application was given: more, where a record holds several
     * @param dataSizeBytes the size of their data
     * @param opening how long it took to open them, with the dead-lettering of those between them that were passed over; waits at a record are not in it
     * @param processing how long the application took; of several calls, all together
     * @param failure what the application threw, which KCL gets; null if it threw nothing
     */
    record Delivered(
            StreamIdentity stream,
            String shardId,
            int records,
            int plaintextRecords,
            int userRecords,
            long dataSizeBytes,
            Duration opening,
            Duration processing,
            @Nullable Throwable failure) {}

    /**
     * A shard that was given up.
     *
     * @param stream the stream
     * @param shardId the shard
     * @param lastDelivered the sequence number of the last record that was delivered; null if there was none
     */
    record ShardHalted(
            StreamIdentity stream, String shardId, @Nullable String lastDelivered) {}

    /**
     * A shard that waits.
     *
     * @param stream the stream that the shard is of
     * @param shardId the shard
     * @param sequenceNumber the sequence number of the record that it waits at; if the application does not take records, of the first of them
     * @param arrival when the stream took that record, from which its retention counts; null if KCL does not know
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
            @Nullable Instant arrival,
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
