// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Turns errors of this library into those that callers of an SDK client catch, with the original as cause. */
final class BoundaryExceptions {
    private BoundaryExceptions() {}

    /**
     * What a caller gets. The SDK's own exceptions stay what they are; of the rest, only a key service that is out of reach is worth another try.
     */
    static SdkClientException of(RuntimeException e) {
        if (e instanceof SdkClientException already) {
            return already;
        }
        if (e instanceof KinesisEncryptionException own && own.failureClass() == FailureClass.TRANSIENT_KEY) {
            return RetryableException.builder().message(e.getMessage()).cause(e).build();
        }
        String message = e.getMessage();
        return SdkClientException.builder()
                .message(message == null ? e.toString() : message)
                .cause(e)
                .build();
    }

    /** What a caller gets whose future failed; what is no exception of ours or of the SDK's becomes a cause. */
    static SdkClientException ofFuture(Throwable e) {
        Throwable cause = unwrapped(e);
        return cause instanceof RuntimeException exception
                ? of(exception)
                : SdkClientException.builder()
                        .message(cause.toString())
                        .cause(cause)
                        .build();
    }

    static SdkClientException refusal(String message) {
        return SdkClientException.builder().message(message).build();
    }

    /** What a future failed with, without what futures put around it. */
    static Throwable unwrapped(Throwable e) {
        Throwable cause = e;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
