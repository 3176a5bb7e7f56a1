// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_1;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_2;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_3;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.get;
import static io.kinesisencryption.testkit.kinesis.Kinesis.iterator;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.readAll;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static io.kinesisencryption.testkit.kinesis.Kinesis.shard;
import static io.kinesisencryption.testkit.kinesis.Kinesis.shardIds;
import static io.kinesisencryption.testkit.kinesis.Kinesis.texts;
import static io.kinesisencryption.testkit.kinesis.Kinesis.trimHorizon;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

class ReshardingTest {
    private static final BigInteger MIDDLE = BigInteger.ONE.shiftLeft(127);
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(new MutableClock()).build();
    private final KinesisClient client = kinesis.client();

    private static BigInteger startOf(software.amazon.awssdk.services.kinesis.model.Shard shard) {
        return new BigInteger(shard.sequenceNumberRange().startingSequenceNumber());
    }

    private static BigInteger endOf(software.amazon.awssdk.services.kinesis.model.Shard shard) {
        return new BigInteger(shard.sequenceNumberRange().endingSequenceNumber());
    }

    @Test
    void aSplitClosesTheParentAndDividesItsRange() {
        kinesis.createStream(STREAM, 1);
        String lastOfParent = put(client, "k", "before").sequenceNumber();
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);

