// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.DependencyTimeoutException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.DryRunOperationException;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidAliasNameException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.KeyUnavailableException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInternalException;
import software.amazon.awssdk.services.kms.model.KmsInvalidMacException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/**
 * The service's errors as the SDK unmarshalls them: class, error code, HTTP status, request id and a message in the service's style.
 * Codes and statuses are those of the "Errors" section of each operation's page in the AWS KMS API reference.
 */
final class KmsErrors {
    private KmsErrors() {}

    static KmsException notFound(Caller caller, String message) {
        return build(NotFoundException.builder(), caller, "NotFoundException", 400, message);
    }

    static KmsException disabled(Caller caller, String keyArn) {
        return build(DisabledException.builder(), caller, "DisabledException", 400, keyArn + " is disabled.");
    }

    static KmsException invalidState(Caller caller, String message) {
        return build(KmsInvalidStateException.builder(), caller, "KMSInvalidStateException", 400, message);
    }

    /** The service gives this one no message. */
    static KmsException invalidCiphertext(Caller caller) {
        return build(InvalidCiphertextException.builder(), caller, "InvalidCiphertextException", 400, null);
    }

    static KmsException incorrectKey(Caller caller) {
        return build(
                IncorrectKeyException.builder(),
                caller,
                "IncorrectKeyException",
                400,
                "The key ID in the request does not identify a CMK that can perform this operation.");
    }

    static KmsException invalidKeyUsage(Caller caller, String message) {
        return build(InvalidKeyUsageException.builder(), caller, "InvalidKeyUsageException", 400, message);
    }

    static KmsException invalidMac(Caller caller) {
        return build(KmsInvalidMacException.builder(), caller, "KMSInvalidMacException", 400, null);
    }

    static KmsException invalidAliasName(Caller caller, String message) {
        return build(InvalidAliasNameException.builder(), caller, "InvalidAliasNameException", 400, message);
    }

    static KmsException alreadyExists(Caller caller, String message) {
        return build(AlreadyExistsException.builder(), caller, "AlreadyExistsException", 400, message);
    }

    /** The service's error of that name, not the one of {@code java.lang}. */
    static KmsException unsupportedOperation(Caller caller, String message) {
        return build(
                software.amazon.awssdk.services.kms.model.UnsupportedOperationException.builder(),
                caller,
                "UnsupportedOperationException",
                400,
                message);
    }

    static KmsException dryRun(Caller caller) {
        return build(
                DryRunOperationException.builder(),
                caller,
                "DryRunOperationException",
                400,
                "The request would have succeeded, but the DryRun option is set.");
    }

    static KmsException accessDenied(Caller caller, String operation, String resource) {
        return accessDenied(
                caller,
                "User: " + caller.principalArn() + " is not authorized to perform: kms:" + operation + " on resource: "
                        + resource + " with an explicit deny");
    }

    /** What the service answers for a ciphertext whose key is absent or forbidden, when the request names no key. */
    static KmsException accessDeniedToCiphertext(Caller caller) {
        return accessDenied(
                caller,
                "The ciphertext refers to a customer master key that does not exist, does not exist in this region,"
                        + " or you are not allowed to access.");
    }

    private static KmsException accessDenied(Caller caller, String message) {
        return build(KmsException.builder(), caller, "AccessDeniedException", 400, message);
    }

    static KmsException validation(Caller caller, String message) {
        return build(KmsException.builder(), caller, "ValidationException", 400, message);
    }

    static KmsException throttling(Caller caller) {
        return build(
                KmsException.builder(),
                caller,
                "ThrottlingException",
                400,
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.");
    }

    static KmsException internal(Caller caller) {
        return build(
                KmsInternalException.builder(), caller, "KMSInternalException", 500, "An internal error occurred.");
    }

    static KmsException dependencyTimeout(Caller caller) {
        return build(
                DependencyTimeoutException.builder(),
                caller,
                "DependencyTimeoutException",
                500,
                "The system timed out while trying to fulfill the request.");
    }

    static KmsException keyUnavailable(Caller caller) {
        return build(
                KeyUnavailableException.builder(), caller, "KeyUnavailableException", 500, "The key is not available.");
    }

    private static KmsException build(
            KmsException.Builder builder, Caller caller, String code, int status, @Nullable String message) {
        return (KmsException) builder.awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .serviceName("Kms")
                        .sdkHttpResponse(SdkHttpResponse.builder()
                                .statusCode(status)
                                .putHeader("x-amzn-RequestId", caller.requestId())
                                .build())
                        .build())
                .statusCode(status)
                .requestId(caller.requestId())
                .message(message)
                .build();
    }
}
