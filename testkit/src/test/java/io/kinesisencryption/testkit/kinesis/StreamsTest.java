// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.ValidationException;
import software.amazon.awssdk.services.kinesis.waiters.KinesisWaiter;

class StreamsTest {
    private final MutableClock clock = new MutableClock();
    private final InMemoryKinesis kinesis = InMemoryKinesis.builder()
            .clock(clock)
            .region(Region.EU_CENTRAL_1)
            .accountId("000011112222")
            .build();
    private final KinesisClient client = kinesis.client();
    private final String arn = kinesis.streamArn(STREAM);

    @Test
    void aStreamIsActiveAtOnceAndDescribesItself() {
        client.createStream(r -> r.streamName(STREAM).shardCount(3));

        StreamDescriptionSummary summary =
                client.describeStreamSummary(r -> r.streamName(STREAM)).streamDescriptionSummary();
        assertThat(arn).isEqualTo("arn:aws:kinesis:eu-central-1:000011112222:stream/orders");
        assertThat(summary.streamARN()).isEqualTo(arn);
        assertThat(summary.streamStatus()).isEqualTo(StreamStatus.ACTIVE);
        assertThat(summary.openShardCount()).isEqualTo(3);
        assertThat(summary.retentionPeriodHours()).isEqualTo(24);
        assertThat(summary.maxRecordSizeInKiB()).isEqualTo(1024);
        assertThat(summary.streamCreationTimestamp()).isEqualTo(clock.instant());
        assertThat(summary.streamModeDetails().streamMode()).isEqualTo(StreamMode.PROVISIONED);
    }

    @Test
    void anOnDemandStreamStartsWithFourShardsAndAMaximumRecordSizeOfChoice() {
        client.createStream(r -> r.streamName(STREAM)
                .streamModeDetails(m -> m.streamMode(StreamMode.ON_DEMAND))
                .maxRecordSizeInKiB(2_048));

        StreamDescriptionSummary summary =
                client.describeStreamSummary(r -> r.streamName(STREAM)).streamDescriptionSummary();
        assertThat(summary.openShardCount()).isEqualTo(4);
        assertThat(summary.maxRecordSizeInKiB()).isEqualTo(2_048);
        assertThat(summary.streamModeDetails().streamMode()).isEqualTo(StreamMode.ON_DEMAND);
        assertThat(client.describeLimits().onDemandStreamCount()).isEqualTo(1);
    }

