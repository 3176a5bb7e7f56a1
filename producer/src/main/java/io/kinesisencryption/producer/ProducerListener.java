// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.StreamIdentity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Observes the producers, for metrics. Every method does nothing unless it is overridden, and further ones may be added. They are called on
 * threads that other records wait for, by many at once: return quickly. What a listener throws is logged and goes no further.
 */
public interface ProducerListener {
    /** A listener that does nothing. */
    ProducerListener NONE = new ProducerListener() {};

    /**
     * The batching producer has divided its stream's hash keys.
     *
     * @param event what happened
     */
    default void onSlicesChosen(SlicesChosen event) {}

    /**
     * The batching producer has sealed an aggregate.
     *
     * @param event what happened
     */
    default void onAggregateSealed(AggregateSealed event) {}

    /**
     * The batching producer is about to call PutRecords. {@link #onPutEnded} follows.
     *
     * @param event what happened
     */
    default void onPutStarted(PutStarted event) {}

    /**
     * A call of PutRecords by the batching producer has ended.
     *
     * @param event what happened
     */
    default void onPutEnded(PutEnded event) {}

    /**
     * The batching producer will try an aggregate again.
     *
     * @param event what happened
     */
    default void onRetry(Retry event) {}

    /**
     * The stream has an aggregate; the futures of its user records are about to be completed.
     *
     * @param event what happened
     */
    default void onAcknowledged(Acknowledged event) {}

    /**
     * The batching producer has given up user records; their futures are about to be completed.
     *
     * @param event what happened
     */
    default void onGivenUp(GivenUp event) {}

    /**
     * The batching producer has divided its stream's hash keys.
     *
     * @param stream the stream
     * @param openShards how many open shards the stream has, or 0 if that could not be learned
     * @param slices how many parts there are
     */
    record SlicesChosen(StreamIdentity stream, int openShards, int slices) {}

    /**
     * The batching producer has sealed an aggregate.
     *
     * @param stream the stream
     * @param userRecords how many user records it holds
     * @param dataSizeBytes the size of their data
     * @param envelopeSizeBytes the size of the data that the stream will store
     * @param sealing how long sealing took, any wait for a data key included
     * @param buffered how long the aggregate was open and waited to be sealed
     * @param lingered whether it waited for more user records; if not, none was to be expected in the time
     */
    record AggregateSealed(
            StreamIdentity stream,
            int userRecords,
            long dataSizeBytes,
            int envelopeSizeBytes,
            Duration sealing,
            Duration buffered,
            boolean lingered) {}

    /**
     * The batching producer is about to call PutRecords.
     *
     * @param stream the stream
     * @param records how many Kinesis records the call carries
     * @param sizeBytes their size as the service counts it
     */
    record PutStarted(StreamIdentity stream, int records, long sizeBytes) {}

    /**
     * A call of PutRecords has ended.
     *
     * @param stream the stream
     * @param records how many Kinesis records it carried
     * @param throttled how many of them the stream refused for its throughput
     * @param failed how many of them failed otherwise
     * @param duration how long the call took
     * @param failure why the whole call failed, or null if the service answered for each record
     */
    record PutEnded(
            StreamIdentity stream,
            int records,
            int throttled,
            int failed,
            Duration duration,
            @Nullable Throwable failure) {}

    /**
     * The batching producer will try an aggregate again.
     *
     * @param stream the stream
     * @param stage what failed
     * @param attempts how often it has failed
     * @param delay when it will be tried
     */
    record Retry(StreamIdentity stream, Stage stage, int attempts, Duration delay) {}

    /** What can fail. */
    enum Stage {
        /** Sealing: the key service did not answer. */
        SEAL,
        /** The call of PutRecords, or the aggregate in it. */
        PUT
    }

    /**
     * The stream has an aggregate.
     *
     * @param stream the stream
     * @param userRecords how many user records
     * @param attempts how many calls carried it
     * @param sinceAccepted how long ago the first of them was accepted
     */
    record Acknowledged(StreamIdentity stream, int userRecords, int attempts, Duration sinceAccepted) {}

    /**
     * The batching producer has given up user records.
     *
     * @param stream the stream
     * @param userRecords how many user records
     * @param mayHaveBeenWritten whether the stream may hold them all the same
     * @param cause what was said last, or null
     */
    record GivenUp(
            StreamIdentity stream,
            int userRecords,
            boolean mayHaveBeenWritten,
            @Nullable Throwable cause) {}
}
