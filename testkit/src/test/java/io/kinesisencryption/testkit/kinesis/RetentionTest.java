// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static io.kinesisencryption.testkit.kinesis.Kinesis.SHARD_0;
import static io.kinesisencryption.testkit.kinesis.Kinesis.STREAM;
import static io.kinesisencryption.testkit.kinesis.Kinesis.get;
import static io.kinesisencryption.testkit.kinesis.Kinesis.iterator;
import static io.kinesisencryption.testkit.kinesis.Kinesis.put;
import static io.kinesisencryption.testkit.kinesis.Kinesis.refusal;
import static io.kinesisencryption.testkit.kinesis.Kinesis.texts;
import static io.kinesisencryption.testkit.kinesis.Kinesis.trimHorizon;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

class RetentionTest {
    private final MutableClock clock = new MutableClock();
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).build();
    private final KinesisClient client = kinesis.client();

    @BeforeEach
    void createStream() {
        kinesis.createStream(STREAM, 1);
    }

    @Test
    void aRecordIsKeptForADayAndNotAMillisecondLonger() {
        String sequenceNumber = put(client, "k", "old").sequenceNumber();
        clock.advance(Duration.ofHours(1));
        put(client, "k", "young");

        clock.advance(Duration.ofHours(23));
        assertThat(texts(get(client, trimHorizon(client, SHARD_0)).records())).containsExactly("old", "young");

        clock.advance(Duration.ofMillis(1));
        assertThat(texts(get(client, trimHorizon(client, SHARD_0)).records())).containsExactly("young");
        assertThat(kinesis.storedRecords(STREAM)).hasSize(1);
        String trimmed = iterator(client, SHARD_0, ShardIteratorType.AT_SEQUENCE_NUMBER, sequenceNumber);
        assertThat(texts(get(client, trimmed).records())).containsExactly("young");
    }

    @Test
    void anIteratorWhoseRecordsExpiredGoesOnAtTheTrimHorizon() {
        put(client, "k", "old");
        clock.advance(Duration.ofHours(23).plusMinutes(58));
        put(client, "k", "young");
        String iterator = trimHorizon(client, SHARD_0);

        clock.advance(Duration.ofMinutes(3));

        assertThat(texts(get(client, iterator).records())).containsExactly("young");
    }

    @Test
    void theRetentionPeriodCanBeRaisedToAYearAndLoweredAgain() {
        client.increaseStreamRetentionPeriod(r -> r.streamName(STREAM).retentionPeriodHours(8_760));
        put(client, "k", "old");
        clock.advance(Duration.ofDays(365));
        assertThat(kinesis.storedRecords(STREAM)).hasSize(1);

        client.decreaseStreamRetentionPeriod(r -> r.streamName(STREAM).retentionPeriodHours(24));
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
        assertThat(client.describeStream(r -> r.streamName(STREAM))
                        .streamDescription()
                        .retentionPeriodHours())
                .isEqualTo(24);
    }

    @ParameterizedTest
    @ValueSource(ints = {23, 8_761})
    void aRetentionPeriodOutsideOfADayToAYearIsRefused(int hours) {
        refusal(
                InvalidArgumentException.class,
                () -> client.increaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(hours)));
        refusal(
                InvalidArgumentException.class,
                () -> client.decreaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(hours)));
    }

    @Test
    void increasingDoesNotDecreaseNorTheOtherWayRound() {
        client.increaseStreamRetentionPeriod(r -> r.streamName(STREAM).retentionPeriodHours(48));

        refusal(
                InvalidArgumentException.class,
                () -> client.increaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(47)));
        refusal(
                InvalidArgumentException.class,
                () -> client.decreaseStreamRetentionPeriod(
                        r -> r.streamName(STREAM).retentionPeriodHours(49)));
    }

    @Test
    void aLogThatIsTrimmedAndGrownOverAndOverKeepsItsPositions() {
        String iterator = trimHorizon(client, SHARD_0);
        List<String> read = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int hour = 0; hour < 200; hour++) {
            // Up and down, so that the log grows at times and reuses freed room at others.
            for (int i = 0; i < (hour % 50 < 25 ? 40 : 3); i++) {
                String text = hour + "/" + i;
                put(client, "k", text);
                expected.add(text);
            }
            var page = get(client, iterator);
            read.addAll(texts(page.records()));
            clock.advance(Duration.ofHours(1));
            iterator = iterator(
                    client,
                    SHARD_0,
                    ShardIteratorType.AFTER_SEQUENCE_NUMBER,
                    page.records().get(page.records().size() - 1).sequenceNumber());
        }

        assertThat(read).isEqualTo(expected);
        assertThat(kinesis.storedRecords(STREAM)).hasSize(24 * 3);
    }

    @Test
    void aClockThatIsSetBackDoesNotDisorderTheRecords() {
        put(client, "k", "first");
        clock.set(clock.instant().minus(Duration.ofHours(1)));
        put(client, "k", "second");

        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(stored).extracting(StoredRecord::arrivalTime).isSorted();
        assertThat(stored).extracting(StoredRecord::sequenceNumber).isSorted();
    }
}
