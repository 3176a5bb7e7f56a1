// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import java.net.ConnectException;
import java.time.Duration;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The failures that the SDK's clients report without an answer of the service. */
public final class ClientFailures {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private ClientFailures() {}

    /**
     * The service could not be reached.
     *
     * @return an {@code SdkClientException} with a {@link ConnectException} as its cause
     */
    public static RuntimeException unreachable() {
        String reason = "Connection refused";
        return SdkClientException.create("Unable to execute HTTP request: " + reason, new ConnectException(reason));
    }

    /**
     * The service did not answer in time.
     *
     * @return an {@link ApiCallTimeoutException}
     */
    public static RuntimeException timeout() {
        return ApiCallTimeoutException.create(TIMEOUT.toMillis());
    }
}
