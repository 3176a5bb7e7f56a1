// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import com.amazonaws.encryptionsdk.exception.AwsCryptoException;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.envelope.UntrustedText;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.RequestLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
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
import software.amazon.cryptography.materialproviders.model.AwsCryptographicMaterialProvidersException;
import software.amazon.cryptography.materialproviders.model.CollectionOfErrors;

/**
 * Tells what a failure of the Encryption SDK or of a keyring means. A keyring reports the answers of several keys as a collection; the mildest
 * of them decides, because a record that one key may open later is not lost.
 */
public final class KeyFailures {
    private static final Set<String> DENIALS = Set.of(
            "AccessDeniedException",
            "AccessDenied",
            "UnrecognizedClientException",
            "IncompleteSignature",
            "InvalidSignatureException",
            "ExpiredTokenException",
            "MissingAuthenticationToken",
            "NotAuthorized",
            "OptInRequired");

    private KeyFailures() {}

    /** What a failure to get a new data key means: never that a record is at fault. */
    static KinesisEncryptionException onEncrypt(Throwable failure, String keyring) {
        return keyFailure(failure, "No data key could be had from the keyring " + keyring);
    }

    /**
     * What a failure of GenerateMac means.
     *
     * @param failure what KMS answered
     * @param keyArn the key that was named
     * @return a key failure that speaks of the blinding secret
     */
    public static KinesisEncryptionException onBlindingSecret(Throwable failure, String keyArn) {
        return keyFailure(failure, "The blinding secret could not be had from AWS KMS " + keyArn);
    }

    private static KinesisEncryptionException keyFailure(Throwable failure, String happened) {
        Verdict verdict = Verdict.of(failure);
        String what = happened + ": " + summary(verdict.source);
        return switch (verdict.meaning) {
            case TRY_AGAIN -> new TransientKeyException(what, verdict.source);
            case KEY_FAULT -> new PermanentKeyException(verdict.code, what, verdict.source);
            case RECORD_FAULT, NO_MATCH -> new PermanentKeyException(ErrorCode.KEY_FAILURE, what, verdict.source);
        };
    }

    /** What a failure to open a message means. */
    static KinesisEncryptionException onDecrypt(Throwable failure, String keyring) {
        Verdict verdict = Verdict.of(failure);
        String what = "The data key of a record could not be had from the keyring %s: %s"
                .formatted(keyring, summary(verdict.source));
        return switch (verdict.meaning) {
            case TRY_AGAIN -> new TransientKeyException(what, verdict.source);
            case KEY_FAULT -> new PermanentKeyException(verdict.code, what, verdict.source);
            // No cause: its message quotes the record as it is, line feeds included.
            case NO_MATCH -> new PermanentKeyException(verdict.code, what, null);
            case RECORD_FAULT -> authenticationFailed(keyring);
        };
    }

    /** What a failure of the Encryption SDK with a data key that is there means, on the way in: never that the payload is at fault. */
    static KinesisEncryptionException onSeal(RuntimeException failure, String keyring) {
        return ofSdk(failure, "encrypt", keyring);
    }

    /** What a failure of the Encryption SDK with a data key that is there means, on the way out. */
    static KinesisEncryptionException onOpen(RuntimeException failure, String keyring) {
        // An argument that the SDK does not like can only be of the message: a verification key that is no point, for
        // example.
        if (failure instanceof IllegalArgumentException || Verdict.of(failure).meaning == Meaning.RECORD_FAULT) {
            return authenticationFailed(keyring);
        }
        return ofSdk(failure, "decrypt", keyring);
    }

    /** An error of ours that came through the SDK stays what it is. */
    private static KinesisEncryptionException ofSdk(RuntimeException failure, String task, String keyring) {
        if (failure instanceof KinesisEncryptionException ours) {
            return ours;
        }
        return new PermanentKeyException(
                ErrorCode.KEY_FAILURE,
                "The Encryption SDK could not %s with a data key from the keyring %s: %s"
                        .formatted(task, keyring, summary(failure)),
                failure);
    }

    private static AuthenticationFailedException authenticationFailed(String keyring) {
        // No cause: whoever forges records must not learn which check failed.
        return new AuthenticationFailedException(
                "The record is not what a holder of its key sealed, or the keyring %s holds another key of that name"
                        .formatted(keyring),
                null);
    }

    /** The material providers library quotes the names of keys from the record, which are not authenticated. */
    private static String summary(Throwable failure) {
        String type = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? type : type + ": " + UntrustedText.shown(failure.getMessage());
    }

