// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisClient;

class RecordPublisherTest {
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final List<Duration> pauses = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();

    RecordPublisherTest() {
        kinesis.createStream("orders", 1);
    }

    @Test
    void sendsAtMost500RecordsInACallAndKeepsTheirOrder() {
        publish(kinesis.client(), 1_001, "x");
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(3);
        assertThat(storedKeys()).containsExactlyElementsOf(keys(1, 1_001));
        assertThat(acknowledged).hasSize(1_001);
    }

    @Test
    void sendsAtMostFiveMebibytesInACallEnvelopesIncluded() {
        publish(kinesis.client(), 13, "x".repeat(1024 * 1024 - 2048));
        // Five of them with their allowance fit into 5 MiB.
        assertThat(kinesis.callCount("PutRecords")).isEqualTo(3);
        assertThat(storedKeys()).containsExactlyElementsOf(keys(1, 13));
    }

    @Test
    void sendsRefusedRecordsAgainBeforeTheNextBatch() {
        kinesis.faults()
                .inject(KinesisFault.failRecords(
                                RecordError.PROVISIONED_THROUGHPUT_EXCEEDED,
                                entry -> List.of("3", "500").contains(entry.partitionKey()))
                        .times(3));
        publish(kinesis.client(), 600, "x");
        List<String> keys = storedKeys();
        assertThat(keys).containsExactlyInAnyOrderElementsOf(keys(1, 600));
        assertThat(keys.subList(498, 501)).containsExactly("3", "500", "501");
        assertThat(pauses).hasSize(3);
    }

    @Test
    void sendsABatchAgainThatWasThrottledAsAWhole() {
        kinesis.faults().inject(KinesisFault.throttled("PutRecords").times(4));
        publish(kinesis.client(), 10, "x");
        assertThat(storedKeys()).containsExactlyElementsOf(keys(1, 10));
        assertThat(pauses).hasSize(4);
    }

    @Test
    void givesUpAfterTenAttemptsWithoutProgressAndNamesTheLines() {
        kinesis.faults()
                .inject(KinesisFault.failRecords(
                        RecordError.INTERNAL_FAILURE,
                        entry -> List.of("2", "5", "6", "7").contains(entry.partitionKey())));
        assertThatThrownBy(() -> publish(kinesis.client(), 9, "x"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("lines 2, 5-7 were not acknowledged: InternalFailure: ")
                .hasMessageEndingWith("; gave up after 10 attempts");
        assertThat(acknowledged).containsExactly(1L, 3L, 4L, 8L, 9L);
        assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofSeconds(5)) <= 0);
    }

    @Test
    void theLineThatFollowsAFullBatchIsNamedWithItIfThatFails() {
        kinesis.faults().inject(KinesisFault.accessDenied("PutRecords"));
        assertThatThrownBy(() -> publish(kinesis.client(), 1_000, "x"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("lines 1-501 were not acknowledged: ");
    }

    @Test
    void tellsAtEachMomentWhichLinesAreNotAcknowledged() {
        RecordPublisher publisher = publisher(kinesis.client());
        assertThat(publisher.unacknowledged()).isEmpty();
        for (int i = 1; i <= 501; i++) {
            publisher.put(record(i, "x"));
        }
        assertThat(publisher.unacknowledged()).contains("line 501 was");
        publisher.put(record(502, "x"));
        assertThat(publisher.unacknowledged()).contains("lines 501-502 were");
        publisher.flush();
        assertThat(publisher.unacknowledged()).isEmpty();
    }

    @Test
    void doesNotRepeatACallThatWasDenied() {
        kinesis.faults().inject(KinesisFault.accessDenied("PutRecords"));
        assertThatThrownBy(() -> publish(kinesis.client(), 2, "x"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("lines 1-2 were not acknowledged: ")
                .hasMessageContaining("not authorized");
        assertThat(pauses).isEmpty();
    }

    @Test
    void namesTheLineThatIsTooLargeOnceEncrypted() {
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("namespace", "name", new byte[32]))
                .build()) {
            KinesisClient client = EncryptingKinesisClient.wrap(kinesis.client(), encryption);
            RecordPublisher publisher = publisher(client);
            publisher.put(record(1, "x"));
            publisher.put(record(2, "x".repeat(1024 * 1024)));
            assertThatThrownBy(publisher::flush)
                    .isInstanceOf(CommandException.class)
                    .hasMessageStartingWith("line 2 takes 10")
                    .hasMessageEndingWith("which takes at most 1048576; lines 1-2 were not acknowledged");
        }
        assertThat(kinesis.storedRecords("orders")).isEmpty();
    }

    private void publish(KinesisClient client, int records, String text) {
        RecordPublisher publisher = publisher(client);
        for (int i = 1; i <= records; i++) {
            publisher.put(record(i, text));
        }
        publisher.flush();
    }

    private RecordPublisher publisher(KinesisClient client) {
        return new RecordPublisher(
                client,
                "orders",
                (record, place) -> acknowledged.add(record.line().number()),
                pauses::add);
    }

    private List<String> storedKeys() {
        return kinesis.storedRecords("orders").stream()
                .map(StoredRecord::partitionKey)
                .toList();
    }

    private static List<String> keys(int first, int last) {
        List<String> keys = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            keys.add(Integer.toString(i));
        }
        return keys;
    }

    private static OutgoingRecord record(int number, String text) {
        return new OutgoingRecord(new Line(number, text.getBytes(UTF_8)), Integer.toString(number));
    }
}
