// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.BlindingSecret;
import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.producer.ProducerListener.RequestEncrypted;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.UnprintableException;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** What both clients do with a request that fits into one call. */
class EncryptedPutTest extends ClientFixture {
    private StoredRecord onlyRecord() {
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(stored).hasSize(1);
        return stored.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void putRecordStoresCiphertextUnderTheSameKeys(Flavour flavour) {
        client(flavour)
                .putRecord(r -> r.streamName(STREAM)
                        .partitionKey("customer-1")
                        .explicitHashKey("42")
                        .data(bytes("a secret order")));

        StoredRecord stored = onlyRecord();
        assertThat(stored.partitionKey()).isEqualTo("customer-1");
        assertThat(stored.explicitHashKey()).isEqualTo("42");
        assertThat(stored.data().asString(StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        assertThat(opened(stored)).isEqualTo("a secret order");
    }

    @ParameterizedTest
    @EnumSource
    void putRecordsStoresEveryRecordInOrder(Flavour flavour) {
        PutRecordsResponse response =
                client(flavour).putRecords(r -> r.streamName(STREAM).records(orders(100)));

        assertThat(response.records()).hasSize(100);
        assertThat(response.failedRecordCount()).isZero();
        assertThat(storedOrders())
                .containsExactlyElementsOf(
                        orders(100).stream().map(o -> o.data().asUtf8String()).toList());
    }

    @ParameterizedTest
    @EnumSource
    void theAnswersOfRecordsThatFailedStayInTheirPlaces(Flavour flavour) {
        kinesis.faults().inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 1));

        PutRecordsResponse response = client(flavour)
                .putRecords(r -> r.streamName(STREAM).records(entry("a", bytes("first")), entry("b", bytes("second"))));

        assertThat(response.failedRecordCount()).isEqualTo(1);
        assertThat(errorCodes(response)).containsExactly("ProvisionedThroughputExceededException", "");
        assertThat(response.records().get(1).sequenceNumber()).isNotNull();
        assertThat(opened(onlyRecord())).isEqualTo("second");
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatIsNamedByArnHasItBoundToTheRecord(Flavour flavour) {
        String arn = kinesis.streamArn(STREAM);

        client(flavour).putRecord(r -> r.streamARN(arn).partitionKey("p").data(bytes("x")));

        assertThat(EnvelopeInfo.read(onlyRecord().data().asByteArray()).encryptionContext())
                .containsEntry("kinesis:stream-name", STREAM)
                .containsEntry("kinesis:stream-arn", arn);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatDoesNotNameItsStreamPlainlyIsRefused(Flavour flavour) {
        Client client = client(flavour);
        String arn = kinesis.streamArn(STREAM);

        assertThatThrownBy(() -> client.putRecord(r -> r.partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("streamName");
        assertThatThrownBy(() -> client.putRecord(r ->
                        r.streamName("other").streamARN(arn).partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("other");
        assertThatThrownBy(() -> client.putRecord(r ->
                        r.streamName(STREAM).streamId("id").partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("streamId");
        assertThatThrownBy(() -> client.putRecords(
                        r -> r.streamARN(arn + "/consumer/reader:1").records(entry("p", bytes("x")))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("consumer/reader")
                .hasMessageContaining("not the ARN of a stream");
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRecordWithoutDataIsRefusedWithItsIndex(Flavour flavour) {
        Client client = client(flavour);

        assertThatThrownBy(() ->
                        client.putRecords(r -> r.streamName(STREAM).records(entry("a", bytes("x")), entry("b", null))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1");
        List<PutRecordsRequestEntry> withNull = Arrays.asList(entry("a", bytes("x")), null);
        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM).records(withNull)))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1 of the request is null");
        assertThatThrownBy(() -> client.putRecord(r -> r.streamName(STREAM).partitionKey("p")))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("no data");
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void emptyDataIsDataToo(Flavour flavour) {
        client(flavour).putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("")));

        assertThat(opened(onlyRecord())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRequestWithoutARecordOrAKeyIsTheServicesToRefuse(Flavour flavour) {
        Client client = client(flavour);

        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM).records(List.of())))
                .isInstanceOf(ValidationException.class);
        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM))).isInstanceOf(ValidationException.class);
        // Streams that distribute records by themselves take it; this one does not.
        assertThatThrownBy(() -> client.putRecord(r -> r.streamName(STREAM).data(bytes("x"))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("partitionKey");
    }

    @ParameterizedTest
    @EnumSource
    void aRecordWithoutAKeyThatIsToBeBoundToItIsRefusedAsTheSdkRefuses(Flavour flavour) {
        Client client = client(
                flavour,
                options -> options.encryptorOptions(EncryptorOptions.builder()
                        .format(EnvelopeFormat.COMPACT)
                        .bindPartitionKey(true)
                        .build()));

        assertThatThrownBy(() -> client.putRecord(r -> r.streamName(STREAM).data(bytes("x"))))
                .isInstanceOfSatisfying(
                        SdkClientException.class, e -> assertThat(e.retryable()).isFalse())
                .hasMessageContaining("partition key")
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void recordsAreSealedAsTheOptionsSayWithBlindedKeysOnTheWireAndTheTrueOnesInside(Flavour flavour) {
        try (BlindingSecret secret = BlindingSecret.of(new byte[32])) {
            Client blinding = client(
                    flavour,
                    options -> options.encryptorOptions(EncryptorOptions.builder()
                            .format(EnvelopeFormat.COMPACT)
                            .blindPartitionKeys(secret)
                            .build()));

            blinding.putRecord(r -> r.streamName(STREAM)
                    .partitionKey("ada@example.org")
                    .explicitHashKey("7")
                    .data(bytes("a secret order")));

            StoredRecord stored = onlyRecord();
            assertThat(stored.partitionKey()).hasSize(22).isNotEqualTo("ada@example.org");
            byte[] data = stored.data().asByteArray();
            assertThat(EnvelopeInfo.read(data).format()).isEqualTo(EnvelopeFormat.COMPACT);
            UserRecord opened = encryption
                    .decryptor(StreamIdentity.of(STREAM))
                    .decrypt(KinesisRecord.of(stored.partitionKey(), null, data))
                    .get(0);
            assertThat(opened.partitionKey()).isEqualTo("ada@example.org");
            assertThat(opened.explicitHashKey()).isEqualTo("7");
            assertThat(opened.data()).isEqualTo("a secret order".getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsSentWhileKmsIsOutOfReachAndTheCallerMayRetry(Flavour flavour) {
        Client client = client(flavour);
        kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION).times(1));

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes("x"))))
                .isInstanceOf(RetryableException.class)
                .cause()
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE));
        assertThat(kinesis.callCount("PutRecord")).isZero();

        // Instead of the quarter of a second for which the answer stands.
        encryption.discardAll();
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")));
        assertThat(opened(onlyRecord())).isEqualTo("x");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsSentUnderADisabledKeyAndARetryIsPointless(Flavour flavour) {
        Client client = client(flavour);
        kms.disableKey(keyArn);

        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM).records(entry("p", bytes("x")))))
                .isInstanceOfSatisfying(
                        SdkClientException.class, e -> assertThat(e.retryable()).isFalse())
                .cause()
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_DISABLED));
        assertThat(kinesis.callCount("PutRecords")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aClosedOwnerIsAnErrorOfTheClientToo(Flavour flavour) {
        Client client = client(flavour);
        encryption.close();

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes("x"))))
                .isInstanceOfSatisfying(
                        SdkClientException.class, e -> assertThat(e.retryable()).isFalse())
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(kinesis.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheServiceThrowsIsHandedOn(Flavour flavour) {
        assertThatThrownBy(() -> client(flavour)
                        .putRecord(
                                r -> r.streamName("missing").partitionKey("p").data(bytes("x"))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @ParameterizedTest
    @EnumSource
    void theCallersBytesAreNotChanged(Flavour flavour) {
        byte[] data = "a secret order".getBytes(StandardCharsets.UTF_8);

        client(flavour).putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArrayUnsafe(data)));

        assertThat(new String(data, StandardCharsets.UTF_8)).isEqualTo("a secret order");
    }

    @ParameterizedTest
    @EnumSource
    void theListenerIsToldWhatEncryptionAddsAndHowLongItTook(Flavour flavour) {
        Client client = client(flavour);
        client.putRecords(r -> r.streamName(STREAM).records(entry("€", bytes("four")), entry("b", bytes("x"))));

        long stored = kinesis.storedRecords(STREAM).stream()
                .mapToLong(record ->
                        StreamTarget.sizeOf(record.partitionKey(), record.data().asByteArray()))
                .sum();
        assertThat(events.encrypted)
                .containsExactly(new RequestEncrypted(StreamIdentity.of(STREAM), 2, 3 + 4 + 1 + 1, stored, 0));
        assertThat(events.split).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatThrowsCostsNoRecord(Flavour flavour) {
        Client client = client(
                flavour,
                options -> options.listener(new ProducerListener() {
                    @Override
                    public void onRequestEncrypted(RequestEncrypted event) {
                        throw new AssertionError("a metric failed");
                    }
                }));

        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")));

        assertThat(opened(onlyRecord())).isEqualTo("x");
    }

    @ParameterizedTest
    @EnumSource
    void aListenerWhoseExceptionCannotBePrintedCostsNoRecordEither(Flavour flavour) {
        Client client = client(
                flavour,
                options -> options.listener(new ProducerListener() {
                    @Override
                    public void onRequestEncrypted(RequestEncrypted event) {
                        throw new UnprintableException();
                    }
                }));

        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")));

        assertThat(opened(onlyRecord())).isEqualTo("x");
    }

    @Test
    void wrappingTwiceIsRefused() {
        try (EncryptingKinesisClient sync = EncryptingKinesisClient.wrap(kinesis.client(), encryption);
                EncryptingKinesisAsyncClient async =
                        EncryptingKinesisAsyncClient.wrap(kinesis.asyncClient(), encryption)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EncryptingKinesisClient.wrap(sync, encryption))
                    .withMessageContaining("twice");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EncryptingKinesisAsyncClient.wrap(async, encryption))
                    .withMessageContaining("twice");
        }
    }
}
