// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;

/** One call under way: its request id, and the fault that waits for its success. */
final class Attempt {
    private final String requestId;
    private final KinesisFault.@Nullable ExceptionMaker afterSuccess;

    Attempt(String requestId, KinesisFault.@Nullable ExceptionMaker afterSuccess) {
        this.requestId = requestId;
        this.afterSuccess = afterSuccess;
    }

    /** Runs the operation; an error answer becomes the SDK's exception. */
    <T> T run(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (ServiceError e) {
            throw e.toException(requestId);
        }
    }

    <B extends KinesisResponse.Builder> B complete(B response) {
        response.responseMetadata(new Calls.Metadata(requestId));
        response.sdkHttpResponse(Calls.ok());
        return response;
    }

    /** The exception that hides this call's success, or null. */
    @Nullable
    RuntimeException hiddenSuccess() {
        return afterSuccess == null ? null : afterSuccess.make(requestId);
    }

    void failAfterSuccess() {
        RuntimeException failure = hiddenSuccess();
        if (failure != null) {
            throw failure;
        }
    }
}
