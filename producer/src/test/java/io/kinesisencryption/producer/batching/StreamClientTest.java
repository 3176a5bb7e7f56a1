// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.utils.async.SimplePublisher;

/** What a real client of the SDK's does with the batching producer's calls; only its HTTP is simulated. */
class StreamClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final List<KinesisRecord> RECORDS = List.of(KinesisRecord.of("key", null, new byte[1]));

    private final Queue<SdkHttpResponse> answers = new ArrayDeque<>();
    private final List<String> datesSigned = new ArrayList<>();
    private KinesisAsyncClient client = builder().build();

    private KinesisAsyncClientBuilder builder() {
        return KinesisAsyncClient.builder()
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
                .httpClient(new Http());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static SdkHttpResponse answer(int status) {
        return SdkHttpResponse.builder().statusCode(status).build();
    }

    private CompletableFuture<?> put() {
        return StreamClient.of(client, StreamIdentity.of("orders")).putRecords(RECORDS, TIMEOUT);
    }

    private KinesisException failure() {
        try {
            put().join();
        } catch (CompletionException e) {
            return (KinesisException) e.getCause();
        }
        throw new AssertionError("The call did not fail");
    }

    @Test
    void aClientThatTriesAgainByDefaultTriesAPutOnce() {
        answers.add(answer(500));
        answers.add(answer(200));
        KinesisException failure = failure();
        assertThat(failure.statusCode()).isEqualTo(500);
        assertThat(failure.numAttempts()).isEqualTo(1);
        assertThat(datesSigned).hasSize(1);
        put().join();
        assertThat(datesSigned).hasSize(2);
    }

    @Test
    void soDoesAClientThatWasToldToTryOften() {
        client.close();
        client = builder()
                .overrideConfiguration(override -> override.retryStrategy(DefaultRetryStrategy.standardStrategyBuilder()
                        .maxAttempts(10)
                        .build()))
                .build();
        answers.add(answer(503));
        answers.add(answer(200));
        assertThat(failure().statusCode()).isEqualTo(503);
        assertThat(datesSigned).hasSize(1);
    }

    @Test
    void aClockThatIsWrongIsMendedForTheNextCall() {

        answers.add(SdkHttpResponse.builder()
                .statusCode(403)
                .putHeader("x-amzn-ErrorType", "RequestTimeTooSkewed")
                .putHeader("Date", "Wed, 01 Jan 2031 00:00:00 GMT")
                .build());
        answers.add(answer(200));
        Verdict verdict = Verdict.of(failure());
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.TRANSIENT);
        assertThat(verdict.mayHaveBeenWritten()).isFalse();
        put().join();
        assertThat(datesSigned.get(1)).startsWith("20310101T00");
    }

    /** Gives the answers in turn, and an error of the test if there is none left. */
    private final class Http implements SdkAsyncHttpClient {
        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            datesSigned.add(request.request().firstMatchingHeader("X-Amz-Date").orElse(""));
            SdkHttpResponse answer = answers.remove();
            SimplePublisher<ByteBuffer> body = new SimplePublisher<>();
            request.responseHandler().onHeaders(answer);
            request.responseHandler().onStream(body);
            var unused = body.complete();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
