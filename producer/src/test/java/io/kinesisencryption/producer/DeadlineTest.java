// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.Flavour.Client;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisClientBuilder;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** The time that a caller gives a call is for everything that is done in it. */
class DeadlineTest extends ClientFixture {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    private void pass(long seconds) {
        nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private static List<Duration> timeouts(List<KinesisRequest> calls) {
        return calls.stream()
                .map(call -> call.overrideConfiguration()
                        .orElseThrow()
                        .apiCallTimeout()
                        .orElseThrow())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void eachCallHasWhatIsLeftOfTheRequestsTime(Flavour flavour) {
        List<KinesisRequest> calls = calls(call -> pass(3));

        PutRecordsResponse response = compact(flavour)
                .putRecords(r -> r.streamName(STREAM)
                        .records(orders(1_100))
                        .overrideConfiguration(
                                o -> o.apiCallTimeout(TEN_SECONDS).putHeader("x-test", "kept")));

        assertThat(timeouts(calls))
                .containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(7), Duration.ofSeconds(4));
        assertThat(calls)
                .allSatisfy(call -> assertThat(
                                call.overrideConfiguration().orElseThrow().headers())
                        .containsKey("x-test"));
        assertThat(response.failedRecordCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theTimeoutOfTheClientCountsWhereTheRequestHasNone(Flavour flavour) {
        Client client = client(flavour, TEN_SECONDS, options -> {});
        List<KinesisRequest> calls = calls(call -> pass(4));

        client.putRecords(r -> r.streamName(STREAM).records(orders(501)));
        assertThat(timeouts(calls)).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(6));
        calls.clear();

        client.putRecords(r -> r.streamName(STREAM)
                .records(orders(501))
                .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(5))));
        assertThat(timeouts(calls)).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @EnumSource
    void withoutATimeoutRequestsHaveNone(Flavour flavour) {
        List<KinesisRequest> calls = calls(call -> {});

        compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(501)));

        assertThat(calls)
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.overrideConfiguration()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void whenTheTimeIsOverBetweenCallsTheRestIsAnsweredAsFailed(Flavour flavour) {
        List<KinesisRequest> calls = calls(call -> pass(6));

        PutRecordsResponse response = compact(flavour)
                .putRecords(r -> r.streamName(STREAM)
                        .records(orders(1_400))
                        .overrideConfiguration(o -> o.apiCallTimeout(TEN_SECONDS)));

        assertThat(calls).hasSize(2);
        assertThat(response.records()).hasSize(1_400);
        assertThat(response.failedRecordCount()).isEqualTo(400);
        assertThat(errorCodes(response).subList(1_000, 1_400)).containsOnly("InternalFailure");
        assertThat(events.partsFailed)
                .singleElement()
                .satisfies(event -> assertThat(event.cause()).isInstanceOf(ApiCallTimeoutException.class));
    }

    @ParameterizedTest
    @EnumSource
    void aWaitForADataKeyIsPartOfTheTimeAndNothingIsSentAfterIt(Flavour flavour) {
        kms.onEachCall(call -> pass(11));

        assertThatThrownBy(() -> compact(flavour)
                        .putRecords(r -> r.streamName(STREAM)
                                .records(orders(1))
                                .overrideConfiguration(o -> o.apiCallTimeout(TEN_SECONDS))))
                .isInstanceOf(ApiCallTimeoutException.class)
                .hasMessageContaining("10000");
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aKeyServiceThatDoesNotAnswerAtAllDoesNotHoldTheCallerLonger(Flavour flavour) {
        CountDownLatch answering = new CountDownLatch(1);
        kms.onEachCall(call -> {
            try {
                answering.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        try {
            assertThatThrownBy(() -> compact(flavour)
                            .putRecord(r -> r.streamName(STREAM)
                                    .partitionKey("p")
                                    .data(bytes("x"))
                                    .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(1)))))
                    .isInstanceOf(ApiCallTimeoutException.class);
        } finally {
            answering.countDown();
        }
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theTimeHoldsForADataKeyThatIsNeededInTheMiddleOfARequestToo(Flavour flavour) {
        CountDownLatch answering = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        kms.onEachCall(call -> {
            if (calls.getAndIncrement() > 0) {
                try {
                    answering.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        try (KinesisEncryption smallKeys = KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(keyArn, kms.client()))
                        .keyCache(KeyCacheOptions.builder()
                                .maxRecordsPerKey(2)
                                .maxWait(Duration.ofSeconds(1))
                                .build())
                        .build();
                Client client = flavour.wrap(kinesis, smallKeys, null, builder -> builder.nanoClock(nowNanos::get))) {
            client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")));
            assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM)
                            .records(orders(2))
                            .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(1)))))
                    .isInstanceOf(ApiCallTimeoutException.class);
        } finally {
            answering.countDown();
        }
        assertThat(kinesis.callCount("PutRecords")).isZero();
    }

    @Test
    void theTimeoutIsReadFromTheSdksOwnClients() {
        KinesisClientBuilder sync = KinesisClient.builder().region(Region.US_EAST_1);
        try (KinesisClient unset = sync.build();
                KinesisClient set = sync.overrideConfiguration(o -> o.apiCallTimeout(TEN_SECONDS))
                        .build();
                KinesisAsyncClient async = KinesisAsyncClient.builder()
                        .region(Region.US_EAST_1)
                        .overrideConfiguration(o -> o.apiCallTimeout(TEN_SECONDS))
                        .build()) {
            assertThat(Deadline.ofClient(unset::serviceClientConfiguration)).isNull();
            assertThat(Deadline.ofClient(set::serviceClientConfiguration)).isEqualTo(TEN_SECONDS);
            assertThat(Deadline.ofClient(async::serviceClientConfiguration)).isEqualTo(TEN_SECONDS);
        }
    }
}
