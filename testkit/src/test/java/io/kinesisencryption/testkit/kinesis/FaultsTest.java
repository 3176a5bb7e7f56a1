// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static io.kinesisencryption.testkit.kinesis.Kinesis.get;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static io.kinesisencryption.testkit.kinesis.Kinesis.trimHorizon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.InjectedFault;
import io.kinesisencryption.testkit.MutableClock;
import java.net.ConnectException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

class FaultsTest {
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(new MutableClock()).build();
    private final KinesisClient client = kinesis.client();
    private final Faults<KinesisFault> faults = kinesis.faults();

    @BeforeEach
    void createStream() {
        kinesis.createStream(STREAM, 1);
    }

    private PutRecordsResponse putMany(int count) {
        return client.putRecords(r -> r.streamName(STREAM)
                .records(IntStream.range(0, count)
                        .mapToObj(i -> entry("key " + i, "data " + i))
                        .toList()));
    }

    private static List<Integer> failedIndexes(PutRecordsResponse response) {
        return IntStream.range(0, response.records().size())
                .filter(i -> response.records().get(i).errorCode() != null)
                .boxed()
                .toList();
    }

    @Test
    void throttlingHitsTheNextCallsAndStoresNothing() {
        InjectedFault fault = faults.inject(KinesisFault.throttled("PutRecords").times(2));

        for (int i = 0; i < 2; i++) {
            ProvisionedThroughputExceededException refused =
                    refusal(ProvisionedThroughputExceededException.class, () -> putMany(3));
            assertThat(refused.isThrottlingException()).isTrue();
        }
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
        assertThat(putMany(3).failedRecordCount()).isZero();
        assertThat(fault.hitCount()).isEqualTo(2);
        assertThat(fault.isActive()).isFalse();
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(3);
    }

    @Test
    void aFaultWithoutABoundLastsUntilItIsCleared() {
        InjectedFault fault = faults.inject(KinesisFault.limitExceeded("DescribeStreamSummary"));
        for (int i = 0; i < 10; i++) {
            refusal(LimitExceededException.class, () -> client.describeStreamSummary(r -> r.streamName(STREAM)));
        }
        fault.clear();

        client.describeStreamSummary(r -> r.streamName(STREAM));
        assertThat(fault.hitCount()).isEqualTo(10);
    }