    @Test
    void aNameIsTakenOnce() {
        kinesis.createStream(STREAM, 1);

        assertThat(refusal(ResourceInUseException.class, () -> kinesis.createStream(STREAM, 1))
                        .getMessage())
                .contains("orders", "000011112222", "already exists");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space", "umläut", "slash/ed"})
    void aNameOfOtherCharactersIsRefused(String name) {
        refusal(ValidationException.class, () -> kinesis.createStream(name, 1));
    }

    @Test
    void aNameHas128CharactersAtMost() {
        kinesis.createStream("n".repeat(128), 1);

        refusal(ValidationException.class, () -> kinesis.createStream("n".repeat(129), 1));
    }

    @Test
    void aStreamHasAShardAtLeastAndTheAccountTwentyThousandAtMost() {
        refusal(ValidationException.class, () -> kinesis.createStream(STREAM, 0));
        refusal(ValidationException.class, () -> client.createStream(r -> r.streamName(STREAM)));

        kinesis.createStream(STREAM, 19_999);
        refusal(LimitExceededException.class, () -> kinesis.createStream("another", 2));
        kinesis.createStream("another", 1);
        refusal(LimitExceededException.class, () -> kinesis.splitShard("another", SHARD_0, BigInteger.TEN));
        assertThat(client.describeLimits().openShardCount()).isEqualTo(20_000);
    }

    @Test
    void aDeletedStreamIsGoneAndItsNameFree() {
        kinesis.createStream(STREAM, 1);
        Kinesis.put(client, "k", "x");
        client.deleteStream(r -> r.streamName(STREAM));

        refusal(ResourceNotFoundException.class, () -> Kinesis.put(client, "k", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kinesis.storedRecords(STREAM))
                .withMessageContaining("orders");
        kinesis.createStream(STREAM, 1);
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @Test
    void everyOperationOnAStreamTakesItsArnInsteadOfItsName() {
        kinesis.createStream(STREAM, 1);

        String shardId = client.putRecord(
                        r -> r.streamARN(arn).partitionKey("k").data(SdkBytes.fromUtf8String("x")))
                .shardId();
        client.putRecords(r -> r.streamARN(arn).records(entry("k", "y")));
        String iterator = client.getShardIterator(
                        r -> r.streamARN(arn).shardId(shardId).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        assertThat(client.getRecords(r -> r.shardIterator(iterator).streamARN(arn))
                        .records())
                .hasSize(2);
        assertThat(client.describeStream(r -> r.streamARN(arn))
                        .streamDescription()
                        .streamName())
                .isEqualTo(STREAM);
        assertThat(client.describeStreamSummary(r -> r.streamARN(arn))
                        .streamDescriptionSummary()
                        .streamName())
                .isEqualTo(STREAM);
        client.increaseStreamRetentionPeriod(r -> r.streamARN(arn).retentionPeriodHours(25));
        client.decreaseStreamRetentionPeriod(r -> r.streamARN(arn).retentionPeriodHours(24));
        client.splitShard(r -> r.streamARN(arn).shardToSplit(SHARD_0).newStartingHashKey("1000"));
        client.mergeShards(r -> r.streamARN(arn).shardToMerge(Kinesis.SHARD_1).adjacentShardToMerge(Kinesis.SHARD_2));
        client.updateShardCount(r -> r.streamARN(arn).targetShardCount(2).scalingType("UNIFORM_SCALING"));
        assertThat(client.listShards(r -> r.streamARN(arn)).shards()).hasSize(6);
        client.deleteStream(r -> r.streamARN(arn));
        assertThat(client.listStreams().streamNames()).isEmpty();
    }

    @Test
    void anArnThatIsNotThisStreamsIsNotFoundOrRefused() {
        kinesis.createStream(STREAM, 1);
        kinesis.createStream("other", 1);

        refusal(
                ResourceNotFoundException.class,
                () -> client.describeStream(r -> r.streamARN(arn.replace("eu-central-1", "us-east-1"))));
        refusal(ResourceNotFoundException.class, () -> client.describeStream(r -> r.streamARN(arn + "2")));
        refusal(ValidationException.class, () -> client.describeStream(r -> r.streamARN("orders")));
        refusal(
                InvalidArgumentException.class,
                () -> client.describeStream(r -> r.streamARN(arn).streamName("other")));
        refusal(InvalidArgumentException.class, () -> client.describeStream(r -> r.limit(1)));
        String iterator = Kinesis.trimHorizon(client, SHARD_0);
        refusal(
                InvalidArgumentException.class,
                () -> client.getRecords(r -> r.shardIterator(iterator).streamARN(kinesis.streamArn("other"))));
    }

    @Test
    void describeStreamPagesThroughTheShards() {
        kinesis.createStream(STREAM, 101);

        var first = client.describeStream(r -> r.streamName(STREAM)).streamDescription();
        var second = client.describeStream(r -> r.streamName(STREAM)
                        .exclusiveStartShardId(first.shards().get(99).shardId()))
                .streamDescription();

        assertThat(first.shards()).hasSize(100);
        assertThat(first.hasMoreShards()).isTrue();
        assertThat(second.shards()).hasSize(1);
        assertThat(second.hasMoreShards()).isFalse();
    }

    @Test
    void streamsAreListedByNameInPages() {
        for (String name : List.of("c", "a", "e", "b", "d")) {
            kinesis.createStream(name, 1);
        }

        assertThat(client.listStreams(r -> r.limit(2)).streamNames()).containsExactly("a", "b");
        assertThat(client.listStreams(r -> r.exclusiveStartStreamName("b")).streamNames())
                .containsExactly("c", "d", "e");
        assertThat(client.listStreamsPaginator(r -> r.limit(2)).streamNames()).containsExactly("a", "b", "c", "d", "e");
        var page = client.listStreams(r -> r.limit(4));
        assertThat(page.hasMoreStreams()).isTrue();
        assertThat(page.streamSummaries().get(0).streamARN()).isEqualTo(kinesis.streamArn("a"));
        clock.advance(Duration.ofSeconds(301));
        refusal(ExpiredNextTokenException.class, () -> client.listStreams(r -> r.nextToken(page.nextToken())));
    }

    @Test
    void theSdksWaiterSeesAStreamComeAndGo() {
        kinesis.createStream(STREAM, 1);
        try (KinesisWaiter waiter = client.waiter()) {
            assertThat(waiter.waitUntilStreamExists(r -> r.streamName(STREAM))
                            .matched()
                            .response())
                    .isPresent();
            client.deleteStream(r -> r.streamName(STREAM));
            assertThat(waiter.waitUntilStreamNotExists(r -> r.streamName(STREAM))
                            .matched()
                            .exception())
                    .isPresent();
        }
    }

    @Test
    void callsAreCountedWhetherTheySucceedOrNot() {
        kinesis.createStream(STREAM, 1);
        Kinesis.put(client, "k", "x");
        refusal(ValidationException.class, () -> Kinesis.put(client, "", "x"));

        assertThat(kinesis.callCount("PutRecord")).isEqualTo(2);
        assertThat(kinesis.callCount("PutRecords")).isZero();
        client.listStreams();
        assertThat(kinesis.calls()).isEqualTo(Map.of("ListStreams", 1L, "PutRecord", 2L));
        kinesis.resetCalls();
        assertThat(kinesis.callCount("PutRecord")).isZero();
        assertThat(kinesis.calls()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kinesis.callCount("PutTheRecord"))
                .withMessageContaining("PutTheRecord");
    }

    @Test
    void whatTheTestItselfDoesIsNotCountedAndMeetsNoFault() {
        kinesis.faults().inject(KinesisFault.throttled(KinesisFault.ANY_OPERATION));
        kinesis.createStream(STREAM, 2);
        kinesis.splitShard(STREAM, SHARD_0, BigInteger.TEN);
        kinesis.mergeShards(STREAM, Kinesis.SHARD_1, Kinesis.SHARD_3);

        assertThat(kinesis.calls()).isEmpty();
        assertThat(kinesis.faults().hitCount()).isZero();
        refusal(ResourceInUseException.class, () -> kinesis.createStream(STREAM, 2));
    }

    @Test
    void aClosedClientRefusesCallsAndOthersGoOn() {
        KinesisClient other = kinesis.client();
        client.close();

        assertThatIllegalStateException().isThrownBy(client::listStreams);
        assertThat(other.listStreams().streamNames()).isEmpty();
        assertThat(other.serviceName()).isEqualTo("kinesis");
        assertThat(other.serviceClientConfiguration().region()).isEqualTo(Region.EU_CENTRAL_1);
    }

    @Test
    void anAccountIdHasTwelveDigits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InMemoryKinesis.builder().accountId("12345").build())
                .withMessageContaining("12345");
    }
}
