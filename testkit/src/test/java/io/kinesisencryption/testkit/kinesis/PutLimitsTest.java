// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

class PutLimitsTest {
    private static final int MIB = 1024 * 1024;
    private static final BigInteger MAX_HASH_KEY = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(new MutableClock()).build();
    private final KinesisClient client = kinesis.client();

    @BeforeEach
    void createStream() {
        kinesis.createStream(STREAM, 2);
    }

    private PutRecordsResponse put(List<PutRecordsRequestEntry> entries) {
        return client.putRecords(r -> r.streamName(STREAM).records(entries));
    }

    private void putOne(PutRecordsRequestEntry entry) {
        client.putRecord(r -> r.streamName(STREAM)
                .partitionKey(entry.partitionKey())
                .explicitHashKey(entry.explicitHashKey())
                .data(entry.data()));
    }

    private static List<PutRecordsRequestEntry> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, "data " + i))
                .toList();
    }

    @Test
    void fiveHundredRecordsAreTakenAndOneMoreRefusesThemAll() {
        assertThat(put(entries(500)).failedRecordCount()).isZero();

        ValidationException refused = refusal(ValidationException.class, () -> put(entries(501)));

        assertThat(refused.awsErrorDetails().errorMessage()).contains("'records'", "less than or equal to 500");
        assertThat(kinesis.storedRecords(STREAM)).hasSize(500);
    }

    @Test
    void aRequestWithoutRecordsIsRefused() {
        refusal(ValidationException.class, () -> put(List.of()));
        refusal(ValidationException.class, () -> client.putRecords(r -> r.streamName(STREAM)));
    }

    @Test
    void anAnswerHasTheRequestsSizeAndOrder() {
        PutRecordsResponse response = put(entries(50));

        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(response.records()).hasSize(50);
        for (int i = 0; i < 50; i++) {
            String sequenceNumber = response.records().get(i).sequenceNumber();
            StoredRecord record = stored.stream()
                    .filter(s -> s.sequenceNumber().equals(sequenceNumber))
                    .findFirst()
                    .orElseThrow();
            assertThat(record.partitionKey()).isEqualTo("key " + i);
            assertThat(record.data().asUtf8String()).isEqualTo("data " + i);
            assertThat(record.shardId()).isEqualTo(response.records().get(i).shardId());
        }
    }

    @Test
    void aRecordFillsOneMebibyteWithItsKeyAndNotAByteMore() {
        putOne(entry("four", MIB - 4));
        put(List.of(entry("four", MIB - 4)));

        InvalidArgumentException one = refusal(InvalidArgumentException.class, () -> putOne(entry("four", MIB - 3)));
        refusal(InvalidArgumentException.class, () -> put(List.of(entry("k", 1), entry("four", MIB - 3))));

        assertThat(one.awsErrorDetails().errorMessage()).contains("1048577", "1048576");
        assertThat(kinesis.storedRecords(STREAM)).hasSize(2);
    }

    @Test
    void dataThatIsTooLongByItselfIsNamedByItsPlaceInTheRequest() {
        ValidationException refused =
                refusal(ValidationException.class, () -> put(List.of(entry("k", 1), entry("four", MIB + 1))));

        assertThat(refused.awsErrorDetails().errorMessage())
                .isEqualTo("1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint:"
                        + " Member must have length less than or equal to 1048576");
    }

    @Test
    void thePartitionKeyCountsInUtf8Bytes() {
        putOne(entry("é", MIB - 2));

        refusal(InvalidArgumentException.class, () -> putOne(entry("é", MIB - 1)));
    }

    @Test
    void aStreamsMaximumRecordSizeCanBeRaisedToTenMebibytes() {
        client.updateMaxRecordSize(r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(10_240));

        putOne(entry("four", 10 * MIB - 4));

        refusal(InvalidArgumentException.class, () -> putOne(entry("four", 10 * MIB - 3)));
        assertThat(client.describeStreamSummary(r -> r.streamName(STREAM))
                        .streamDescriptionSummary()
                        .maxRecordSizeInKiB())
                .isEqualTo(10_240);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_023, 10_241})
    void aMaximumRecordSizeOutsideOfOneToTenMebibytesIsRefused(int kib) {
        refusal(
                ValidationException.class,
                () -> client.updateMaxRecordSize(
                        r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(kib)));
    }

    @Test
    void aRequestFillsTenMebibytesWithItsKeysAndNotAByteMore() {
        List<PutRecordsRequestEntry> full = Collections.nCopies(10, entry("four", MIB - 4));
        assertThat(put(full).failedRecordCount()).isZero();

        List<PutRecordsRequestEntry> over = new java.util.ArrayList<>(full.subList(0, 9));
        over.add(entry("four", MIB - 5));
        over.add(entry("k", 1));
        InvalidArgumentException refused = refusal(InvalidArgumentException.class, () -> put(over));

        assertThat(refused.awsErrorDetails().errorMessage()).contains("10 MB");
        assertThat(kinesis.storedRecords(STREAM)).hasSize(10);
    }

    @Test
    void emptyDataIsARecord() {
        putOne(entry("k", 0));

        assertThat(kinesis.storedRecords(STREAM))
                .singleElement()
                .satisfies(record -> assertThat(record.data().asByteArray()).isEmpty());
    }

    @Test
    void dataAndPartitionKeyAreRequired() {
        refusal(
                ValidationException.class,
                () -> client.putRecord(r -> r.streamName(STREAM).partitionKey("k")));
        refusal(
                ValidationException.class,
                () -> client.putRecord(r -> r.streamName(STREAM).data(SdkBytes.fromUtf8String("x"))));
    }

    @Test
    void aPartitionKeyHasOneTo256Characters() {
        putOne(entry("k".repeat(256), "x"));
        // One character beyond the basic plane is two chars in Java and one for the service.
        putOne(entry("😀".repeat(256), "x"));

        refusal(ValidationException.class, () -> putOne(entry("", "x")));
        refusal(ValidationException.class, () -> putOne(entry("k".repeat(257), "x")));
        refusal(ValidationException.class, () -> putOne(entry("😀".repeat(257), "x")));
    }

    @Test
    void anExplicitHashKeyLiesWithinTheHashKeySpace() {
        PutRecordsRequestEntry valid = entry("k", "x");
        putOne(valid.toBuilder().explicitHashKey("0").build());
        putOne(valid.toBuilder().explicitHashKey(MAX_HASH_KEY.toString()).build());

        String past = MAX_HASH_KEY.add(BigInteger.ONE).toString();
        InvalidArgumentException refused = refusal(
                InvalidArgumentException.class,
                () -> putOne(valid.toBuilder().explicitHashKey(past).build()));

        assertThat(refused.awsErrorDetails().errorMessage()).contains("[0, 2^128-1]", past);
        assertThat(kinesis.storedRecords(STREAM))
                .extracting(StoredRecord::explicitHashKey)
                .containsExactly("0", MAX_HASH_KEY.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "01", "0x1", "1e3", "1000000000000000000000000000000000000000"})
    void anExplicitHashKeyThatIsNoDecimalNumberIsRefused(String hashKey) {
        refusal(
                ValidationException.class,
                () -> putOne(
                        entry("k", "x").toBuilder().explicitHashKey(hashKey).build()));
    }

    @Test
    void sequenceNumberForOrderingMustBeOneOfTheStreams() {
        String first = client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("k").data(SdkBytes.fromUtf8String("1")))
                .sequenceNumber();
        String second = client.putRecord(r -> r.streamName(STREAM)
                        .partitionKey("k")
                        .data(SdkBytes.fromUtf8String("2"))
                        .sequenceNumberForOrdering(first))
                .sequenceNumber();

        assertThat(new BigInteger(second)).isGreaterThan(new BigInteger(first));
        for (String foreign : List.of(
                "1", "49" + "1".repeat(54), new BigInteger(second).shiftLeft(1).toString())) {
            refusal(
                    InvalidArgumentException.class,
                    () -> client.putRecord(r -> r.streamName(STREAM)
                            .partitionKey("k")
                            .data(SdkBytes.fromUtf8String("3"))
                            .sequenceNumberForOrdering(foreign)));
        }
        refusal(
                ValidationException.class,
                () -> client.putRecord(r -> r.streamName(STREAM)
                        .partitionKey("k")
                        .data(SdkBytes.fromUtf8String("3"))
                        .sequenceNumberForOrdering("next")));
    }

    @Test
    void whatIsStoredDoesNotFollowAnArrayThatTheCallerChanges() {
        byte[] data = {1, 2, 3};
        client.putRecord(r -> r.streamName(STREAM).partitionKey("k").data(SdkBytes.fromByteArray(data)));
        data[0] = 9;
        kinesis.storedRecords(STREAM).get(0).data().asByteArray()[1] = 9;

        assertThat(kinesis.storedRecords(STREAM).get(0).data().asByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void aStoredRecordPrintsNeitherItsKeyNorItsData() {
        putOne(entry("customer-7", "secret"));

        assertThat(kinesis.storedRecords(STREAM).get(0).toString())
                .contains("dataSizeBytes=6", "shardId-00000000000")
                .doesNotContain("customer-7", "secret", "736563726574");
    }
}
