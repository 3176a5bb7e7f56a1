// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.RequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * The time that a caller gives a whole request: its own {@code apiCallTimeout}, or else that of the client, or none. Immutable.
 *
 * @see <a href="https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/timeouts.html">Timeouts of the SDK</a>
 */
final class Deadline {
    private final LongSupplier nanoClock;
    private final @Nullable Duration timeout;
    private final long startNanos;

    private Deadline(LongSupplier nanoClock, @Nullable Duration timeout) {
        this.nanoClock = nanoClock;
        this.timeout = timeout;
        this.startNanos = timeout == null ? 0 : nanoClock.getAsLong();
    }

    /** The deadline of a request that begins now. */
    static Deadline of(KinesisRequest request, ClientSettings settings) {
        return new Deadline(
                settings.nanoClock(),
                request.overrideConfiguration()
                        .flatMap(RequestOverrideConfiguration::apiCallTimeout)
                        .orElse(settings.clientTimeout()));
    }

    /**
     * The {@code apiCallTimeout} that a client has for every request, or null. Some clients that are not the SDK's have no configuration at all.
     */
    static @Nullable Duration ofClient(Supplier<@Nullable KinesisServiceClientConfiguration> client) {
        try {
            KinesisServiceClientConfiguration configuration = client.get();
            return configuration == null
                    ? null
                    : configuration.overrideConfiguration().apiCallTimeout().orElse(null);
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    /** Whether there is one. */
    boolean isSet() {
        return timeout != null;
    }

    /** What is left of the time, or {@code mostNanos} if that is less; not positive once it is over. */
    long remainingNanos(long mostNanos) {
        return timeout == null
                ? mostNanos
                : Math.min(mostNanos, saturatedNanos(timeout) - (nanoClock.getAsLong() - startNanos));
    }

    /**
     * Refuses to go on once the time is over.
     *
     * @throws ApiCallTimeoutException as the SDK's clients do
     */
    void check() {
        if (remainingNanos(Long.MAX_VALUE) <= 0) {
            throw exceeded();
        }
    }

    /** What the SDK's clients throw. */
    ApiCallTimeoutException exceeded() {
        return ApiCallTimeoutException.create(timeout == null ? 0 : timeout.toMillis());
    }

    /**
     * The configuration of a call that has what is left of the time.
     *
     * @param override that of the application's request, or null if it has none
     * @param mostNanos how long the call may take in any case
     * @return null if neither bounds it
     * @throws ApiCallTimeoutException if nothing is left
     */
    @Nullable
    AwsRequestOverrideConfiguration bound(@Nullable AwsRequestOverrideConfiguration override, long mostNanos) {
        long remainingNanos = remainingNanos(mostNanos);
        if (remainingNanos == Long.MAX_VALUE) {
            return override;
        }
        if (remainingNanos <= 0) {
            throw exceeded();
        }
        // The SDK counts in whole milliseconds and refuses none.
        Duration remaining = Duration.ofMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNanos)));
        AwsRequestOverrideConfiguration.Builder builder =
                override == null ? AwsRequestOverrideConfiguration.builder() : override.toBuilder();
        return builder.apiCallTimeout(remaining).build();
    }

    private static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
