// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.producer.internal.SealedCalls;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * A request of the application under way: its records, the calls that carry them once they are encrypted, and the one answer that the answers to those
 * make. Not thread-safe.
 *
 * @param <Q> the request
 * @param <R> its answer
 */
interface Put<Q extends KinesisRequest, R> {
    /** The application's request. */
    Q request();

    /** Its records, in plaintext, at least one. */
    List<UserRecord> records();

    /** The largest record that a call can carry, whatever the stream takes. */
    int largestRecordBytes();

    /** Takes the encrypted records, in their order, and divides them into calls. */
    void sealed(List<KinesisRecord> records);

    /** How many calls carry the records. */
    int calls();

    /** How many records a call carries. */
    int recordsOf(int call);

    /**
     * A call.
     *
     * @param call from 0
     * @param deadline what the call may take is left of this
     * @throws ApiCallTimeoutException if nothing is left
     */
    Q call(int call, Deadline deadline);

    /**
     * Takes the answer to a call. Calls are answered in their order.
     *
     * @throws software.amazon.awssdk.core.exception.SdkClientException if it is not one for the call's records
     */
    void answered(int call, R response);

    /** Ends without an answer to a call and to those after it, which were not sent: at least one call was answered before. */
    void failed(int call, Throwable cause);

    /** The answer. After the last call was answered or one has failed. */
    R response();

    /**
     * Refuses what an encrypting client around this one is sending.
     *
     * @param data a record's
     */
    default void checkPlaintext(SdkBytes data) {
        if (SealedCalls.contains(data)) {
            throw BoundaryExceptions.refusal(
                    "The records are encrypted already, by an encrypting client or producer whose calls reach this one; nothing was sent: wrap the client once");
        }
    }

    /** The configuration of a call: that of the application's request, within its deadline. */
    default @Nullable AwsRequestOverrideConfiguration overrideConfiguration(Deadline deadline) {
        return deadline.bound(request().overrideConfiguration().orElse(null), Long.MAX_VALUE);
    }
}
