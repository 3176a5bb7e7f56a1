// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.BlindingSecret;
import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

class EncryptingKinesisClientTest {
    private static final String STREAM = "orders";
    private static final int MAX_RECORD_SIZE_BYTES = 1024 * 1024;

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(keyArn, kms.client()))
            .build();
    private final EncryptingKinesisClient client = EncryptingKinesisClient.wrap(kinesis.client(), encryption);

    EncryptingKinesisClientTest() {
        kinesis.createStream(STREAM, 2);
    }

    @AfterEach
    void close() {
        encryption.close();
    }

    private static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    private static PutRecordsRequestEntry entry(String partitionKey, SdkBytes data) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(data)
                .build();
    }

    private String opened(StoredRecord record) {
        return new String(
                encryption
                        .decryptor(StreamIdentity.of(STREAM))
                        .decrypt(KinesisRecord.of(
                                record.partitionKey(), null, record.data().asByteArray()))
                        .get(0)
                        .data(),
                StandardCharsets.UTF_8);
    }

    private StoredRecord onlyRecord() {
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(stored).hasSize(1);
        return stored.get(0);
    }

    /** The size of the envelope of an empty record, which every envelope of this stream adds to its data. */
    private int overheadBytes() {
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(new byte[0])));
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        return stored.get(stored.size() - 1).data().asByteArrayUnsafe().length;
    }

    @Test
    void putRecordStoresCiphertextUnderTheSameKeys() {
        client.putRecord(r -> r.streamName(STREAM)
                .partitionKey("customer-1")
                .explicitHashKey("42")
                .data(bytes("a secret order")));

        StoredRecord stored = onlyRecord();
        assertThat(stored.partitionKey()).isEqualTo("customer-1");
        assertThat(stored.explicitHashKey()).isEqualTo("42");
        assertThat(stored.data().asString(StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        assertThat(opened(stored)).isEqualTo("a secret order");
    }

    @Test
    void putRecordsStoresEveryRecordInOrder() {
        List<String> orders =
                IntStream.range(0, 500).mapToObj(i -> "order " + i).toList();

        PutRecordsResponse response = client.putRecords(r -> r.streamName(STREAM)
                .records(orders.stream().map(o -> entry("one key", bytes(o))).toList()));

        assertThat(response.records()).hasSize(500);
        assertThat(response.failedRecordCount()).isZero();
        assertThat(kinesis.storedRecords(STREAM).stream().map(this::opened)).containsExactlyElementsOf(orders);
    }

    @Test
    void theAnswersOfRecordsThatFailedStayInTheirPlaces() {
        kinesis.faults().inject(KinesisFault.failFirstRecords(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, 1));

        PutRecordsResponse response = client.putRecords(
                r -> r.streamName(STREAM).records(entry("a", bytes("first")), entry("b", bytes("second"))));

        assertThat(response.failedRecordCount()).isEqualTo(1);
        assertThat(response.records().get(0).errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(response.records().get(1).sequenceNumber()).isNotNull();
        assertThat(opened(onlyRecord())).isEqualTo("second");
    }

    @Test
    void aStreamThatIsNamedByArnHasItBoundToTheRecord() {
        String arn = kinesis.streamArn(STREAM);

        client.putRecord(r -> r.streamARN(arn).partitionKey("p").data(bytes("x")));

        assertThat(EnvelopeInfo.read(onlyRecord().data().asByteArray()).encryptionContext())
                .containsEntry("kinesis:stream-name", STREAM)
                .containsEntry("kinesis:stream-arn", arn);
    }

    @Test
    void aRequestThatNamesNoStreamIsRefused() {
        assertThatThrownBy(() -> client.putRecord(r -> r.partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("streamName");
        assertThatThrownBy(() -> client.putRecord(r -> r.streamName("other")
                        .streamARN(kinesis.streamArn(STREAM))
                        .partitionKey("p")
                        .data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("other");
        assertThat(kinesis.callCount("PutRecord")).isZero();
    }

    @Test
    void aRecordWithoutDataIsRefusedWithItsIndex() {
        assertThatThrownBy(() ->
                        client.putRecords(r -> r.streamName(STREAM).records(entry("a", bytes("x")), entry("b", null))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1");
        assertThat(kinesis.callCount("PutRecords")).isZero();
    }

    @Test
    void aRecordThatJustFitsOnceEncryptedIsTakenAndOneByteMoreIsRefused() {
        int room = MAX_RECORD_SIZE_BYTES - overheadBytes() - 1;
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(new byte[room])));
        long calls = kinesis.callCount("PutRecord");

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(new byte[room + 1]))))
                .isInstanceOfSatisfying(
                        SdkClientException.class, e -> assertThat(e.retryable()).isFalse())
                .hasMessageContaining("1048577")
                .hasMessageContaining("1048576")
                .cause()
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.sizeBytes()).isEqualTo(MAX_RECORD_SIZE_BYTES + 1);
                    assertThat(e.limitBytes()).isEqualTo(MAX_RECORD_SIZE_BYTES);
                });
        assertThat(kinesis.callCount("PutRecord")).isEqualTo(calls);
    }

    @Test
    void thePartitionKeyCountsInTheSizeByItsUtf8Bytes() {
        int room = MAX_RECORD_SIZE_BYTES - overheadBytes() - 3;
        client.putRecord(r -> r.streamName(STREAM).partitionKey("€").data(SdkBytes.fromByteArray(new byte[room])));

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("€€").data(SdkBytes.fromByteArray(new byte[room]))))
                .hasCauseInstanceOf(RecordTooLargeException.class);
    }

    @Test
    void oneRecordThatIsTooLargeKeepsTheWholeRequestBackAndIsNamed() {
        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM)
                        .records(
                                entry("a", bytes("fine")),
                                entry("b", SdkBytes.fromByteArray(new byte[MAX_RECORD_SIZE_BYTES])),
                                entry("c", bytes("fine")))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1")
                .cause()
                .isInstanceOfSatisfying(
                        RecordTooLargeException.class,
                        e -> assertThat(e.index()).isEqualTo(1));
        assertThat(kinesis.callCount("PutRecords")).isZero();
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @Test
    void aStreamThatTakesLargerRecordsIsServedIfTheClientIsToldSo() {
        kinesis.client()
                .updateMaxRecordSize(r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(2048));
        EncryptingKinesisClient large = EncryptingKinesisClient.builder(kinesis.client(), encryption)
                .maxRecordSizeBytes(2 * MAX_RECORD_SIZE_BYTES)
                .build();

        large.putRecord(r ->
                r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(new byte[MAX_RECORD_SIZE_BYTES])));

        assertThat(kinesis.storedRecords(STREAM)).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EncryptingKinesisClient.builder(kinesis.client(), encryption)
                        .maxRecordSizeBytes(1000))
                .withMessageContaining("1000");
    }

    @Test
    void aRequestThatOutgrowsTheLimitOfARequestIsRefusedBeforeItIsSent() {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            entries.add(entry("p", SdkBytes.fromByteArray(new byte[MAX_RECORD_SIZE_BYTES - 1024])));
        }
        entries.add(entry("p", SdkBytes.fromByteArray(new byte[9000])));

        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM).records(entries)))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("10485760");
        assertThat(kinesis.callCount("PutRecords")).isZero();
    }

    @Test
    void recordsAreSealedAsTheOptionsSayWithBlindedKeysOnTheWireAndTheTrueOnesInside() {
        try (BlindingSecret secret = BlindingSecret.of(new byte[32])) {
            KinesisClient blinding = EncryptingKinesisClient.builder(kinesis.client(), encryption)
                    .encryptorOptions(EncryptorOptions.builder()
                            .format(EnvelopeFormat.COMPACT)
                            .blindPartitionKeys(secret)
                            .build())
                    .build();

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

    @Test
    void nothingIsSentWhileKmsIsOutOfReachAndTheCallerMayRetry() {
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

    @Test
    void nothingIsSentUnderADisabledKeyAndARetryIsPointless() {
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

    @Test
    void whatTheServiceThrowsIsHandedOn() {
        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName("missing").partitionKey("p").data(bytes("x"))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void theCallersBytesAreNotChanged() {
        byte[] data = "a secret order".getBytes(StandardCharsets.UTF_8);

        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArrayUnsafe(data)));

        assertThat(new String(data, StandardCharsets.UTF_8)).isEqualTo("a secret order");
    }

    @Test
    void wrappingTwiceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EncryptingKinesisClient.wrap(client, encryption))
                .withMessageContaining("twice");
    }
}
