// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.kinesis.model.KmsThrottlingException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;

/**
 * What the failure of a call means for the records that it carried.
 *
 * @param kind what to do
 * @param mayHaveBeenWritten whether the stream may hold the records all the same
 * @param cause the failure itself, unwrapped
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_Errors">PutRecords: Errors</a>
 */
record Verdict(Kind kind, boolean mayHaveBeenWritten, Throwable cause) {
    /** What to do. */
    enum Kind {
        /** Trying again is of no use. */
        PERMANENT,
        /** Try again, slower. */
        THROTTLED,
        /** Try again. */
        TRANSIENT
    }

    private static final int FIRST_SERVER_STATUS = 500;
    private static final int FIRST_CLIENT_STATUS = 400;

    /** What the client mends by itself before it signs the next call. */
    private static final Set<String> MENDED_BY_THE_CLIENT = Set.of(
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "RequestInTheFuture",
            "RequestTimeout",
            "RequestTimeoutException");

    static Verdict of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof SdkServiceException service) {
            Verdict verdict = ofService(service);
            // What the client tried by itself before is not known: the answer is that to the last attempt.
            Integer attempts = service.numAttempts();
            return attempts != null && attempts > 1 ? new Verdict(verdict.kind, true, cause) : verdict;
        }
        // The connection broke, the time was up or there are no credentials: the service may or may not have had the
        // request.
        boolean passes = cause instanceof SdkClientException
                || cause instanceof SdkException
                || cause instanceof IOException
                || cause instanceof UncheckedIOException
                || cause instanceof TimeoutException
                || cause instanceof CancellationException;
        // Anything else is a fault of the client, such as its having been closed. It may have come after the service's
        // answer.
        return new Verdict(passes ? Kind.TRANSIENT : Kind.PERMANENT, true, cause);
    }

    private static Verdict ofService(SdkServiceException cause) {
        if (cause instanceof ProvisionedThroughputExceededException
                || cause instanceof LimitExceededException
                || cause instanceof KmsThrottlingException
                || cause.isThrottlingException()) {
            return new Verdict(Kind.THROTTLED, false, cause);
        }
        int status = cause.statusCode();
        if (status >= FIRST_SERVER_STATUS || status < FIRST_CLIENT_STATUS) {
            return new Verdict(Kind.TRANSIENT, true, cause);
        }
        boolean passes = cause.isClockSkewException()
                || (cause instanceof AwsServiceException aws
                        && aws.awsErrorDetails() != null
                        && MENDED_BY_THE_CLIENT.contains(
                                String.valueOf(aws.awsErrorDetails().errorCode())));
        return new Verdict(passes ? Kind.TRANSIENT : Kind.PERMANENT, false, cause);
    }
}
