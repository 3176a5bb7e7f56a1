// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.ConsumerListener.Passage;
import io.kinesisencryption.consumer.ConsumerListener.PassedRecord;
import io.kinesisencryption.consumer.ConsumerListener.RecordFailure;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.consumer.deadletter.RecordOrigin;
import io.kinesisencryption.consumer.policy.FailureDecision;
import io.kinesisencryption.consumer.policy.FailureDecisions;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.error.KinesisEncryptionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Carries out what the policies say of the records of one shard that do not open. Used by one thread at a time. */
final class FailedRecords {
    private static final Logger LOG = LoggerFactory.getLogger(FailedRecords.class);

    private final ShardContext shard;
    private final FailureDecisions decisions;
    private final @Nullable DeadLetterSink sink;

    FailedRecords(ShardContext shard) {
        this.shard = shard;
        this.decisions = shard.environment().policies().forShard();
        this.sink = shard.environment().policies().deadLetterSink();
    }

    /** Says that a record was opened. */
    void opened() {
        decisions.opened();
    }

    /** As {@link #handleAgain}, for a record that was tried for the first time. */
    @Nullable
    Obstacle handle(KinesisClientRecord record, Throwable failure) {
        FailureDecision decision = decide(failure);
        shard.environment()
                .events()
                .failed(new RecordFailure(
                        shard.stream(), shard.shardId(), String.valueOf(record.sequenceNumber()), failure, decision));
        return carryOut(decision, record, failure);
    }

    /**
     * Decides about a record that was tried again, and passes over it if that is the decision.
     *
     * @param failure why it could not be opened
     * @return null if it is passed over, and if the policy is to keep it, the sink has it; otherwise what the shard has to wait for
     */
    @Nullable
    Obstacle handleAgain(KinesisClientRecord record, Throwable failure) {
        return carryOut(decide(failure), record, failure);
    }

    /** A record that is decrypted and lacks its schema is not at fault, and not this library's to pass over. */
    private FailureDecision decide(Throwable failure) {
        return failure instanceof SchemaException
                ? new FailureDecision(RecordFailureAction.HOLD, HoldReason.SCHEMA_UNAVAILABLE)
                : decisions.decide(failure);
    }

    private @Nullable Obstacle carryOut(FailureDecision decision, KinesisClientRecord record, Throwable failure) {
        HoldReason reason = decision.reason();
        if (reason != null) {
            return new Obstacle(reason, failure);
        }
        Passage passage = Passage.SKIPPED;
        if (sink != null) {
            Throwable refusal = put(sink, record, failure);
            if (refusal != null) {
                return new Obstacle(HoldReason.SINK_UNAVAILABLE, refusal);
            }
            passage = Passage.DEAD_LETTERED;
        }
        decisions.passedOver();
        passedOver(record, failure, passage, sink != null);
        return null;
    }

    /** Passes over a record that an operator lets pass. The sink is offered it, if there is one, but need not take it. */
    void letPass(KinesisClientRecord record, Throwable failure) {
        Throwable refusal = sink == null ? null : put(sink, record, failure);
        if (refusal != null) {
            LOG.error(
                    "The dead-letter sink did not take record {} of shard {} of stream {}, which is let pass all the same",
                    record.sequenceNumber(),
                    shard.shardId(),
                    shard.stream(),
                    Loggable.of(refusal));
        }
        decisions.letPass();
        passedOver(record, failure, Passage.LET_PASS, sink != null && refusal == null);
    }

    /** Returns what was thrown, an {@link Error} included: to KCL nothing may get. */
    private @Nullable Throwable put(DeadLetterSink to, KinesisClientRecord record, Throwable failure) {
        try {
            to.put(DeadLetter.of(
                    new RecordOrigin(
                            shard.stream(),
                            shard.shardId(),
                            record.sequenceNumber(),
                            record.subSequenceNumber(),
                            record.approximateArrivalTimestamp()),
                    RecordOpener.stored(record),
                    failure,
                    shard.environment().policies().deadLetterPlaintext(),
                    shard.environment().timer().now()));
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        } catch (Throwable e) {
            return e;
        }
    }

    private void passedOver(KinesisClientRecord record, Throwable failure, Passage passage, boolean deadLettered) {
        boolean known = failure instanceof KinesisEncryptionException;
        LOG.warn(
                "Passed over record {} of shard {} of stream {} ({}{}), which could not be decrypted: {}",
                record.sequenceNumber(),
                shard.shardId(),
                shard.stream(),
                passage,
                passage != Passage.DEAD_LETTERED && deadLettered ? ", the sink has it" : "",
                known ? failure.getMessage() : failure.getClass().getName());
        shard.environment()
                .events()
                .passedOver(new PassedRecord(
                        shard.stream(),
                        shard.shardId(),
                        String.valueOf(record.sequenceNumber()),
                        failure,
                        passage,
                        deadLettered));
    }
}
