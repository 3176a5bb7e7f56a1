// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.entry;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

class ThroughputLimitsTest {
    private static final int MIB = 1024 * 1024;

    private final MutableClock clock = new MutableClock();
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).shardThroughputLimits(true).build();
    private final KinesisClient client = kinesis.client();

    private PutRecordsResponse putRecords(int count, PutRecordsRequestEntry entry) {
        return client.putRecords(r -> r.streamName(STREAM).records(Collections.nCopies(count, entry)));
    }

    @Test
    void aShardTakesAThousandRecordsASecond() {
        kinesis.createStream(STREAM, 1);
        assertThat(putRecords(500, entry("k", "x")).failedRecordCount()).isZero();
        assertThat(putRecords(500, entry("k", "x")).failedRecordCount()).isZero();

        PutRecordsResponse over = putRecords(500, entry("k", "x"));
        assertThat(over.failedRecordCount()).isEqualTo(500);
        assertThat(over.records()).allSatisfy(result -> {
            assertThat(result.errorCode()).isEqualTo("ProvisionedThroughputExceededException");
            assertThat(result.errorMessage())
                    .isEqualTo("Rate exceeded for shard " + SHARD_0 + " in stream " + STREAM
                            + " under account 123456789012.");
            assertThat(result.sequenceNumber()).isNull();
            assertThat(result.shardId()).isNull();
        });
        refusal(ProvisionedThroughputExceededException.class, () -> put(client, "k", "x"));

        clock.advance(Duration.ofMillis(100));
        assertThat(putRecords(101, entry("k", "x")).failedRecordCount()).isEqualTo(1);
        clock.advance(Duration.ofHours(1));
        assertThat(putRecords(500, entry("k", "x")).failedRecordCount()).isZero();
    }

    @Test
    void aShardTakesAMebibyteASecond() {
        kinesis.createStream(STREAM, 1);

        assertThat(putRecords(5, entry("key1", MIB / 4 - 4)).failedRecordCount())
                .isEqualTo(1);
        clock.advance(Duration.ofMillis(250));
        assertThat(putRecords(2, entry("key1", MIB / 4 - 4)).failedRecordCount())
                .isEqualTo(1);
    }

    @Test
    void aLargeRecordBurstsOnceAndIsPaidBackBeforeTheNext() {
        kinesis.createStream(STREAM, 1);
        client.updateMaxRecordSize(r -> r.streamARN(kinesis.streamArn(STREAM)).maxRecordSizeInKiB(10_240));

        assertThat(putRecords(1, entry("key1", 4 * MIB - 4)).failedRecordCount())
                .isZero();
        clock.advance(Duration.ofSeconds(3));
        assertThat(putRecords(1, entry("key1", 1)).failedRecordCount()).isEqualTo(1);
        clock.advance(Duration.ofMillis(100));
        assertThat(putRecords(1, entry("key1", 1)).failedRecordCount()).isZero();
    }

    @Test
    void theShardsOfAStreamDoNotShareTheirCapacity() {
        kinesis.createStream(STREAM, 2);
        PutRecordsRequestEntry low =
                entry("k", "x").toBuilder().explicitHashKey("0").build();
        PutRecordsRequestEntry high = entry("k", "x").toBuilder()
                .explicitHashKey(HashKey.MAX.toString())
                .build();
        putRecords(500, low);
        putRecords(500, low);

        assertThat(putRecords(1, low).failedRecordCount()).isEqualTo(1);
        assertThat(putRecords(500, high).failedRecordCount()).isZero();
    }

    @Test
    void withoutLimitsNothingIsThrottled() {
        InMemoryKinesis unlimited = InMemoryKinesis.builder().clock(clock).build();
        unlimited.createStream(STREAM, 1);
        for (int i = 0; i < 5; i++) {
            assertThat(unlimited
                            .client()
                            .putRecords(r -> r.streamName(STREAM).records(Collections.nCopies(500, entry("k", "x"))))
                            .failedRecordCount())
                    .isZero();
        }
    }
}
