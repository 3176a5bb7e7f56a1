// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.producer.ProducerListener.PartFailed;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** One of several calls that carry a request fails, in each way and at each place. */
class PartFailureTest extends ClientFixture {
    private static final String PUT_RECORDS = "PutRecords";
    private static final int RECORDS = 1_400;

    private record Failure(String name, KinesisFault fault, Class<? extends Throwable> exception) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Failure> failures() {
        return List.of(
                new Failure(
                        "throttled", KinesisFault.throttled(PUT_RECORDS), ProvisionedThroughputExceededException.class),
                new Failure("denied", KinesisFault.accessDenied(PUT_RECORDS), AccessDeniedException.class),
                new Failure("status 500", KinesisFault.internalFailure(PUT_RECORDS), KinesisException.class),
                new Failure("timeout", KinesisFault.timeout(PUT_RECORDS), ApiCallTimeoutException.class),
                new Failure("unreachable", KinesisFault.unreachable(PUT_RECORDS), SdkClientException.class),
                new Failure(
                        "a bug of the client",
                        KinesisFault.exception(PUT_RECORDS, () -> new IllegalStateException("a bug")),
                        IllegalStateException.class));
    }

    private static Stream<Arguments> everyFailure() {
        return Stream.of(Flavour.values())
                .flatMap(flavour -> failures().stream().map(failure -> Arguments.of(flavour, failure)));
    }

    private static Stream<Arguments> everyFailureOfALaterCall() {
        return everyFailure()
                .flatMap(arguments -> Stream.of(1, 2)
                        .map(call -> Arguments.of(arguments.get()[0], arguments.get()[1], call)));
    }

    private void failCall(int call, KinesisFault fault) {
        AtomicInteger calls = new AtomicInteger();
        kinesis.faults().inject(fault.when(request -> calls.getAndIncrement() == call));
    }

    @ParameterizedTest
    @MethodSource("everyFailure")
    void ifTheFirstCallFailsItsExceptionIsThrownAndNothingElseIsSent(Flavour flavour, Failure failure) {
        failCall(0, failure.fault());

        assertThatThrownBy(() ->
                        compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(RECORDS))))
                .isExactlyInstanceOf(failure.exception());

        assertThat(kinesis.callCount(PUT_RECORDS)).isEqualTo(1);
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
        assertThat(events.partsFailed).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("everyFailureOfALaterCall")
    void ifALaterCallFailsItsRecordsAndThoseBehindThemAreAnsweredAsFailed(Flavour flavour, Failure failure, int call) {
        failCall(call, failure.fault());

        PutRecordsResponse response =
                compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(RECORDS)));

        int stored = call * 500;
        int sent = Math.min(RECORDS, stored + 500);
        assertThat(response.records()).hasSize(RECORDS);
        assertThat(response.failedRecordCount()).isEqualTo(RECORDS - stored);
        assertThat(errorCodes(response).subList(0, stored)).containsOnly("");
        assertThat(errorCodes(response).subList(stored, RECORDS)).containsOnly("InternalFailure");
        assertThat(response.records().subList(stored, sent))
                .allSatisfy(record -> assertThat(record.errorMessage()).contains("may have been written"));
        assertThat(response.records().subList(sent, RECORDS))
                .allSatisfy(record -> assertThat(record.errorMessage()).contains("not sent"));
        assertThat(kinesis.callCount(PUT_RECORDS)).isEqualTo(call + 1);
        assertThat(storedOrders())
                .containsExactlyElementsOf(orders(stored).stream()
                        .map(o -> o.data().asUtf8String())
                        .toList());
        assertThat(events.partsFailed).singleElement().satisfies(event -> {
            assertThat(event.cause()).isExactlyInstanceOf(failure.exception());
            assertThat(event)
                    .isEqualTo(new PartFailed(
                            StreamIdentity.of(STREAM), call + 1, 3, sent - stored, RECORDS - sent, event.cause()));
        });
    }

    @ParameterizedTest
    @EnumSource
    void recordsThatTheServiceRefusesInSeveralCallsAreInTheirPlacesAndCountTogether(Flavour flavour) {
        kinesis.faults().inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 2));

        PutRecordsResponse response =
                compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(RECORDS)));

        List<Integer> failed = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            if (response.records().get(i).errorCode() != null) {
                assertThat(response.records().get(i).errorCode()).isEqualTo("ProvisionedThroughputExceededException");
                failed.add(i);
            }
        }
        assertThat(failed).containsExactly(0, 1, 500, 501, 1000, 1001);
        assertThat(response.failedRecordCount()).isEqualTo(6);
        // As in one call, what follows a record that failed is stored nevertheless.
        assertThat(kinesis.storedRecords(STREAM)).hasSize(RECORDS - 6);
    }

    @ParameterizedTest
    @EnumSource
    void aFirstCallWhoseRecordsAllFailedIsStillAnAnswer(Flavour flavour) {
        AtomicInteger calls = new AtomicInteger();
        kinesis.faults().inject(KinesisFault.accessDenied(PUT_RECORDS).when(request -> calls.getAndIncrement() == 1));
        kinesis.faults().inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 500));

        PutRecordsResponse response =
                compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(501)));

        assertThat(response.failedRecordCount()).isEqualTo(501);
        assertThat(errorCodes(response).subList(0, 500)).containsOnly("ProvisionedThroughputExceededException");
        assertThat(errorCodes(response).get(500)).isEqualTo("InternalFailure");
    }

    @ParameterizedTest
    @EnumSource
    void aCallerThatPutsFailedRecordsAgainSeesEachKeysOrderUnbrokenByFailedCalls(Flavour flavour) {
        Client client = compact(flavour);
        failCall(1, KinesisFault.internalFailure(PUT_RECORDS));
        List<String> left = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            left.add(order(i));
        }

        while (!left.isEmpty()) {
            List<String> now = left;
            PutRecordsResponse response = client.putRecords(r -> r.streamName(STREAM)
                    .records(now.stream().map(o -> entry("one key", bytes(o))).toList()));
            left = new ArrayList<>();
            for (int i = 0; i < now.size(); i++) {
                if (response.records().get(i).errorCode() != null) {
                    left.add(now.get(i));
                }
            }
        }

        assertThat(storedOrders())
                .containsExactlyElementsOf(orders(RECORDS).stream()
                        .map(o -> o.data().asUtf8String())
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void aCallWhoseAnswerWasLostIsAnsweredAsFailedAndItsRecordsAreThere(Flavour flavour) {
        failCall(1, KinesisFault.timeout(PUT_RECORDS).afterSuccess());

        PutRecordsResponse response =
                compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders(RECORDS)));

        assertThat(response.failedRecordCount()).isEqualTo(900);
        Set<String> stored = new HashSet<>(storedOrders());
        assertThat(stored).hasSize(1_000);
        assertThat(Collections.frequency(errorCodes(response), "")).isEqualTo(500);
    }
}
