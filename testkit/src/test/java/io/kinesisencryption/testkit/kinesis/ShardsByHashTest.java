// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;

class ShardsByHashTest {
    private static final BigInteger SPACE = BigInteger.ONE.shiftLeft(128);

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisClient client = kinesis.client();

    private List<software.amazon.awssdk.services.kinesis.model.Shard> shards() {
        return client.listShards(r -> r.streamName(STREAM)).shards();
    }

    private String shardOf(BigInteger hash) {
        return shards().stream()
                .filter(shard -> new BigInteger(shard.hashKeyRange().startingHashKey()).compareTo(hash) <= 0
                        && new BigInteger(shard.hashKeyRange().endingHashKey()).compareTo(hash) >= 0)
                .map(software.amazon.awssdk.services.kinesis.model.Shard::shardId)
                .reduce((one, other) -> {
                    throw new AssertionError("Two shards hold " + hash);
                })
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 64, 1000})
    void newShardsDivideTheHashKeySpaceWithoutGapsOrOverlaps(int count) {
        kinesis.createStream(STREAM, count);

        BigInteger expectedStart = BigInteger.ZERO;
        for (var shard : shards()) {
            assertThat(shard.hashKeyRange().startingHashKey()).isEqualTo(expectedStart.toString());
            expectedStart = new BigInteger(shard.hashKeyRange().endingHashKey()).add(BigInteger.ONE);
        }
        assertThat(expectedStart).isEqualTo(SPACE);
        assertThat(shards()).hasSize(count);
    }

    @Test
    void theMd5OfThePartitionKeyPicksTheShard() throws Exception {
        kinesis.createStream(STREAM, 7);
        long seed = 4711;
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String key = "schlüssel-" + random.nextLong();
            BigInteger md5 =
                    new BigInteger(1, MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8)));

            String shardId = Kinesis.put(client, key, "x").shardId();

            assertThat(shardId).as("shard of key %s, seed %d", key, seed).isEqualTo(shardOf(md5));
        }
    }

    @Test
    void anExplicitHashKeyOverridesThePartitionKeyUpToTheEdgesOfEveryShard() {
        kinesis.createStream(STREAM, 3);
        for (var shard : shards()) {
            for (String edge : List.of(
                    shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey())) {
                String shardId = client.putRecord(r -> r.streamName(STREAM)
                                .partitionKey("always the same")
                                .explicitHashKey(edge)
                                .data(SdkBytes.fromUtf8String("x")))
                        .shardId();
                assertThat(shardId).isEqualTo(shard.shardId());
            }
        }
    }

    @Test
    void hashKeysCompareAsUnsignedNumbers() {
        HashKey belowSign = new HashKey(Long.MAX_VALUE, -1);
        HashKey aboveSign = new HashKey(Long.MIN_VALUE, 0);

        assertThat(belowSign).isLessThan(aboveSign);
        assertThat(belowSign.next()).isEqualTo(aboveSign);
        assertThat(aboveSign.previous()).isEqualTo(belowSign);
        assertThat(HashKey.MAX).hasToString(SPACE.subtract(BigInteger.ONE).toString());
        assertThat(HashKey.of(HashKey.MAX.toBigInteger())).isEqualTo(HashKey.MAX);
    }
}
