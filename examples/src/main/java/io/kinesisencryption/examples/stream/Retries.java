// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.examples.failure.CommandException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.model.KmsThrottlingException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;

/** Tells which failures of a call are worth another attempt, and how to name one. */
final class Retries {
    /** Attempts in a row without any success, after which a command gives up: about half a minute. */
    static final int MAX_FRUITLESS_ATTEMPTS = 10;

    private Retries() {}

    /** Makes a call, and repeats it as long as its failures are worth it. */
    static <T extends @Nullable Object> T call(String whenItFails, Supplier<T> call, Pauses pauses) {
        for (int failed = 1; ; failed++) {
            try {
                return call.get();
            } catch (SdkException e) {
                if (!worthwhile(e) || failed == MAX_FRUITLESS_ATTEMPTS) {
                    throw new CommandException(whenItFails + ": " + describe(e), e);
                }
                pauses.beforeAttempt(failed);
            }
        }
    }

    static boolean worthwhile(SdkException failure) {
        if (failure instanceof AwsServiceException service) {
            return service.isThrottlingException()
                    || service.statusCode() >= 500
                    || service instanceof LimitExceededException
                    || service instanceof KmsThrottlingException
                    || service.retryable();
        }
        return failure.retryable();
    }

    /** One line: the error's code if it is one of this project's or of the service's, and its message. */
    static String describe(Throwable failure) {
        if (failure instanceof KinesisEncryptionException e) {
            return e.code() + ": " + CommandException.oneLine(String.valueOf(e.getMessage()));
        }
        if (failure.getCause() instanceof KinesisEncryptionException cause) {
            return describe(cause);
        }
        return CommandException.oneLine(String.valueOf(failure.getMessage()));
    }
}
