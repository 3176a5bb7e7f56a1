// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** The service's error codes, each with its HTTP status and the exception class the SDK maps it to. */
enum ErrorCode {
    ACCESS_DENIED("AccessDeniedException", 400),
    EXPIRED_ITERATOR("ExpiredIteratorException", 400),
    EXPIRED_NEXT_TOKEN("ExpiredNextTokenException", 400),
    INTERNAL_FAILURE("InternalFailure", 500),
    INVALID_ARGUMENT("InvalidArgumentException", 400),
    LIMIT_EXCEEDED("LimitExceededException", 400),
    RESOURCE_IN_USE("ResourceInUseException", 400),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 400),
    THROUGHPUT_EXCEEDED("ProvisionedThroughputExceededException", 400),
    VALIDATION("ValidationException", 400);

    private final String code;
    private final int httpStatus;

    ErrorCode(String code, int httpStatus) {
        this.code = code;
        this.httpStatus = httpStatus;
    }

    String code() {
        return code;
    }

    int httpStatus() {
        return httpStatus;
    }

    KinesisException.Builder exception() {
        return switch (this) {
            case ACCESS_DENIED -> AccessDeniedException.builder();
            case EXPIRED_ITERATOR -> ExpiredIteratorException.builder();
            case EXPIRED_NEXT_TOKEN -> ExpiredNextTokenException.builder();
            // The SDK has no class for this code, so its callers see a plain KinesisException.
            case INTERNAL_FAILURE -> KinesisException.builder();
            case INVALID_ARGUMENT -> InvalidArgumentException.builder();
            case LIMIT_EXCEEDED -> LimitExceededException.builder();
            case RESOURCE_IN_USE -> ResourceInUseException.builder();
            case RESOURCE_NOT_FOUND -> ResourceNotFoundException.builder();
            case THROUGHPUT_EXCEEDED -> ProvisionedThroughputExceededException.builder();
            case VALIDATION -> ValidationException.builder();
        };
    }
}
