// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.StreamIdentity;

/**
 * Observes what is put, for metrics. Every method does nothing unless it is overridden, and further ones may be added. They are called on the
 * thread that encrypts or that brings an answer, by many threads at once: return quickly. What a listener throws is logged and goes no further.
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
}
