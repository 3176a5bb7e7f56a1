// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kms.model.DependencyTimeoutException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.InvalidGrantTokenException;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.KeyUnavailableException;
import software.amazon.awssdk.services.kms.model.KmsInternalException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.cryptography.materialproviders.model.CollectionOfErrors;
import software.amazon.cryptography.materialproviders.model.OpaqueError;
import software.amazon.cryptography.materialproviders.model.OpaqueWithTextError;

/**
 * Tells what a failure of the Encryption SDK or of a keyring means. A keyring reports the answers of several keys as a collection; the mildest of
 * them decides, because a record that one key may open later is not lost: transient before permanent before a fault of the record.
 */
final class KeyFailures {
    private KeyFailures() {}

    /** What a failure to get a new data key means: never that a record is at fault. */
    static KinesisEncryptionException onEncrypt(Throwable failure, String keyring) {
        Verdict verdict = Verdict.of(failure);
        if (verdict == null || verdict.code == null) {
            return new PermanentKeyException(
                    ErrorCode.KEY_FAILURE,
                    "No data key could be had from the keyring %s: %s".formatted(keyring, summary(failure)),
                    failure);
        }
        return keyFailure(
                verdict.code, "No data key could be had from the keyring %s".formatted(keyring), verdict.source);
    }

    /** What a failure to open a message means. */
    static KinesisEncryptionException onDecrypt(Throwable failure, String keyring) {
        Verdict verdict = Verdict.of(failure);
        if (verdict == null) {
            return new PermanentKeyException(
                    ErrorCode.KEY_FAILURE,
                    "The data key of a record could not be had from the keyring %s: %s"
                            .formatted(keyring, summary(failure)),
                    failure);
        }
        if (verdict.code == null) {
            // No cause: whoever forges records must not learn which check failed.
            return new AuthenticationFailedException(
                    "The record is not what a holder of its key sealed, or the keyring %s holds another key of that name"
                            .formatted(keyring),
                    null);
        }
        return keyFailure(
                verdict.code,
                "The data key of a record could not be had from the keyring %s".formatted(keyring),
                verdict.source);
    }

    private static KinesisEncryptionException keyFailure(ErrorCode code, String what, Throwable source) {
        String message = what + ": " + summary(source);
        return code == ErrorCode.KEY_UNAVAILABLE
                ? new TransientKeyException(message, source)
                : new PermanentKeyException(code, message, source);
    }

    private static String summary(Throwable failure) {
        String type = failure.getClass().getSimpleName();
        if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            return "%s (%s, request %s)"
                    .formatted(
                            service.awsErrorDetails().errorCode(),
                            service.awsErrorDetails().errorMessage(),
                            service.requestId());
        }
        return failure.getMessage() == null ? type : type + ": " + failure.getMessage();
    }

    /** The code of a failure and the exception that it was read from; a null code means that the record is at fault. */
    private record Verdict(@Nullable ErrorCode code, Throwable source) {
        /** Null if nothing in the failure is known to this library. */
        static @Nullable Verdict of(Throwable failure) {
            Verdict mildest = null;
            Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            Deque<Throwable> open = new ArrayDeque<>();
            open.add(failure);
            while (!open.isEmpty()) {
                Throwable next = open.remove();
                if (!seen.add(next)) {
                    continue;
                }
                Verdict verdict = ofOne(next);
                if (verdict != null && (mildest == null || verdict.rank() < mildest.rank())) {
                    mildest = verdict;
                }
                addCauses(next, open);
            }
            return mildest;
        }

        private int rank() {
            if (code == null) {
                return 2;
            }
            return code == ErrorCode.KEY_UNAVAILABLE ? 0 : 1;
        }

        private static void addCauses(Throwable failure, Deque<Throwable> open) {
            if (failure.getCause() != null) {
                open.add(failure.getCause());
            }
            if (failure instanceof CollectionOfErrors collection && collection.list() != null) {
                open.addAll(collection.list());
            }
            if (failure instanceof OpaqueError opaque && opaque.obj() instanceof Throwable inner) {
                open.add(inner);
            }
            if (failure instanceof OpaqueWithTextError opaque && opaque.obj() instanceof Throwable inner) {
                open.add(inner);
            }
        }

        private static @Nullable Verdict ofOne(Throwable failure) {
            if (failure instanceof AwsServiceException service) {
                return new Verdict(codeOf(service), service);
            }
            if (failure instanceof SdkClientException) {
                return new Verdict(ErrorCode.KEY_UNAVAILABLE, failure);
            }
            String type = failure.getClass().getName();
            boolean ofTheSdk =
                    type.startsWith("com.amazonaws.encryptionsdk.") || type.startsWith("software.amazon.cryptography.");
            return ofTheSdk ? new Verdict(null, failure) : null;
        }

        private static @Nullable ErrorCode codeOf(AwsServiceException failure) {
            if (failure instanceof InvalidCiphertextException
                    || failure instanceof IncorrectKeyException
                    || failure instanceof InvalidKeyUsageException) {
                return null;
            }
            if (failure.isThrottlingException()
                    || failure.statusCode() >= 500
                    || failure instanceof KmsInternalException
                    || failure instanceof DependencyTimeoutException
                    || failure instanceof KeyUnavailableException) {
                return ErrorCode.KEY_UNAVAILABLE;
            }
            if (failure instanceof DisabledException) {
                return ErrorCode.KEY_DISABLED;
            }
            if (failure instanceof KmsInvalidStateException) {
                String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
                return message.contains("pending deletion") ? ErrorCode.KEY_PENDING_DELETION : ErrorCode.KEY_DISABLED;
            }
            if (failure instanceof NotFoundException) {
                return ErrorCode.KEY_NOT_FOUND;
            }
            if (failure instanceof InvalidGrantTokenException || isDenial(failure)) {
                return ErrorCode.KEY_DENIED;
            }
            return ErrorCode.KEY_FAILURE;
        }

        private static boolean isDenial(AwsServiceException failure) {
            if (failure.awsErrorDetails() == null) {
                return failure.statusCode() == 403;
            }
            return switch (String.valueOf(failure.awsErrorDetails().errorCode())) {
                case "AccessDeniedException",
                        "AccessDenied",
                        "UnrecognizedClientException",
                        "IncompleteSignature",
                        "InvalidSignatureException",
                        "ExpiredTokenException",
                        "MissingAuthenticationToken",
                        "OptInRequired",
                        "NotAuthorized" -> true;
                default -> failure.statusCode() == 403;
            };
        }
    }
}