        var parent = shard(client, SHARD_0);
        var lower = shard(client, SHARD_1);
        var upper = shard(client, SHARD_2);
        assertThat(endOf(parent)).isGreaterThan(new BigInteger(lastOfParent));
        assertThat(startOf(lower)).isGreaterThan(endOf(parent));
        assertThat(startOf(upper)).isGreaterThan(endOf(parent));
        assertThat(List.of(lower.parentShardId(), upper.parentShardId())).containsOnly(SHARD_0);
        assertThat(lower.adjacentParentShardId()).isNull();
        assertThat(lower.hashKeyRange().startingHashKey()).isEqualTo("0");
        assertThat(lower.hashKeyRange().endingHashKey())
                .isEqualTo(MIDDLE.subtract(BigInteger.ONE).toString());
        assertThat(upper.hashKeyRange().startingHashKey()).isEqualTo(MIDDLE.toString());
        assertThat(upper.hashKeyRange().endingHashKey()).isEqualTo(MAX.toString());
        assertThat(lower.sequenceNumberRange().endingSequenceNumber()).isNull();
        assertThat(shardIds(client, ShardFilterType.AT_LATEST)).containsExactly(SHARD_1, SHARD_2);
    }

    @Test
    void recordsAfterASplitGoToTheChildrenWithHigherSequenceNumbers() {
        kinesis.createStream(STREAM, 1);
        String before = put(client, "k", "before").sequenceNumber();
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);

        var after = put(client, "k", "after");

        assertThat(after.shardId()).isIn(SHARD_1, SHARD_2);
        assertThat(new BigInteger(after.sequenceNumber())).isGreaterThan(new BigInteger(before));
        assertThat(texts(readAll(client, SHARD_0))).containsExactly("before");
        assertThat(texts(readAll(client, after.shardId()))).containsExactly("after");
    }

    @Test
    void aClosedShardEndsWithItsChildrenInsteadOfAnotherIterator() {
        kinesis.createStream(STREAM, 1);
        put(client, "k", "one");
        put(client, "k", "two");
        String early = trimHorizon(client, SHARD_0);
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);

        GetRecordsResponse first = client.getRecords(r -> r.shardIterator(early).limit(1));
        GetRecordsResponse last = client.getRecords(
                r -> r.shardIterator(first.nextShardIterator()).limit(1));

        assertThat(first.nextShardIterator()).isNotNull();
        assertThat(first.hasChildShards()).isFalse();
        assertThat(texts(last.records())).containsExactly("two");
        assertThat(last.nextShardIterator()).isNull();
        assertThat(last.millisBehindLatest()).isZero();
        assertThat(last.childShards()).extracting(ChildShard::shardId).containsExactly(SHARD_1, SHARD_2);
        assertThat(last.childShards())
                .allSatisfy(child -> assertThat(child.parentShards()).containsExactly(SHARD_0));
        assertThat(last.childShards().get(1).hashKeyRange().startingHashKey()).isEqualTo(MIDDLE.toString());
    }

    @Test
    void anIteratorAtTheTipOfAShardThatThenClosesEndsToo() {
        kinesis.createStream(STREAM, 1);
        String tip = iterator(client, SHARD_0, ShardIteratorType.LATEST);
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);

        assertThat(get(client, tip).nextShardIterator()).isNull();
        assertThat(get(client, iterator(client, SHARD_0, ShardIteratorType.LATEST))
                        .childShards())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({SHARD_0 + "," + SHARD_1, SHARD_1 + "," + SHARD_0})
    void aMergeJoinsNeighboursNamedInEitherOrder(String one, String other) {
        kinesis.createStream(STREAM, 2);
        kinesis.mergeShards(STREAM, one, other);

        var child = shard(client, SHARD_2);
        assertThat(child.parentShardId()).isEqualTo(one);
        assertThat(child.adjacentParentShardId()).isEqualTo(other);
        assertThat(child.hashKeyRange().startingHashKey()).isEqualTo("0");
        assertThat(child.hashKeyRange().endingHashKey()).isEqualTo(MAX.toString());
        assertThat(startOf(child))
                .isGreaterThan(endOf(shard(client, SHARD_0)))
                .isGreaterThan(endOf(shard(client, SHARD_1)));
        for (String parent : List.of(SHARD_0, SHARD_1)) {
            assertThat(get(client, trimHorizon(client, parent)).childShards())
                    .singleElement()
                    .satisfies(c -> assertThat(c.parentShards()).containsExactly(one, other));
        }
    }

    @Test
    void onlyOpenNeighboursCanMerge() {
        kinesis.createStream(STREAM, 3);
        assertThat(refusal(InvalidArgumentException.class, () -> kinesis.mergeShards(STREAM, SHARD_0, SHARD_2))
                        .getMessage())
                .contains("not an adjacent pair");
        refusal(InvalidArgumentException.class, () -> kinesis.mergeShards(STREAM, SHARD_0, SHARD_0));
        refusal(ResourceNotFoundException.class, () -> kinesis.mergeShards(STREAM, SHARD_0, SHARD_3));

        kinesis.mergeShards(STREAM, SHARD_0, SHARD_1);
        refusal(ResourceInUseException.class, () -> kinesis.mergeShards(STREAM, SHARD_1, SHARD_2));
        refusal(ResourceInUseException.class, () -> kinesis.splitShard(STREAM, SHARD_0, BigInteger.TEN));
    }

    @Test
    void aSplitPointLiesInsideOfTheShard() {
        kinesis.createStream(STREAM, 2);
        BigInteger start = new BigInteger(shard(client, SHARD_1).hashKeyRange().startingHashKey());
        for (BigInteger outside : List.of(BigInteger.ZERO, start, start.add(BigInteger.ONE), MAX)) {
            refusal(InvalidArgumentException.class, () -> kinesis.splitShard(STREAM, SHARD_1, outside));
        }
        refusal(InvalidArgumentException.class, () -> kinesis.splitShard(STREAM, SHARD_1, MAX.add(BigInteger.ONE)));
        refusal(ValidationException.class, () -> kinesis.splitShard(STREAM, SHARD_1, BigInteger.ONE.negate()));

        kinesis.splitShard(STREAM, SHARD_1, start.add(BigInteger.TWO));
        kinesis.splitShard(STREAM, SHARD_3, MAX.subtract(BigInteger.ONE));
        assertThat(shardIds(client, ShardFilterType.AT_LATEST)).hasSize(4);
    }

    @Test
    void aShardCountThatDoublesAndHalvesKeepsShardsEqual() {
        kinesis.createStream(STREAM, 4);
        UpdateShardCountResponse up = client.updateShardCount(
                r -> r.streamName(STREAM).targetShardCount(8).scalingType("UNIFORM_SCALING"));
        assertThat(up.currentShardCount()).isEqualTo(4);
        assertThat(up.targetShardCount()).isEqualTo(8);
        assertOpenShardsCoverTheSpace(8, true);

        client.updateShardCount(r -> r.streamName(STREAM).targetShardCount(4).scalingType("UNIFORM_SCALING"));
        assertOpenShardsCoverTheSpace(4, true);
        client.updateShardCount(r -> r.streamName(STREAM).targetShardCount(7).scalingType("UNIFORM_SCALING"));
        assertOpenShardsCoverTheSpace(7, false);
    }

    private void assertOpenShardsCoverTheSpace(int count, boolean equal) {
        var open = client
                .listShards(r -> r.streamName(STREAM).shardFilter(f -> f.type(ShardFilterType.AT_LATEST)))
                .shards()
                .stream()
                .sorted(java.util.Comparator.comparing(
                        shard -> new BigInteger(shard.hashKeyRange().startingHashKey())))
                .toList();
        BigInteger next = BigInteger.ZERO;
        for (var shard : open) {
            assertThat(shard.hashKeyRange().startingHashKey()).isEqualTo(next.toString());
            BigInteger end = new BigInteger(shard.hashKeyRange().endingHashKey());
            if (equal) {
                assertThat(end.subtract(next).add(BigInteger.ONE))
                        .isEqualTo(BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(count)));
            }
            next = end.add(BigInteger.ONE);
        }
        assertThat(next).isEqualTo(MAX.add(BigInteger.ONE));
        assertThat(open).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({"9", "1"})
    void aShardCountMoreThanDoubleOrLessThanHalfIsRefused(int target) {
        kinesis.createStream(STREAM, 4);

        refusal(
                LimitExceededException.class,
                () -> client.updateShardCount(
                        r -> r.streamName(STREAM).targetShardCount(target).scalingType("UNIFORM_SCALING")));
    }
}
