// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.StreamIdentity;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisBaseClientBuilder;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** The options that say which stream, and how to reach it. Credentials are the SDK's default chain. */
final class StreamOptions {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(30);
    private static final int LARGEST_PORT = 65_535;
    private static final Duration CALL_TIMEOUT = Duration.ofMinutes(2);

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    @Option(names = "--stream", required = true, paramLabel = "NAME", description = "The stream's name.")
    @SuppressWarnings("NullAway.Init")
    private String stream;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "The stream's region. Default: as the AWS SDK finds it (AWS_REGION, the profile).")
    private @Nullable String region;

    @Option(
            names = "--endpoint-url",
            paramLabel = "URL",
            description = "Another endpoint than the region's, such as an emulator's.")
    private @Nullable URI endpoint;

    /** The stream. {@link ParameterException} if it is not a stream's name. */
    StreamIdentity stream() {
        try {
            return StreamIdentity.of(stream);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--stream: " + e.getMessage(), e);
        }
    }

    /** A client for the caller to close. {@link ParameterException} if the endpoint is none. */
    KinesisClient client() {
        return configured(KinesisClient.builder()).build();
    }

    /** An asynchronous client for the caller to close, which only puts. {@link ParameterException} if the endpoint is none. */
    KinesisAsyncClient asyncClient() {
        // HTTP/2 is there for the fan-out to consumers.
        return configured(KinesisAsyncClient.builder()
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1)))
                .build();
    }

    private <B extends KinesisBaseClientBuilder<B, ?>> B configured(B client) {
        client.overrideConfiguration(c -> c.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT));
        if (region != null) {
            client.region(region());
        }
        if (endpoint != null) {
            client.endpointOverride(checkedEndpoint(endpoint));
        }
        return client;
    }

    private Region region() {
        if (region == null || !region.matches("[a-z0-9-]+")) {
            throw new ParameterException(command.commandLine(), "--region: '%s' is not a region".formatted(region));
        }
        return Region.of(region);
    }

    private URI checkedEndpoint(URI url) {
        boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null || url.getPort() > LARGEST_PORT) {
            throw new ParameterException(
                    command.commandLine(),
                    "--endpoint-url: '%s' is not the URL of an endpoint; one looks like http://127.0.0.1:4567"
                            .formatted(url));
        }
        return url;
    }
}
