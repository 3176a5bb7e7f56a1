// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.StreamIdentity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Observes what is put, for metrics: by the drop-in clients, and by the batching producer. Every method does nothing unless it is overridden, and
 * further ones may be added. They are called on threads that encrypt, that bring answers or that other records wait for, by many at once: return
 * quickly. What a listener throws is logged and goes no further.
 */
public interface ProducerListener {
    /** A listener that does nothing. */
    ProducerListener NONE = new ProducerListener() {};

    /**
     * The records of a request were encrypted and are about to be sent.
     *
     * @param event what happened
     */
    default void onRequestEncrypted(RequestEncrypted event) {}

    /**
     * A request is sent as several calls, because it is over the limits of one once it is encrypted.
     *
     * @param event what happened
     */
    default void onRequestSplit(RequestSplit event) {}

    /**
     * One of the calls of a split request failed after another one had succeeded. The caller gets no exception but an answer in which the records
     * of this call and of those after it have failed: this is the only place where the cause shows.
     *
     * @param event what happened
     */
    default void onPartFailed(PartFailed event) {}

    /**
     * A record was refused, and the whole request with it, because it does not fit.
     *
     * @param event what happened
     */
    default void onRecordRefused(RecordRefused event) {}

    /**
     * The largest record that a stream takes was read from the service.
     *
     * @param event what happened
     */
    default void onRecordLimitRead(RecordLimitRead event) {}

    /**
     * The largest record that a stream takes could not be read, most likely because {@code kinesis:DescribeStreamSummary} is not allowed.
     *
     * @param event what happened
     */
    default void onRecordLimitUnknown(RecordLimitUnknown event) {}

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
     * The records of a request were encrypted. Sizes are those that the service counts: data and partition keys.
     *
     * @param stream the stream that they are for
     * @param records how many
     * @param plainSizeBytes their size as the application handed them over
     * @param sealedSizeBytes their size as they are sent
     * @param encryptionNanos how long encrypting them took; a wait for a data key is in it where there was one
     */
    record RequestEncrypted(
            StreamIdentity stream, int records, long plainSizeBytes, long sealedSizeBytes, long encryptionNanos) {}

    /**
     * A request is sent as several calls.
     *
     * @param stream the stream
     * @param records how many records the request has
     * @param calls how many calls carry them, from 2
     */
    record RequestSplit(StreamIdentity stream, int records, int calls) {}

    /**
     * One of the calls of a split request failed.
     *
     * @param stream the stream
     * @param call which call, from 1: the first cannot be among these
     * @param calls how many calls the request has
     * @param records how many records the failed call carried; they may have been written
     * @param recordsNotSent how many records the calls after it would have carried; they were not written
     * @param cause what it failed with
     */
    record PartFailed(StreamIdentity stream, int call, int calls, int records, int recordsNotSent, Throwable cause) {}

    /**
     * A record was refused because it does not fit.
     *
     * @param stream the stream
     * @param index its place in the request, from 0
     * @param sizeBytes its size once encrypted, its partition key included
     * @param limitBytes the largest size that is sent
     */
    record RecordRefused(StreamIdentity stream, int index, long sizeBytes, long limitBytes) {}

    /**
     * The largest record that a stream takes was read.
     *
     * @param stream the stream
     * @param maxRecordSizeBytes what it says
     */
    record RecordLimitRead(StreamIdentity stream, int maxRecordSizeBytes) {}

    /**
     * The largest record that a stream takes could not be read.
     *
     * @param stream the stream
     * @param maxRecordSizeBytes what is taken for it until it is asked for again
     * @param cause why
     */
    record RecordLimitUnknown(StreamIdentity stream, int maxRecordSizeBytes, Throwable cause) {}

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