    @Test
    void anInternalFailureIsAStatus500WithoutAClassOfItsOwn() {
        faults.inject(KinesisFault.internalFailure("PutRecord").times(1));

        KinesisException refused = refusal(KinesisException.class, () -> put(client, "k", "x"));

        assertThat(refused).isExactlyInstanceOf(KinesisException.class);
        assertThat(refused.statusCode()).isEqualTo(500);
        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InternalFailure");
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @Test
    void anInternalFailureAfterSuccessLeavesTheRecordsStored() {
        faults.inject(KinesisFault.internalFailure("PutRecords").afterSuccess().times(1));

        refusal(KinesisException.class, () -> putMany(3));

        assertThat(kinesis.storedRecords(STREAM)).hasSize(3);
    }

    @Test
    void aTimeoutLosesTheCallOrOnlyItsAnswer() {
        faults.inject(KinesisFault.timeout("PutRecord").times(1));
        assertThatThrownBy(() -> put(client, "k", "x")).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();

        faults.inject(KinesisFault.timeout("PutRecord").afterSuccess().times(1));
        assertThatThrownBy(() -> put(client, "k", "x")).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(kinesis.storedRecords(STREAM)).hasSize(1);
    }

    @Test
    void aCallThatFailsByItselfFailsWithItsOwnErrorUnderAFaultAfterSuccess() {
        faults.inject(KinesisFault.timeout("PutRecord").afterSuccess());

        refusal(ValidationException.class, () -> put(client, "", "x"));
    }

    @Test
    void accessCanBeDenied() {
        faults.inject(KinesisFault.accessDenied("GetRecords"));
        String iterator = trimHorizon(client, SHARD_0);

        refusal(AccessDeniedException.class, () -> get(client, iterator));
    }

    @Test
    void iteratorsCanExpireEarly() {
        faults.inject(KinesisFault.expiredIterator().times(1));
        String iterator = trimHorizon(client, SHARD_0);

        refusal(ExpiredIteratorException.class, () -> get(client, iterator));
        assertThat(get(client, iterator).records()).isEmpty();
    }

    @Test
    void anyExceptionCanBeThrown() {
        IllegalStateException own = new IllegalStateException("own");
        faults.inject(KinesisFault.exception("ListShards", () -> own).times(1));

        assertThatThrownBy(() -> client.listShards(r -> r.streamName(STREAM))).isSameAs(own);
    }

    @Test
    void aFaultCanHitEveryOperation() {
        faults.inject(KinesisFault.throttled(KinesisFault.ANY_OPERATION).times(3));

        refusal(ProvisionedThroughputExceededException.class, () -> put(client, "k", "x"));
        refusal(ProvisionedThroughputExceededException.class, () -> trimHorizon(client, SHARD_0));
        refusal(ProvisionedThroughputExceededException.class, () -> client.listStreams());
        assertThat(client.listStreams().streamNames()).containsExactly(STREAM);
    }

    @Test
    void aFaultCanHitTheOperationsOfAPrefix() {
        faults.inject(KinesisFault.throttled("Put*"));

        refusal(ProvisionedThroughputExceededException.class, () -> put(client, "k", "x"));
        refusal(ProvisionedThroughputExceededException.class, () -> putMany(1));
        assertThat(client.listStreams().streamNames()).containsExactly(STREAM);
    }

    @Test
    void anUnreachableServiceIsAClientExceptionWithAConnectException() {
        faults.inject(KinesisFault.unreachable("PutRecord").times(1));

        assertThatThrownBy(() -> put(client, "k", "x"))
                .isExactlyInstanceOf(SdkClientException.class)
                .hasMessageContaining("Unable to execute HTTP request")
                .hasCauseInstanceOf(ConnectException.class);
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @Test
    void aFaultCanBeBoundToRequests() {
        InjectedFault fault = faults.inject(KinesisFault.throttled("PutRecord")
                .when(request -> request instanceof PutRecordRequest put
                        && put.partitionKey().startsWith("a"))
                .when(request -> ((PutRecordRequest) request).partitionKey().endsWith("z"))
                .times(1));

        put(client, "a", "x");
        put(client, "z", "x");
        refusal(ProvisionedThroughputExceededException.class, () -> put(client, "az", "x"));
        put(client, "az", "x");
        assertThat(fault.hitCount()).isEqualTo(1);
    }

    @Test
    void theFirstRecordsOfARequestCanFail() {
        faults.inject(
                KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 2).times(1));

        PutRecordsResponse response = putMany(5);

        assertThat(response.failedRecordCount()).isEqualTo(2);
        assertThat(failedIndexes(response)).containsExactly(0, 1);
        assertThat(response.records().get(0))
                .isEqualTo(PutRecordsResultEntry.builder()
                        .errorCode("InternalFailure")
                        .errorMessage("Internal service failure.")
                        .build());
        assertThat(kinesis.storedRecords(STREAM))
                .extracting(StoredRecord::partitionKey)
                .containsExactly("key 2", "key 3", "key 4");
        assertThat(putMany(5).failedRecordCount()).isZero();
    }

    @Test
    void chosenRecordsCanFailWithEitherCodeAndTheFirstFaultWins() {
        faults.inject(KinesisFault.failRecords(
                RecordError.PROVISIONED_THROUGHPUT_EXCEEDED,
                record -> record.partitionKey().equals("key 1")));
        faults.inject(KinesisFault.failRecords(
                RecordError.INTERNAL_FAILURE,
                record -> List.of("key 1", "key 3").contains(record.partitionKey())));

        PutRecordsResponse response = putMany(5);

        assertThat(failedIndexes(response)).containsExactly(1, 3);
        assertThat(response.records().get(1).errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(response.records().get(1).errorMessage()).contains("Rate exceeded for shard " + SHARD_0, STREAM);
        assertThat(response.records().get(3).errorCode()).isEqualTo("InternalFailure");
        assertThat(faults.hitCount()).isEqualTo(2);
    }

    @Test
    void aFailedRecordCanHaveBeenStoredNevertheless() {
        faults.inject(KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 1)
                .afterSuccess()
                .times(1));

        assertThat(putMany(2).failedRecordCount()).isEqualTo(1);

        assertThat(kinesis.storedRecords(STREAM)).hasSize(2);
    }

    @Test
    void recordsFailByChanceOfTheSeed() {
        assertThat(failuresOf(1)).isEqualTo(failuresOf(1)).isNotEqualTo(failuresOf(2));
        assertThat(failuresOf(1).size()).isBetween(100, 200);
    }

    private static List<Integer> failuresOf(long seed) {
        InMemoryKinesis seeded = InMemoryKinesis.builder().seed(seed).build();
        seeded.createStream(STREAM, 1);
        seeded.faults().inject(KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, 0.3));
        return failedIndexes(seeded.client()
                .putRecords(r -> r.streamName(STREAM)
                        .records(IntStream.range(0, 500)
                                .mapToObj(i -> entry("key " + i, "x"))
                                .toList())));
    }

