// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.producer.ProducerListener.RecordRefused;
import io.kinesisencryption.producer.ProducerListener.RequestSplit;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** The service's limits hold for what is sent, not for what the application handed over. */
class RequestLimitsTest extends ClientFixture {
    private static List<Integer> sizes(List<KinesisRequest> calls) {
        return calls.stream()
                .map(call -> ((PutRecordsRequest) call).records().size())
                .toList();
    }

    private Client smallRequests(Flavour flavour) {
        return client(
                flavour, options -> options.maxRequestSizeBytes(FIVE_MEBIBYTES).encryptorOptions(COMPACT));
    }

    /** As many records as they are large: each of a mebibyte as the service counts. */
    private static List<PutRecordsRequestEntry> mebibytes(int count, int overheadBytes) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry("p", bytes(MEBIBYTE - overheadBytes)));
        }
        return entries;
    }

    @ParameterizedTest
    @EnumSource
    void fiveHundredRecordsAreOneCallAndOneMoreMakesTwo(Flavour flavour) {
        Client client = compact(flavour);
        List<KinesisRequest> calls = calls(call -> {});

        client.putRecords(r -> r.streamName(STREAM).records(orders(500)));
        assertThat(sizes(calls)).containsExactly(500);
        assertThat(events.split).isEmpty();
        calls.clear();

        PutRecordsResponse response =
                client.putRecords(r -> r.streamName(STREAM).records(orders(501)));
        assertThat(sizes(calls)).containsExactly(500, 1);
        assertThat(response.records())
                .hasSize(501)
                .allSatisfy(record -> assertThat(record.sequenceNumber()).isNotNull());
        assertThat(response.failedRecordCount()).isZero();
        assertThat(events.split).containsExactly(new RequestSplit(StreamIdentity.of(STREAM), 501, 2));
    }

    @ParameterizedTest
    @EnumSource
    void aSplitRequestKeepsTheOrderOfItsRecordsInTheStreamAndInTheAnswer(Flavour flavour) {
        List<PutRecordsRequestEntry> orders = orders(1_234);

        PutRecordsResponse response =
                compact(flavour).putRecords(r -> r.streamName(STREAM).records(orders));

        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(stored.stream().map(this::opened))
                .containsExactlyElementsOf(
                        orders.stream().map(o -> o.data().asUtf8String()).toList());
        assertThat(response.records().stream().map(r -> r.sequenceNumber()))
                .containsExactlyElementsOf(
                        stored.stream().map(StoredRecord::sequenceNumber).toList());
    }

    @ParameterizedTest
    @EnumSource
    void aRequestOfExactlyTheLimitIsOneCallAndOneByteMoreMakesTwo(Flavour flavour) {
        Client client = smallRequests(flavour);
        int overheadBytes = overheadBytes(client);
        List<KinesisRequest> calls = calls(call -> {});
        List<PutRecordsRequestEntry> exact = mebibytes(4, overheadBytes);
        exact.add(entry("p", bytes(1000)));
        exact.add(entry("p", bytes(MEBIBYTE - 1000 - 2L * overheadBytes)));

        client.putRecords(r -> r.streamName(STREAM).records(exact));
        assertThat(sizes(calls)).containsExactly(6);
        calls.clear();

        exact.set(4, entry("p", bytes(1001)));
        client.putRecords(r -> r.streamName(STREAM).records(exact));
        assertThat(sizes(calls)).containsExactly(5, 1);
    }

    @ParameterizedTest
    @EnumSource
    void partitionKeysCountInARequestByTheirUtf8Bytes(Flavour flavour) {
        Client client = smallRequests(flavour);
        int overheadBytes = overheadBytes(client);
        List<KinesisRequest> calls = calls(call -> {});
        List<PutRecordsRequestEntry> exact = mebibytes(4, overheadBytes);
        exact.add(entry("€", bytes(1000)));
        exact.add(entry("p", bytes(MEBIBYTE - 1000 - 2L * overheadBytes - 2)));

        client.putRecords(r -> r.streamName(STREAM).records(exact));
        assertThat(sizes(calls)).containsExactly(6);
        calls.clear();

        exact.set(4, entry("€p", bytes(1000)));
        client.putRecords(r -> r.streamName(STREAM).records(exact));
        assertThat(sizes(calls)).containsExactly(5, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatEncryptionMakesTooLargeIsSplitAtTheServicesLimitUnlessAnotherIsSet(Flavour flavour) {
        Client client = client(flavour);
        int overheadBytes = overheadBytes(client);
        List<KinesisRequest> calls = calls(call -> {});
        List<PutRecordsRequestEntry> entries = mebibytes(10, overheadBytes);

        client.putRecords(r -> r.streamName(STREAM).records(entries));
        assertThat(sizes(calls)).containsExactly(10);
        calls.clear();

        entries.add(entry("p", bytes(1)));
        PutRecordsResponse response =
                client.putRecords(r -> r.streamName(STREAM).records(entries));
        assertThat(sizes(calls)).containsExactly(10, 1);
        assertThat(response.records()).hasSize(11);
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatJustFitsOnceEncryptedIsTakenAndOneByteMoreIsRefused(Flavour flavour) {
        Client client = client(flavour, options -> options.maxRecordSizeBytes(MEBIBYTE));
        int room = MEBIBYTE - overheadBytes(client);
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes(room)));
        long calls = kinesis.callCount("PutRecord");

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes(room + 1))))
                .isInstanceOfSatisfying(
                        SdkClientException.class, e -> assertThat(e.retryable()).isFalse())
                .hasMessageContaining("1048577")
                .hasMessageContaining("1048576")
                .cause()
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.sizeBytes()).isEqualTo(MEBIBYTE + 1);
                    assertThat(e.limitBytes()).isEqualTo(MEBIBYTE);
                });
        assertThat(kinesis.callCount("PutRecord")).isEqualTo(calls);
    }

    @ParameterizedTest
    @EnumSource
    void oneRecordThatIsTooLargeKeepsTheWholeRequestBackAndNothingIsEncrypted(Flavour flavour) {
        Client client = client(flavour, options -> options.maxRecordSizeBytes(MEBIBYTE));

        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM)
                        .records(
                                entry("a", bytes("fine")),
                                entry("b", bytes(MEBIBYTE)),
                                entry("c", bytes(2 * MEBIBYTE)))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1")
                .cause()
                .isInstanceOfSatisfying(
                        RecordTooLargeException.class,
                        e -> assertThat(e.index()).isEqualTo(1));
        assertThat(kinesis.calls()).isEmpty();
        assertThat(events.encrypted).isEmpty();
        long sizeBytes = client.sizeOf(STREAM, UserRecord.of("b", new byte[MEBIBYTE]));
        assertThat(events.refused)
                .containsExactly(new RecordRefused(StreamIdentity.of(STREAM), 1, sizeBytes, MEBIBYTE));
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatIsLargerThanACallCanEverBeIsRefused(Flavour flavour) {
        Client client = client(
                flavour, options -> options.maxRecordSizeBytes(10 * MEBIBYTE).maxRequestSizeBytes(FIVE_MEBIBYTES));

        assertThatThrownBy(() ->
                        client.putRecords(r -> r.streamName(STREAM).records(entry("p", bytes(FIVE_MEBIBYTES)))))
                .hasMessageContaining("Record 0")
                .hasMessageContaining(Integer.toString(FIVE_MEBIBYTES))
                .hasCauseInstanceOf(RecordTooLargeException.class);
        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes(11 * MEBIBYTE))))
                .hasMessageContaining("Record 0")
                .hasCauseInstanceOf(RecordTooLargeException.class);
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theSizeThatIsToldBeforehandIsTheOneThatIsStored(Flavour flavour) {
        Client client = client(flavour);
        UserRecord record = UserRecord.of("a key of some length, €", new byte[12_345]);

        long told = client.sizeOf(STREAM, record);
        assertThat(kinesis.calls()).isEmpty();

        client.putRecord(r ->
                r.streamName(STREAM).partitionKey(record.partitionKey()).data(SdkBytes.fromByteArray(record.data())));
        StoredRecord stored = kinesis.storedRecords(STREAM).get(0);
        assertThat(told)
                .isEqualTo(
                        StreamTarget.sizeOf(stored.partitionKey(), stored.data().asByteArray()));
    }

    @Test
    void limitsThatTheServiceDoesNotHaveAreRefused() {
        EncryptingKinesisClient.Builder builder = EncryptingKinesisClient.builder(kinesis.client(), encryption);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRecordSizeBytes(1000))
                .withMessageContaining("1000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRecordSizeBytes(10 * MEBIBYTE + 1))
                .withMessageContaining("10485761");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRequestSizeBytes(FIVE_MEBIBYTES - 1))
                .withMessageContaining("5242879");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRequestSizeBytes(10 * MEBIBYTE + 1))
                .withMessageContaining("10485761");
    }
}
