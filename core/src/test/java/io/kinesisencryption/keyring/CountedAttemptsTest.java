// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.internal.materials.KeyServiceCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsClientBuilder;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.utils.StringInputStream;

/** The SDK's own client repeats what is throttled. What of that the limits of the loads come to hear. */
class CountedAttemptsTest {
    private final List<String> heard = new ArrayList<>();

    private final KeyServiceCalls.Permits permits = new KeyServiceCalls.Permits() {
        @Override
        public void acquire() {
            heard.add("asked");
        }

        @Override
        public void charge() {
            heard.add("repeated");
        }
    };

    /** A service that throttles everything. */
    private final class Throttling implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() {
                    heard.add("request");
                    return HttpExecuteResponse.builder()
                            .response(SdkHttpResponse.builder()
                                    .statusCode(400)
                                    .putHeader("x-amzn-ErrorType", "ThrottlingException")
                                    .build())
                            .responseBody(AbortableInputStream.create(
                                    new StringInputStream("{\"__type\":\"ThrottlingException\"}")))
                            .build();
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void close() {}
    }

    private KmsClientBuilder builder() {
        return KmsClient.builder()
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
                .httpClient(new Throttling());
    }

    private void decrypt(KmsClient client) {
        KeyServiceCalls.within(
                permits,
                () -> assertThatThrownBy(() -> new LimitedKmsClient(client)
                                .decrypt(request -> request.keyId("key").ciphertextBlob(SdkBytes.fromUtf8String("x"))))
                        .isInstanceOf(KmsException.class));
    }

    @Test
    void aClientOfTheKeyringsOwnTellsOfEachRequestThatItRepeats() {
        try (KmsClient client = builder()
                .overrideConfiguration(configuration -> {
                    RegionalKmsClients.configure(configuration);
                    configuration.retryStrategy(RetryMode.STANDARD);
                })
                .build()) {
            decrypt(client);
            assertThat(heard).containsExactly("asked", "request", "repeated", "request", "repeated", "request");
            heard.clear();
            // Outside of a load nobody counts.
            assertThatThrownBy(() -> client.decrypt(request -> request.keyId("key")))
                    .isInstanceOf(KmsException.class);
            assertThat(heard).containsOnly("request");
        }
    }

    /** Nothing can be added to a client that is there already, which the documentation says. */
    @Test
    void ofAClientThatWasHandedInOnlyTheCallIsCounted() {
        try (KmsClient client = builder()
                .overrideConfiguration(configuration -> configuration.retryStrategy(RetryMode.STANDARD))
                .build()) {
            decrypt(client);
            assertThat(heard).containsExactly("asked", "request", "request", "request");
        }
    }
}
