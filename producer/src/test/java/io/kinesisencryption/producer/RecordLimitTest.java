// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.producer.ProducerListener.RecordLimitRead;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;

/** How large a record a stream takes is the stream's own to say, and asked for only where it matters. */
class RecordLimitTest extends ClientFixture {
    private static final String DESCRIBE = "DescribeStreamSummary";

    private void set(int maxRecordKib) {
        kinesis.client()
                .updateMaxRecordSize(r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(maxRecordKib));
    }

    private static void put(Client client, int dataBytes) {
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes(dataBytes)));
    }

    private static void assertRefused(Client client, int dataBytes, int limitBytes) {
        assertThatThrownBy(() -> put(client, dataBytes))
                .cause()
                .isInstanceOfSatisfying(
                        RecordTooLargeException.class,
                        e -> assertThat(e.limitBytes()).isEqualTo(limitBytes));
    }

    @ParameterizedTest
    @EnumSource
    void aLargeRecordGoesToAStreamThatTakesIt(Flavour flavour) {
        set(2048);
        Client client = client(flavour);

        put(client, MEBIBYTE);
        int room = 2 * MEBIBYTE - overheadBytes(client);
        put(client, room);
        assertRefused(client, room + 1, 2 * MEBIBYTE);

        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(1);
        assertThat(events.limitsRead).containsExactly(new RecordLimitRead(StreamIdentity.of(STREAM), 2 * MEBIBYTE));
    }

    @ParameterizedTest
    @EnumSource
    void theStreamIsNotAskedForSmallRecordsNorWhereTheLimitIsSet(Flavour flavour) {
        put(client(flavour), 1000);
        assertThat(kinesis.callCount(DESCRIBE)).isZero();

        set(2048);
        put(client(flavour, options -> options.maxRecordSizeBytes(2 * MEBIBYTE)), MEBIBYTE);
        assertThat(kinesis.callCount(DESCRIBE)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aRecordOfAMebibyteIsRefusedIfTheStreamSaysSo(Flavour flavour) {
        assertRefused(client(flavour), MEBIBYTE, MEBIBYTE);

        assertThat(events.limitsRead).containsExactly(new RecordLimitRead(StreamIdentity.of(STREAM), MEBIBYTE));
        assertThat(kinesis.callCount("PutRecord")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theStreamIsAskedAgainAfterSomeMinutes(Flavour flavour) {
        Client client = client(flavour);
        assertRefused(client, MEBIBYTE, MEBIBYTE);
        set(2048);

        nowNanos.addAndGet(RecordLimit.KEPT_NANOS - 1);
        assertRefused(client, MEBIBYTE, MEBIBYTE);
        nowNanos.addAndGet(1);
        put(client, MEBIBYTE);

        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void ifTheStreamMayNotBeAskedOneMebibyteIsTakenForItUntilItIsAskedAgain(Flavour flavour) {
        set(2048);
        Client client = client(flavour);
        kinesis.faults().inject(KinesisFault.accessDenied(DESCRIBE).times(1));

        assertRefused(client, MEBIBYTE, MEBIBYTE);
        assertThat(events.limitsUnknown).singleElement().satisfies(event -> {
            assertThat(event.stream()).isEqualTo(StreamIdentity.of(STREAM));
            assertThat(event.maxRecordSizeBytes()).isEqualTo(MEBIBYTE);
            assertThat(event.cause()).isInstanceOf(AccessDeniedException.class);
        });
        nowNanos.addAndGet(RecordLimit.FAILURE_KEPT_NANOS - 1);
        assertRefused(client, MEBIBYTE, MEBIBYTE);
        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(1);

        nowNanos.addAndGet(1);
        put(client, MEBIBYTE);
        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void ifTheStreamMayNotBeAskedAgainItTakesWhatItTookBefore(Flavour flavour) {
        set(2048);
        Client client = client(flavour);
        put(client, MEBIBYTE);
        nowNanos.addAndGet(RecordLimit.KEPT_NANOS);
        kinesis.faults().inject(KinesisFault.accessDenied(DESCRIBE).times(1));

        put(client, MEBIBYTE);
        assertThat(events.limitsUnknown)
                .singleElement()
                .satisfies(event -> assertThat(event.maxRecordSizeBytes()).isEqualTo(2 * MEBIBYTE));
        nowNanos.addAndGet(RecordLimit.FAILURE_KEPT_NANOS - 1);
        put(client, MEBIBYTE);
        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(2);

        set(1024);
        nowNanos.addAndGet(1);
        assertRefused(client, MEBIBYTE, MEBIBYTE);
    }

    @ParameterizedTest
    @EnumSource
    void aCallerWhoseTimeIsOverBeforeTheStreamAnswersDoesNotDecideForTheOthersNorIsItsRecordTooLarge(Flavour flavour) {
        set(2048);
        Client client = client(flavour);
        kinesis.faults().inject(KinesisFault.timeout(DESCRIBE).times(1));

        assertThatThrownBy(() -> client.putRecord(r -> r.streamName(STREAM)
                        .partitionKey("p")
                        .data(bytes(MEBIBYTE))
                        .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(9)))))
                .isInstanceOf(ApiCallTimeoutException.class)
                .hasMessageContaining("9000");
        put(client, MEBIBYTE);

        assertThat(events.limitsUnknown).isEmpty();
        assertThat(kinesis.callCount(DESCRIBE)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatDoesNotAnswerACallerWithTimeEnoughIsNotKnown(Flavour flavour) {
        set(2048);
        Client client = client(flavour);
        kinesis.faults().inject(KinesisFault.timeout(DESCRIBE).times(1));

        assertRefused(client, MEBIBYTE, MEBIBYTE);

        assertThat(events.limitsUnknown).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfTheCallerWhoAsksIsNoAnswer(Flavour flavour) {
        set(2048);
        Client client = client(flavour);
        kinesis.faults()
                .inject(KinesisFault.exception(DESCRIBE, () -> AbortedException.create("interrupted"))
                        .times(1));

        assertThatThrownBy(() -> put(client, MEBIBYTE)).isInstanceOf(AbortedException.class);
        put(client, MEBIBYTE);

        assertThat(events.limitsUnknown).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theStreamIsAskedAsTheRequestNamesItAndWithTheRequestsCredentials(Flavour flavour) {
        set(2048);
        String arn = kinesis.streamArn(STREAM);
        AnonymousCredentialsProvider credentials = AnonymousCredentialsProvider.create();
        List<DescribeStreamSummaryRequest> asked = new CopyOnWriteArrayList<>();
        kinesis.faults().inject(KinesisFault.accessDenied(DESCRIBE).when(request -> {
            asked.add((DescribeStreamSummaryRequest) request);
            return false;
        }));

        client(flavour)
                .putRecord(r -> r.streamARN(arn)
                        .partitionKey("p")
                        .data(bytes(MEBIBYTE))
                        .overrideConfiguration(
                                o -> o.credentialsProvider(credentials).putHeader("x-test", "not for this")));

        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.streamARN()).isEqualTo(arn);
            assertThat(request.overrideConfiguration().orElseThrow().credentialsIdentityProvider())
                    .hasValue(credentials);
            assertThat(request.overrideConfiguration().orElseThrow().headers()).isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aLargeRecordAmongOthersIsMeasuredByTheStreamsLimitToo(Flavour flavour) {
        set(10 * 1024);
        Client client = client(flavour);
        int room = 10 * MEBIBYTE - overheadBytes(client);

        client.putRecords(r ->
                r.streamName(STREAM).records(entry("p", bytes("x")), entry("p", bytes(room)), entry("p", bytes("y"))));

        // A record as large as a whole request goes alone.
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(3);
        assertThat(kinesis.storedRecords(STREAM)).hasSize(4);
    }
}
