// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_1;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_2;
import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_3;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static io.kinesisencryption.testkit.kinesis.Kinesis.shardIds;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

class ListShardsTest {
    private static final String SHARD_4 = "shardId-000000000004";
    private static final BigInteger MIDDLE = BigInteger.ONE.shiftLeft(127);
    private static final BigInteger QUARTER = BigInteger.ONE.shiftLeft(126);

    private final MutableClock clock = new MutableClock();
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).build();
    private final KinesisClient client = kinesis.client();
    private Instant firstSplit = Instant.EPOCH;
    private Instant secondSplit = Instant.EPOCH;

    /** Shard 0 splits into 1 and 2 after an hour, shard 1 into 3 and 4 an hour later. */
    private void splitTwice() {
        kinesis.createStream(STREAM, 1);
        clock.advance(Duration.ofHours(1));
        firstSplit = clock.instant();
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);
        clock.advance(Duration.ofHours(1));
        secondSplit = clock.instant();
        kinesis.splitShard(STREAM, SHARD_1, QUARTER);
        clock.advance(Duration.ofHours(1));
    }

    private List<String> shardIdsBy(ShardFilterType type, Instant timestamp) {
        return ids(client.listShards(
                r -> r.streamName(STREAM).shardFilter(f -> f.type(type).timestamp(timestamp))));
    }

    private static List<String> ids(ListShardsResponse response) {
        return response.shards().stream()
                .map(software.amazon.awssdk.services.kinesis.model.Shard::shardId)
                .toList();
    }

    @Test
    void withoutAFilterEveryRetainedShardIsListed() {
        splitTwice();

        assertThat(ids(client.listShards(r -> r.streamName(STREAM))))
                .containsExactly(SHARD_0, SHARD_1, SHARD_2, SHARD_3, SHARD_4);
    }

    @Test
    void filtersByHorizonAndTip() {
        splitTwice();

        assertThat(shardIds(client, ShardFilterType.AT_LATEST)).containsExactly(SHARD_2, SHARD_3, SHARD_4);
        assertThat(shardIds(client, ShardFilterType.AT_TRIM_HORIZON)).containsExactly(SHARD_0);
        assertThat(shardIds(client, ShardFilterType.FROM_TRIM_HORIZON)).hasSize(5);
    }

    @Test
    void shardsLeaveTheListingsOnceTheRetentionPeriodHasPassedSinceTheyClosed() {
        splitTwice();
        clock.advance(Duration.between(clock.instant(), firstSplit.plus(Duration.ofHours(24))));
        assertThat(shardIds(client, ShardFilterType.AT_TRIM_HORIZON)).containsExactly(SHARD_0);

        clock.advance(Duration.ofMillis(1));
        assertThat(shardIds(client, ShardFilterType.AT_TRIM_HORIZON)).containsExactly(SHARD_1, SHARD_2);
        assertThat(shardIds(client, ShardFilterType.FROM_TRIM_HORIZON))
                .containsExactly(SHARD_1, SHARD_2, SHARD_3, SHARD_4);
        assertThat(ids(client.listShards(r -> r.streamName(STREAM)))).doesNotContain(SHARD_0);

        clock.advance(Duration.ofHours(1));
        assertThat(shardIds(client, ShardFilterType.AT_TRIM_HORIZON)).containsExactly(SHARD_2, SHARD_3, SHARD_4);
    }

    @Test
    void filtersByTimestamp() {
        splitTwice();
        Instant between = firstSplit.plusSeconds(60);

        assertThat(shardIdsBy(ShardFilterType.AT_TIMESTAMP, firstSplit.minusSeconds(1)))
                .containsExactly(SHARD_0);
        assertThat(shardIdsBy(ShardFilterType.AT_TIMESTAMP, between)).containsExactly(SHARD_1, SHARD_2);
        assertThat(shardIdsBy(ShardFilterType.AT_TIMESTAMP, secondSplit.plusMillis(1)))
                .containsExactly(SHARD_2, SHARD_3, SHARD_4);
        assertThat(shardIdsBy(ShardFilterType.FROM_TIMESTAMP, between))
                .containsExactly(SHARD_1, SHARD_2, SHARD_3, SHARD_4);
        assertThat(shardIdsBy(ShardFilterType.FROM_TIMESTAMP, secondSplit))
                .containsExactly(SHARD_1, SHARD_2, SHARD_3, SHARD_4);
        assertThat(shardIdsBy(ShardFilterType.AT_TIMESTAMP, Instant.EPOCH)).containsExactly(SHARD_0);
    }

    @Test
    void everyAtFilterYieldsShardsThatCoverTheSpaceOnceEvenIfAllHappensInOneTick() {
        kinesis.createStream(STREAM, 1);
        kinesis.splitShard(STREAM, SHARD_0, MIDDLE);
        kinesis.splitShard(STREAM, SHARD_1, QUARTER);

        assertThat(shardIds(client, ShardFilterType.AT_TRIM_HORIZON)).containsExactly(SHARD_0);
        assertThat(shardIdsBy(ShardFilterType.AT_TIMESTAMP, clock.instant())).containsExactly(SHARD_0);
        assertThat(shardIds(client, ShardFilterType.AT_LATEST)).containsExactly(SHARD_2, SHARD_3, SHARD_4);
    }

    @Test
    void filtersByTheShardBefore() {
        splitTwice();

        assertThat(ids(client.listShards(r -> r.streamName(STREAM)
                        .shardFilter(f -> f.type(ShardFilterType.AFTER_SHARD_ID).shardId(SHARD_1)))))
                .containsExactly(SHARD_2, SHARD_3, SHARD_4);
        assertThat(ids(client.listShards(r -> r.streamName(STREAM).exclusiveStartShardId(SHARD_3))))
                .containsExactly(SHARD_4);
    }

    @ParameterizedTest
    @EnumSource(
            value = ShardFilterType.class,
            names = {"AFTER_SHARD_ID", "AT_TIMESTAMP", "FROM_TIMESTAMP"})
    void aFilterWithoutItsArgumentIsRefused(ShardFilterType type) {
        kinesis.createStream(STREAM, 1);

        refusal(InvalidArgumentException.class, () -> shardIds(client, type));
    }

    @Test
    void aFilterWithoutAKnownTypeIsRefused() {
        kinesis.createStream(STREAM, 1);

        refusal(
                ValidationException.class,
                () -> client.listShards(r -> r.streamName(STREAM).shardFilter(f -> f.shardId(SHARD_0))));
        refusal(
                ValidationException.class,
                () -> client.listShards(r -> r.streamName(STREAM).shardFilter(f -> f.type("SOMETIMES"))));
    }

    @Test
    void pagesFollowEachOtherAndKeepTheirFilter() {
        kinesis.createStream(STREAM, 25);
        kinesis.mergeShards(STREAM, SHARD_0, SHARD_1);
        List<String> listed = new ArrayList<>();
        ListShardsResponse page = client.listShards(
                r -> r.streamName(STREAM).maxResults(10).shardFilter(f -> f.type(ShardFilterType.AT_LATEST)));
        listed.addAll(ids(page));
        while (page.nextToken() != null) {
            String token = page.nextToken();
            page = client.listShards(r -> r.nextToken(token).maxResults(10));
            listed.addAll(ids(page));
        }

        assertThat(listed)
                .hasSize(24)
                .doesNotHaveDuplicates()
                .doesNotContain(SHARD_0, SHARD_1)
                .isSorted();
        assertThat(kinesis.callCount("ListShards")).isEqualTo(3);
    }

    @Test
    void onePageHoldsAThousandShardsUnlessAskedOtherwise() {
        kinesis.createStream(STREAM, 1_001);

        ListShardsResponse first = client.listShards(r -> r.streamName(STREAM));
        assertThat(first.shards()).hasSize(1_000);
        assertThat(client.listShards(r -> r.nextToken(first.nextToken())).shards())
                .hasSize(1);
        assertThat(client.listShards(r -> r.streamName(STREAM).maxResults(10_000))
                        .nextToken())
                .isNull();
    }

    @Test
    void aNextTokenLivesForFiveMinutesAndStandsAlone() {
        kinesis.createStream(STREAM, 3);
        String token =
                client.listShards(r -> r.streamName(STREAM).maxResults(1)).nextToken();
        refusal(
                InvalidArgumentException.class,
                () -> client.listShards(r -> r.nextToken(token).streamName(STREAM)));
        refusal(
                InvalidArgumentException.class,
                () -> client.listShards(r -> r.nextToken(token).exclusiveStartShardId(SHARD_0)));
        refusal(InvalidArgumentException.class, () -> client.listShards(r -> r.nextToken("AAAAAAAA")));

        clock.advance(Duration.ofMinutes(5));
        assertThat(client.listShards(r -> r.nextToken(token)).shards()).hasSize(2);
        clock.advance(Duration.ofMillis(1));
        refusal(ExpiredNextTokenException.class, () -> client.listShards(r -> r.nextToken(token)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10_001})
    void aPageOfImpossibleSizeIsRefused(int maxResults) {
        kinesis.createStream(STREAM, 1);

        refusal(
                ValidationException.class,
                () -> client.listShards(r -> r.streamName(STREAM).maxResults(maxResults)));
    }

    @Test
    void aStreamThatDoesNotExistIsNotFound() {
        refusal(ResourceNotFoundException.class, () -> client.listShards(r -> r.streamName(STREAM)));
    }
}
