// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;

class StreamTailTest {
    private static final String STREAM = "orders";
    private static final String FIRST_SHARD = "shardId-000000000000";

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = encryption(new byte[32]);
    private final Printed printed = new Printed();
    private final List<Runnable> duringPauses = new ArrayList<>();
    private int written;

    @AfterEach
    void close() {
        encryption.close();
    }

    @Test
    void printsWhatWasPutAndEndsAtTheTipOfEveryShard() throws IOException {
        kinesis.createStream(STREAM, 4);
        put(2_000);
        tail(StartPosition.TRIM_HORIZON).read(true);
        assertThat(printed.lines).containsExactlyInAnyOrderElementsOf(lines(1, 2_000));
        assertThat(printed.flushed).isEqualTo(2_000);
    }

    @Test
    void anEmptyStreamHasBeenReadToItsTip() throws IOException {
        kinesis.createStream(STREAM, 2);
        tail(StartPosition.TRIM_HORIZON).read(true);
        tail(StartPosition.LATEST).read(true);
        assertThat(printed.lines).isEmpty();
    }

    @Test
    void readsChildrenAfterTheirParents() throws IOException {
        kinesis.createStream(STREAM, 1);
        put(100);
        kinesis.splitShard(STREAM, FIRST_SHARD, BigInteger.ONE.shiftLeft(127));
        put(100);
        kinesis.mergeShards(STREAM, "shardId-000000000001", "shardId-000000000002");
        put(100);
        tail(StartPosition.TRIM_HORIZON).read(true);
        assertThat(printed.lines.subList(0, 100)).containsExactlyElementsOf(lines(1, 100));
        assertThat(printed.lines.subList(100, 200)).containsExactlyInAnyOrderElementsOf(lines(101, 200));
        assertThat(printed.lines.subList(200, 300)).containsExactlyElementsOf(lines(201, 300));
    }

    @Test
    void findsTheShardsOfAReshardThatHappensWhileItReads() throws IOException {
        kinesis.createStream(STREAM, 1);
        put(10);
        StreamTail tail = tail(StartPosition.TRIM_HORIZON);
        duringPauses.add(() -> {
            put(10);
            kinesis.splitShard(STREAM, FIRST_SHARD, BigInteger.ONE.shiftLeft(127));
            put(10);
        });
        stopOnce(tail, 30);
        tail.read(false);
        assertThat(printed.lines).containsExactlyInAnyOrderElementsOf(lines(1, 30));
    }

    @Test
    void fromLatestPrintsOnlyWhatComesLaterAndSkipsClosedShards() throws IOException {
        kinesis.createStream(STREAM, 1);
        put(5);
        kinesis.splitShard(STREAM, FIRST_SHARD, BigInteger.ONE.shiftLeft(127));
        put(5);
        StreamTail tail = tail(StartPosition.LATEST);
        duringPauses.add(() -> put(20));
        stopOnce(tail, 20);
        tail.read(false);
        assertThat(printed.lines).containsExactlyInAnyOrderElementsOf(lines(11, 30));
    }

    @Test
    void goesOnWhereItWasWhenAnIteratorExpires() throws IOException {
        kinesis.createStream(STREAM, 1);
        put(5);
        StreamTail tail = tail(StartPosition.TRIM_HORIZON);
        duringPauses.add(() -> {
            put(5);
            kinesis.faults().inject(KinesisFault.expiredIterator().times(1));
        });
        stopOnce(tail, 10);
        tail.read(false);
        assertThat(printed.lines).containsExactlyElementsOf(lines(1, 10));
    }

    @Test
    void anIteratorThatExpiresBeforeTheFirstRecordSkipsNothing() throws IOException {
        kinesis.createStream(STREAM, 1);
        StreamTail tail = tail(StartPosition.LATEST);
        duringPauses.add(() -> {
            put(5);
            kinesis.faults().inject(KinesisFault.expiredIterator().times(1));
        });
        stopOnce(tail, 5);
        tail.read(false);
        assertThat(printed.lines).containsExactlyElementsOf(lines(1, 5));
    }

    @Test
    void isPatientWithThrottling() throws IOException {
        kinesis.createStream(STREAM, 2);
        put(50);
        kinesis.faults().inject(KinesisFault.throttled("GetRecords").times(3));
        kinesis.faults().inject(KinesisFault.throttled("GetShardIterator").times(3));
        kinesis.faults().inject(KinesisFault.limitExceeded("ListShards").times(3));
        tail(StartPosition.TRIM_HORIZON).read(true);
        assertThat(printed.lines).containsExactlyInAnyOrderElementsOf(lines(1, 50));
    }

