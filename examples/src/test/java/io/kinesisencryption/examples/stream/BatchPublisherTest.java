// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

class BatchPublisherTest {
    private static final int MORE_THAN_ANY_STREAM_TAKES = 10 * 1024 * 1024 + 1;

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final Map<Long, Place> acknowledged = new LinkedHashMap<>();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
            .build();
    private final BatchPublisher publisher;

    BatchPublisherTest() {
        kinesis.createStream("orders", 2);
        publisher = new BatchPublisher(
                kinesis.asyncClient(),
                encryption,
                StreamIdentity.of("orders"),
                EncryptorOptions.DEFAULTS,
                new Batching(Duration.ofSeconds(1)),
                (record, place) -> acknowledged.put(record.line().number(), place));
    }

    @AfterEach
    void close() {
        publisher.close();
        encryption.close();
    }

    @Test
    void manyLinesAreStoredInFewRecordsAndEachOneIsToldItsPlace() {
        for (int i = 1; i <= 1_000; i++) {
            publisher.put(record(i, 100));
        }
        publisher.flush();

        assertThat(publisher.unacknowledged()).isEmpty();
        assertThat(acknowledged).hasSize(1_000);
        assertThat(acknowledged.values()).doesNotHaveDuplicates();
        Set<String> places = new HashSet<>();
        acknowledged.values().forEach(place -> places.add(place.shardId() + place.sequenceNumber()));
        assertThat(kinesis.storedRecords("orders"))
                .hasSizeLessThan(200)
                .extracting(stored -> stored.shardId() + stored.sequenceNumber())
                .containsExactlyInAnyOrderElementsOf(places);
    }

    @Test
    void aLineThatDoesNotFitIsNamedOnceTheOthersAreStoredAndWithTheOneThatWasNotTakenAnyMore() {
        publisher.put(record(1, 10));
        publisher.put(record(2, MORE_THAN_ANY_STREAM_TAKES));
        assertThatThrownBy(() -> {
                    publisher.put(record(3, 10));
                    publisher.flush();
                })
                .isInstanceOf(CommandException.class)
                .hasMessageMatching("lines 2-3 were not acknowledged: RECORD_TOO_LARGE: .*");
        assertThat(acknowledged).containsOnlyKeys(1L);
    }

    @Test
    void aFailureIsToldWhileTheInputPauses() {
        kinesis.faults().inject(KinesisFault.accessDenied("PutRecords"));
        publisher.put(record(1, 10));
        assertThatThrownBy(publisher::flush).hasMessageStartingWith("line 1 was not acknowledged: ");
        assertThatThrownBy(publisher::inputPauses).hasMessageStartingWith("line 1 was not acknowledged: ");
        assertThat(kinesis.storedRecords("orders")).isEmpty();
    }

    @Test
    void tellsAtEachMomentWhichLinesAreNotAcknowledged() {
        assertThat(publisher.unacknowledged()).isEmpty();
        CountDownLatch looked = new CountDownLatch(1);
        kinesis.faults()
                .inject(KinesisFault.exception("PutRecords", () -> onceCountedDown(looked))
                        // However many calls there are: the second line may travel in one of its own.
                        .when(request -> looked.getCount() > 0));
        publisher.put(record(1, 10));
        publisher.put(record(2, 10));
        assertThat(publisher.unacknowledged()).contains("lines 1-2 were");
        looked.countDown();
        publisher.settle();
        assertThat(publisher.unacknowledged()).isEmpty();
    }

    @Test
    void aPartitionKeyThatIsNoneFailsWithItsLine() {
        publisher.put(record(1, 10));
        assertThatThrownBy(() -> publisher.put(new OutgoingRecord(new Line(2, new byte[1]), "\uD800")))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("line 2 was not acknowledged: ");
        assertThat(acknowledged).containsOnlyKeys(1L);
    }

    private static RuntimeException onceCountedDown(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return SdkClientException.create("the connection broke");
    }

    private static OutgoingRecord record(long number, int sizeBytes) {
        return new OutgoingRecord(new Line(number, new byte[sizeBytes]), "key-" + number);
    }
}