    /** What a failure means and the exception that it was read from; the mildest of several is the first of this order. */
    private enum Meaning {
        TRY_AGAIN,
        KEY_FAULT,
        RECORD_FAULT,
        /** No wrapping key of the keyring is among the record's. */
        NO_MATCH
    }

    private record Verdict(Meaning meaning, ErrorCode code, Throwable source) {
        static Verdict of(Throwable failure) {
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
                List<Throwable> inner = verdict == null ? innerOf(next) : List.of();
                if (verdict == null && inner.isEmpty()) {
                    verdict = new Verdict(Meaning.KEY_FAULT, ErrorCode.KEY_FAILURE, next);
                }
                if (verdict != null && (mildest == null || verdict.meaning.compareTo(mildest.meaning) < 0)) {
                    mildest = verdict;
                }
                open.addAll(inner);
            }
            return mildest == null ? new Verdict(Meaning.KEY_FAULT, ErrorCode.KEY_FAILURE, failure) : mildest;
        }

        private static List<Throwable> innerOf(Throwable failure) {
            List<Throwable> inner = new ArrayList<>();
            if (failure.getCause() != null) {
                inner.add(failure.getCause());
            }
            if (failure instanceof CollectionOfErrors collection && collection.list() != null) {
                inner.addAll(collection.list());
            }
            return inner;
        }

        /** Null for what only wraps other failures, and for what is not known here. */
        private static @Nullable Verdict ofOne(Throwable failure) {
            if (failure instanceof AwsServiceException service) {
                return ofService(service);
            }
            // The second: a call that the limits of the loads did not let through.
            if (failure instanceof SdkClientException || failure instanceof TransientKeyException) {
                return new Verdict(Meaning.TRY_AGAIN, ErrorCode.KEY_UNAVAILABLE, failure);
            }
            // A tag mismatch is a GeneralSecurityException; everything else that the SDK refuses was checked before it
            // was asked.
            if (failure instanceof AwsCryptoException || failure instanceof GeneralSecurityException) {
                return new Verdict(Meaning.RECORD_FAULT, ErrorCode.AUTHENTICATION_FAILED, failure);
            }
            if (failure instanceof AwsCryptographicMaterialProvidersException) {
                return new Verdict(Meaning.NO_MATCH, ErrorCode.KEY_NOT_CONFIGURED, failure);
            }
            return null;
        }

        /**
         * By class first: on the way through the material providers library the exceptions that KMS and DynamoDB model lose their error code and
         * status. DynamoDB holds the branch keys of the hierarchical keyring.
         */
        private static Verdict ofService(AwsServiceException failure) {
            if (failure instanceof InvalidCiphertextException
                    || failure instanceof IncorrectKeyException
                    || failure instanceof InvalidKeyUsageException) {
                return new Verdict(Meaning.RECORD_FAULT, ErrorCode.AUTHENTICATION_FAILED, failure);
            }
            if (failure.isThrottlingException()
                    || failure.statusCode() >= 500
                    || failure instanceof KmsInternalException
                    || failure instanceof DependencyTimeoutException
                    || failure instanceof KeyUnavailableException
                    || failure instanceof ProvisionedThroughputExceededException
                    || failure instanceof RequestLimitExceededException
                    || failure instanceof InternalServerErrorException) {
                return new Verdict(Meaning.TRY_AGAIN, ErrorCode.KEY_UNAVAILABLE, failure);
            }
            return new Verdict(Meaning.KEY_FAULT, permanentCodeOf(failure), failure);
        }

        private static ErrorCode permanentCodeOf(AwsServiceException failure) {
            if (failure instanceof DisabledException) {
                return ErrorCode.KEY_DISABLED;
            }
            if (failure instanceof KmsInvalidStateException) {
                String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
                return message.contains("pending deletion") ? ErrorCode.KEY_PENDING_DELETION : ErrorCode.KEY_DISABLED;
            }
            if (failure instanceof NotFoundException || failure instanceof ResourceNotFoundException) {
                return ErrorCode.KEY_NOT_FOUND;
            }
            if (failure instanceof InvalidGrantTokenException || isDenial(failure)) {
                return ErrorCode.KEY_DENIED;
            }
            return ErrorCode.KEY_FAILURE;
        }

        private static boolean isDenial(AwsServiceException failure) {
            AwsErrorDetails details = failure.awsErrorDetails();
            return failure.statusCode() == 403
                    || (details != null && DENIALS.contains(String.valueOf(details.errorCode())));
        }
    }
}
