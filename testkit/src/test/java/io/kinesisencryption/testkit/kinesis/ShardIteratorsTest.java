// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_1;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.get;
import static io.kinesisencryption.testkit.kinesis.Kinesis.iterator;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static io.kinesisencryption.testkit.kinesis.Kinesis.texts;
import static io.kinesisencryption.testkit.kinesis.Kinesis.trimHorizon;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

class ShardIteratorsTest {
    private static final int MIB = 1024 * 1024;

    private final MutableClock clock = new MutableClock();
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).build();
    private final KinesisClient client = kinesis.client();
    private final List<String> sequenceNumbers = new ArrayList<>();
    private final List<Instant> times = new ArrayList<>();

    @BeforeEach
    void putFiveRecordsASecondApart() {
        kinesis.createStream(STREAM, 1);
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(1));
            times.add(clock.instant());
            sequenceNumbers.add(put(client, "k", "record " + i).sequenceNumber());
        }
    }

    private String atTimestamp(Instant timestamp) {
        return client.getShardIterator(r -> r.streamName(STREAM)
                        .shardId(SHARD_0)
                        .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
                        .timestamp(timestamp))
                .shardIterator();
    }

    @Test
    void aRecordIsReadBackAsItWasPut() {
        GetRecordsResponse got = get(client, trimHorizon(client, SHARD_0));

        assertThat(got.records()).hasSize(5);
        assertThat(got.records().get(2)).satisfies(record -> {
            assertThat(record.sequenceNumber()).isEqualTo(sequenceNumbers.get(2));
            assertThat(record.partitionKey()).isEqualTo("k");
            assertThat(record.data().asUtf8String()).isEqualTo("record 2");
            assertThat(record.approximateArrivalTimestamp()).isEqualTo(times.get(2));
        });
        assertThat(got.responseMetadata().requestId()).hasSize(36);
        assertThat(got.sdkHttpResponse().statusCode()).isEqualTo(200);
    }

    @Test
    void sequenceNumbersHave56DigitsAndRise() {
        assertThat(sequenceNumbers).allSatisfy(number -> assertThat(number).matches("49\\d{54}"));
        assertThat(sequenceNumbers.stream().map(BigInteger::new)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void trimHorizonStartsAtTheOldestRecordAndLatestAfterTheNewest() {
        String latest = iterator(client, SHARD_0, ShardIteratorType.LATEST);
        put(client, "k", "new");

        assertThat(texts(get(client, trimHorizon(client, SHARD_0)).records())).hasSize(6);
        assertThat(texts(get(client, latest).records())).containsExactly("new");
    }

    @Test
    void atAndAfterSequenceNumberIncludeAndSkipTheRecord() {
        String at = iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER, sequenceNumbers.get(3));
        String after = iterator(client, SHARD_0, ShardIteratorType.AFTER_SEQUENCE_NUMBER, sequenceNumbers.get(3));

        assertThat(texts(get(client, at).records())).containsExactly("record 3", "record 4");
        assertThat(texts(get(client, after).records())).containsExactly("record 4");
    }

    @Test
    void aShardsOwnStartingSequenceNumberIsAPlaceToStart() {
        String start = Kinesis.shard(client, SHARD_0).sequenceNumberRange().startingSequenceNumber();

        assertThat(get(client, iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER, start))
                        .records())
                .hasSize(5);
    }

    @Test
    void atTimestampStartsAtTheFirstRecordOfThatTimeOrLater() {
        assertThat(texts(get(client, atTimestamp(times.get(2))).records()))
                .containsExactly("record 2", "record 3", "record 4");
        assertThat(texts(get(client, atTimestamp(times.get(2).plusMillis(1))).records()))
                .containsExactly("record 3", "record 4");
        assertThat(get(client, atTimestamp(Instant.EPOCH)).records()).hasSize(5);
        assertThat(get(client, atTimestamp(clock.instant())).records()).hasSize(1);
    }

    @Test
    void aTimestampInTheFutureIsRefused() {
        refusal(
                InvalidArgumentException.class,
                () -> atTimestamp(clock.instant().plusMillis(1)));
    }

    @Test
    void aStartWithoutWhatItsTypeNeedsIsRefused() {
        refusal(InvalidArgumentException.class, () -> iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER));
        refusal(
                InvalidArgumentException.class,
                () -> iterator(client, SHARD_0, ShardIteratorType.AFTER_SEQUENCE_NUMBER));
        refusal(InvalidArgumentException.class, () -> iterator(client, SHARD_0, ShardIteratorType.AT_TIMESTAMP));
        refusal(
                InvalidArgumentException.class,
                () -> iterator(client, SHARD_0, ShardIteratorType.LATEST, sequenceNumbers.get(0)));
        refusal(
                ValidationException.class,
                () -> client.getShardIterator(r -> r.streamName(STREAM).shardId(SHARD_0)));
        refusal(
                ValidationException.class,
                () -> client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(SHARD_0).shardIteratorType("NOWHERE")));
    }

    @Test
    void sequenceNumbersOfOtherStreamsAndShardsAreRefused() {
        kinesis.createStream("other", 2);
        String foreign = client.putRecord(
                        r -> r.streamName("other").partitionKey("k").data(SdkBytes.fromUtf8String("x")))
                .sequenceNumber();
        String otherShard = client.listShards(r -> r.streamName("other")).shards().stream()
                .filter(shard -> shard.shardId().equals(SHARD_1))
                .findFirst()
                .orElseThrow()
                .sequenceNumberRange()
                .startingSequenceNumber();

        assertThat(refusal(
                                InvalidArgumentException.class,
                                () -> iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER, foreign))
                        .getMessage())
                .contains("did not come from this stream");
        assertThat(refusal(
                                InvalidArgumentException.class,
                                () -> client.getShardIterator(r -> r.streamName("other")
                                        .shardId(SHARD_0)
                                        .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                                        .startingSequenceNumber(otherShard)))
                        .getMessage())
                .contains(SHARD_0, SHARD_1);
        refusal(
                ValidationException.class,
                () -> iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER, "not a number"));
    }

    @Test
    void anIteratorReadsOnInPagesWithoutGapsOrRepeats() {
        List<String> read = new ArrayList<>();
        List<Long> behindMillis = new ArrayList<>();
        String iterator = trimHorizon(client, SHARD_0);
        for (int page = 0; page < 3; page++) {
            String next = iterator;
            GetRecordsResponse got =
                    client.getRecords(r -> r.shardIterator(next).limit(2));
            read.addAll(texts(got.records()));
            behindMillis.add(got.millisBehindLatest());
            iterator = got.nextShardIterator();
        }

        assertThat(read).containsExactly("record 0", "record 1", "record 2", "record 3", "record 4");
        assertThat(behindMillis).containsExactly(2_000L, 1L, 0L);
        assertThat(get(client, iterator).records()).isEmpty();
    }

    @Test
    void aReaderThatIsBehindNeverSeesZeroMillisEvenWithinOneTick() {
        assertThat(client.getRecords(r ->
                                r.shardIterator(trimHorizon(client, SHARD_0)).limit(4))
                        .millisBehindLatest())
                .isPositive();
    }

    @Test
    void anIteratorCanBeUsedTwice() {
        String iterator = trimHorizon(client, SHARD_0);

        assertThat(get(client, iterator).records())
                .isEqualTo(get(client, iterator).records());
    }

    @Test
    void iteratorsLiveForFiveMinutes() {
        String iterator = trimHorizon(client, SHARD_0);
        clock.advance(Duration.ofMinutes(5));
        assertThat(get(client, iterator).records()).hasSize(5);

        clock.advance(Duration.ofMillis(1));
        ExpiredIteratorException refused = refusal(ExpiredIteratorException.class, () -> get(client, iterator));

        assertThat(refused.getMessage()).contains("Sun Mar 01 12:00:05 UTC 2026", "300000 milliseconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "not base64 at all!", "SQAGb3JkZXJz"})
    void aStringThatIsNoIteratorIsRefused(String iterator) {
        refusal(InvalidArgumentException.class, () -> get(client, iterator));
    }

    @Test
    void anIteratorThatWasTamperedWithIsRefused() {
        String iterator = trimHorizon(client, SHARD_0);
        for (int i = 0; i < iterator.length(); i++) {
            char other = iterator.charAt(i) == 'B' ? 'C' : 'B';
            String tampered = iterator.substring(0, i) + other + iterator.substring(i + 1);
            refusal(InvalidArgumentException.class, () -> get(client, tampered));
        }
    }

    @Test
    void anIteratorDoesNotOutliveItsStream() {
        String iterator = trimHorizon(client, SHARD_0);
        client.deleteStream(r -> r.streamName(STREAM));
        refusal(ResourceNotFoundException.class, () -> get(client, iterator));

        kinesis.createStream(STREAM, 1);
        refusal(ResourceNotFoundException.class, () -> get(client, iterator));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001})
    void aLimitOutsideOfOneToTenThousandIsRefused(int limit) {
        String iterator = trimHorizon(client, SHARD_0);

        refusal(
                ValidationException.class,
                () -> client.getRecords(r -> r.shardIterator(iterator).limit(limit)));
    }

    @Test
    void oneCallReturnsTenThousandRecordsAtMost() {
        String iterator = iterator(client, SHARD_0, ShardIteratorType.LATEST);
        for (int i = 0; i < 21; i++) {
            client.putRecords(
                    r -> r.streamName(STREAM).records(java.util.Collections.nCopies(500, Kinesis.entry("k", "x"))));
        }

        GetRecordsResponse first = get(client, iterator);
        assertThat(first.records()).hasSize(10_000);
        assertThat(get(client, first.nextShardIterator()).records()).hasSize(500);
    }

    @Test
    void oneCallReturnsTenMebibytesAtMostButOneRecordAlways() {
        client.updateMaxRecordSize(r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(10_240));
        String iterator = iterator(client, SHARD_0, ShardIteratorType.LATEST);
        for (int sizeBytes : new int[] {4 * MIB - 1, 6 * MIB - 1, 1, 10 * MIB - 1}) {
            client.putRecord(r ->
                    r.streamName(STREAM).partitionKey("k").data(SdkBytes.fromByteArrayUnsafe(new byte[sizeBytes])));
        }

        GetRecordsResponse first = get(client, iterator);
        GetRecordsResponse second = get(client, first.nextShardIterator());
        GetRecordsResponse third = get(client, second.nextShardIterator());

        assertThat(first.records()).hasSize(2);
        assertThat(second.records()).hasSize(1);
        assertThat(third.records()).hasSize(1);
        assertThat(third.millisBehindLatest()).isZero();
    }

    @Test
    void anUnknownShardIsNotFound() {
        refusal(ResourceNotFoundException.class, () -> trimHorizon(client, SHARD_1));
    }
}