    @Test
    void isNotPatientForEver() {
        kinesis.createStream(STREAM, 1);
        kinesis.faults().inject(KinesisFault.throttled("GetRecords"));
        assertThatThrownBy(() -> tail(StartPosition.TRIM_HORIZON).read(true))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("shard " + FIRST_SHARD + ": GetRecords failed: ");
    }

    @Test
    void saysThatThereIsNoSuchStream() {
        assertThatThrownBy(() -> tail(StartPosition.TRIM_HORIZON).read(true))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("the shards of the stream 'orders' cannot be listed: ");
    }

    @Test
    void stopsAtAPlaintextRecordAndPrintsNothingOfIt() {
        kinesis.createStream(STREAM, 1);
        put(3);
        String sequenceNumber = kinesis.client()
                .putRecord(r -> r.streamName(STREAM).partitionKey("key").data(SdkBytes.fromUtf8String("plaintext")))
                .sequenceNumber();
        put(3);
        assertThatThrownBy(() -> tail(StartPosition.TRIM_HORIZON).read(true))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(
                        "shard %s, sequence number %s: PLAINTEXT_RECORD: ".formatted(FIRST_SHARD, sequenceNumber))
                .hasMessageNotContaining("plaintext\n");
        assertThat(printed.lines).containsExactlyElementsOf(lines(1, 3));
        assertThat(printed.flushed).isEqualTo(3);
    }

    @Test
    void stopsAtARecordOfAnotherKey() {
        kinesis.createStream(STREAM, 1);
        put(3);
        byte[] otherKey = new byte[32];
        otherKey[0] = 1;
        try (KinesisEncryption other = encryption(otherKey)) {
            assertThatThrownBy(() -> tail(other, StartPosition.TRIM_HORIZON).read(true))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(": AUTHENTICATION_FAILED: ");
        }
        assertThat(printed.lines).isEmpty();
    }

    @Test
    void triesAgainWhileTheKeyServiceIsOutOfReach() throws IOException {
        kinesis.createStream(STREAM, 1);
        InMemoryKms kms = InMemoryKms.create();
        String keyArn = kms.createKey();
        try (KinesisEncryption withKms = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(keyArn, kms.client()))
                .build()) {
            put(1, withKms);
            kms.faults().inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(2));
            tail(withKms, StartPosition.TRIM_HORIZON).read(true);
            assertThat(printed.lines).containsExactly("line 1");
            kms.disableKey(keyArn);
            // As another process begins, without the key.
            withKms.discardAll();
            assertThatThrownBy(() -> tail(withKms, StartPosition.TRIM_HORIZON).read(true))
                    .hasMessageContaining(": KEY_DISABLED: ");
        }
    }

    private StreamTail tail(StartPosition from) {
        return tail(encryption, from);
    }

    private StreamTail tail(KinesisEncryption keys, StartPosition from) {
        return new StreamTail(kinesis.client(), keys.decryptor(StreamIdentity.of(STREAM)), from, printed, duration -> {
            if (!duringPauses.isEmpty()) {
                duringPauses.remove(0).run();
            }
        });
    }

    /** Lets the tail end in the first pause after it has printed that much; should it never, the test ends after many pauses. */
    private void stopOnce(StreamTail tail, int lines) {
        duringPauses.add(new Runnable() {
            private int pauses;

            @Override
            public void run() {
                if (printed.lines.size() >= lines || ++pauses == 50) {
                    tail.stop();
                } else {
                    duringPauses.add(this);
                }
            }
        });
    }

    private void put(int records) {
        put(records, encryption);
    }

    private void put(int records, KinesisEncryption keys) {
        KinesisClient client = EncryptingKinesisClient.wrap(kinesis.client(), keys);
        RecordPublisher publisher = new RecordPublisher(client, STREAM, (r, place) -> {}, duration -> {});
        for (int i = 0; i < records; i++) {
            written++;
            publisher.put(new OutgoingRecord(
                    new Line(written, ("line " + written).getBytes(UTF_8)), Integer.toString(written)));
        }
        publisher.flush();
    }

    private static List<String> lines(int first, int last) {
        List<String> lines = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            lines.add("line " + i);
        }
        return lines;
    }

    private static KinesisEncryption encryption(byte[] key) {
        return KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("namespace", "name", key))
                .build();
    }

    private static final class Printed implements RecordSink {
        private final List<String> lines = new ArrayList<>();
        private int flushed;

        @Override
        public void accept(byte[] data) {
            lines.add(new String(data, UTF_8));
        }

        @Override
        public void flush() {
            flushed = lines.size();
        }
    }
}