    @Test
    void chancesOfNothingAndEverythingAreExact() {
        InjectedFault never = faults.inject(KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, 0));
        assertThat(putMany(100).failedRecordCount()).isZero();
        never.clear();

        faults.inject(KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, 1));
        assertThat(putMany(100).failedRecordCount()).isEqualTo(100);
    }

    @Test
    void recordFaultsAreNotUsedUpByACallThatIsRefused() {
        InjectedFault fault = faults.inject(
                KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 1).times(1));
        refusal(ValidationException.class, () -> putMany(501));
        refusal(
                ResourceNotFoundException.class,
                () -> client.putRecords(r -> r.streamName("none").records(entry("k", "x"))));

        assertThat(fault.isActive()).isTrue();
        assertThat(putMany(1).failedRecordCount()).isEqualTo(1);
    }

    @Test
    void callFaultsComeInTheOrderTheyWereInjected() {
        faults.inject(KinesisFault.throttled("PutRecord").times(1));
        faults.inject(KinesisFault.accessDenied("PutRecord").times(1));

        refusal(ProvisionedThroughputExceededException.class, () -> put(client, "k", "x"));
        refusal(AccessDeniedException.class, () -> put(client, "k", "x"));
        put(client, "k", "x");
    }

    @Test
    void clearTakesBackEverythingButTheCounts() {
        InjectedFault throttled = faults.inject(KinesisFault.throttled("PutRecords"));
        faults.inject(KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 1));
        refusal(ProvisionedThroughputExceededException.class, () -> putMany(1));

        faults.clear();

        assertThat(putMany(1).failedRecordCount()).isZero();
        assertThat(throttled.isActive()).isFalse();
        assertThat(faults.hitCount()).isEqualTo(1);
    }

    @Test
    void faultsThatCannotBeMeantAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisFault.throttled("putRecords"))
                .withMessageContaining("\"putRecords\"")
                .withMessageContaining("PutRecords");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisFault.throttled("PutRecords").times(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, 1.01));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, Double.NaN));
    }

    @Test
    void aFaultSaysWhatItIs() {
        assertThat(KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 3)
                        .times(2)
                        .toString())
                .isEqualTo("KinesisFault[operation=PutRecords, effect=records fail with INTERNAL_FAILURE, times=2]");
    }
}
