// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The errors that callers of an SDK client catch, with what happened as cause. */
final class ReadFailures {
    private ReadFailures() {}

    /** For a record that cannot be opened, with what else there is to say of it. */
    static SdkClientException of(String where, KinesisEncryptionException cause, String more) {
        String message = "Could not read %s: %s%s".formatted(where, cause.getMessage(), more);
        return cause.failureClass() == FailureClass.TRANSIENT_KEY ? retryable(message, cause) : client(message, cause);
    }

    /** For a call that cannot be made. */
    static SdkClientException refusal(String message) {
        return client(message, null);
    }

    static SdkClientException client(String message, @Nullable Throwable cause) {
        return SdkClientException.builder().message(message).cause(cause).build();
    }

    static SdkClientException retryable(String message, @Nullable Throwable cause) {
        return RetryableException.builder().message(message).cause(cause).build();
    }

    /** Whether waiting may end a failure: that of a key or of a sink, but not that of a record. */
    static boolean mayPass(Throwable failure) {
        if (failure instanceof SdkClientException known && known.retryable()) {
            // Also a sink's that fails as a record does, because it encrypts.
            return true;
        }
        return failure.getCause() instanceof KinesisEncryptionException cause
                && cause.failureClass() != FailureClass.RECORD;
    }

    /** What a future failed with, without what stages put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
