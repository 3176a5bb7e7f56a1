// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Turns errors of this library into those that callers of an SDK client catch, with the original as cause. */
final class BoundaryExceptions {
    private BoundaryExceptions() {}

    static SdkClientException of(KinesisEncryptionException e) {
        if (e.failureClass() == FailureClass.TRANSIENT_KEY) {
            return RetryableException.builder().message(e.getMessage()).cause(e).build();
        }
        return SdkClientException.builder().message(e.getMessage()).cause(e).build();
    }

    static SdkClientException refusal(String message) {
        return SdkClientException.builder().message(message).build();
    }
}
