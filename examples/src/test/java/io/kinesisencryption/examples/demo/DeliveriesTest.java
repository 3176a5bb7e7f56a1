// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.examples.stream.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private final Deliveries deliveries = new Deliveries();

    @Test
    void isSatisfiedWithExactlyTheSetThatWasSentInWhateverOrderItIsTold() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        deliveries.returned(at("s-1", "10"), "key-2", bytes("two"));
        assertThat(deliveries.count().complete(2)).isFalse();
        deliveries.sent(record(2, "two"), at("s-1", "10"));
        assertThat(deliveries.count().complete(2)).isTrue();
        Deliveries.Outcome outcome = deliveries.outcome(2);
        assertThat(outcome.differences()).isEmpty();
        assertThat(outcome.returned()).isEqualTo(2);
        assertThat(outcome.returnedBytes()).isEqualTo(6);
        assertThat(outcome.returnedByShard()).containsEntry("s-0", 1L).containsEntry("s-1", 1L);
    }

    @Test
    void tellsOfARecordThatDidNotComeBack() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        assertThat(differences(1)).containsExactly("1 of 1 records did not come back");
    }

    @Test
    void tellsOfARecordThatWasNeverSent() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        deliveries.returned(at("s-0", "11"), "key-1", bytes("one"));
        assertThat(differences(1)).containsExactly("1 records came back that were not sent");
    }

    @Test
    void tellsOfOtherBytesAndOfAnotherKeyEvenInADuplicate() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("onE"));
        deliveries.returned(at("s-0", "10"), null, bytes("one"));
        assertThat(differences(1))
                .containsExactly(
                        "line 1 came back with other bytes, at 10 of s-0",
                        "line 1 came back with another partition key, at 10 of s-0");
        assertThat(deliveries.outcome(1).duplicates()).isEqualTo(2);
    }

    @Test
    void countsDuplicatesWithoutBlame() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        assertThat(differences(1)).isEmpty();
        assertThat(deliveries.outcome(1))
                .returns(1L, Deliveries.Outcome::returned)
                .returns(1L, Deliveries.Outcome::duplicates)
                .returns(3L, Deliveries.Outcome::returnedBytes);
    }

    @Test
    void tellsRecordsOfOneAggregateApartAndCountsTheAggregates() {
        deliveries.sent(record(1, "one"), at("s-0", "10"));
        deliveries.sent(record(2, "two"), new Place("s-0", "10", 1));
        deliveries.sent(record(3, "three"), at("s-0", "11"));
        deliveries.returned(at("s-0", "10"), "key-1", bytes("one"));
        deliveries.returned(at("s-0", "11"), "key-3", bytes("three"));
        deliveries.returned(new Place("s-0", "10", 1), "key-2", bytes("twO"));
        assertThat(deliveries.outcome(3))
                .returns(3L, Deliveries.Outcome::sent)
                .returns(2L, Deliveries.Outcome::kinesisRecords)
                .returns(
                        List.of("line 2 came back with other bytes, at 10 of s-0, number 1 in it"),
                        Deliveries.Outcome::differences);
    }

    @Test
    void tellsOfAnObstacleFirst() {
        deliveries.obstructed("a shard holds");
        deliveries.obstructed("another one");
        assertThat(deliveries.count().obstructed()).isTrue();
        assertThat(differences(1)).containsExactly("a shard holds", "1 of 1 records did not come back");
    }

    private List<String> differences(long expected) {
        return deliveries.outcome(expected).differences();
    }

    private static Place at(String shardId, String sequenceNumber) {
        return new Place(shardId, sequenceNumber, 0);
    }

    private static OutgoingRecord record(long number, String text) {
        return new OutgoingRecord(new Line(number, bytes(text)), "key-" + number);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
