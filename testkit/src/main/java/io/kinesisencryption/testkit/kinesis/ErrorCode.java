// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.function.Supplier;
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
    ACCESS_DENIED("AccessDeniedException", 400, AccessDeniedException::builder),
    EXPIRED_ITERATOR("ExpiredIteratorException", 400, ExpiredIteratorException::builder),
    EXPIRED_NEXT_TOKEN("ExpiredNextTokenException", 400, ExpiredNextTokenException::builder),
    // The SDK has no class for this code, so its callers see a plain KinesisException.
    INTERNAL_FAILURE("InternalFailure", 500, KinesisException::builder),
    INVALID_ARGUMENT("InvalidArgumentException", 400, InvalidArgumentException::builder),
    LIMIT_EXCEEDED("LimitExceededException", 400, LimitExceededException::builder),
    RESOURCE_IN_USE("ResourceInUseException", 400, ResourceInUseException::builder),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 400, ResourceNotFoundException::builder),
    THROUGHPUT_EXCEEDED("ProvisionedThroughputExceededException", 400, ProvisionedThroughputExceededException::builder),
    VALIDATION("ValidationException", 400, ValidationException::builder);

    private final String code;
    private final int httpStatus;
    private final Supplier<? extends KinesisException.Builder> builder;

    ErrorCode(String code, int httpStatus, Supplier<? extends KinesisException.Builder> builder) {
        this.code = code;
        this.httpStatus = httpStatus;
        this.builder = builder;
    }

    String code() {
        return code;
    }

    int httpStatus() {
        return httpStatus;
    }

    KinesisException.Builder exception() {
        return builder.get();
    }
}
