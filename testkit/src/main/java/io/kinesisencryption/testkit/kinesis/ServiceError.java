// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;

/**
 * An error answer of the service on its way from the engine to the client's boundary, where it turns into the SDK's exception
 * with the request id of the call.
 */
final class ServiceError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String text;

    ServiceError(ErrorCode code, String text) {
        super(text, null, false, false);
        this.code = code;
        this.text = text;
    }

    static ServiceError invalidArgument(String text) {
        return new ServiceError(ErrorCode.INVALID_ARGUMENT, text);
    }

    /** A breach of a constraint of the API's model, worded as the service words it. */
    static ServiceError constraint(String member, String constraint) {
        return new ServiceError(
                ErrorCode.VALIDATION,
                "1 validation error detected: Value at '" + member + "' failed to satisfy constraint: Member must "
                        + constraint);
    }

    KinesisException toException(String requestId) {
        AwsErrorDetails details = AwsErrorDetails.builder()
                .serviceName("Kinesis")
                .errorCode(code.code())
                .errorMessage(text)
                .sdkHttpResponse(SdkHttpResponse.builder()
                        .statusCode(code.httpStatus())
                        .putHeader("x-amzn-RequestId", requestId)
                        .build())
                .build();
        return (KinesisException) code.exception()
                .message(text)
                .awsErrorDetails(details)
                .statusCode(code.httpStatus())
                .requestId(requestId)
                .build();
    }
}
