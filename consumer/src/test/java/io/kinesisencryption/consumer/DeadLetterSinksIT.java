// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.consumer.deadletter.DeadLetters;
import io.kinesisencryption.consumer.deadletter.DirectoryDeadLetterSink;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.s3.InMemoryS3;
import io.kinesisencryption.consumer.s3.S3DeadLetterSink;
import io.kinesisencryption.consumer.s3.S3DeadLetters;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Both sinks for dead letters under a real scheduler: with the largest records, and while they are down. */
@Timeout(900)
class DeadLetterSinksIT extends SchedulerFixture {
    private static final int MIB = 1024 * 1024;
    private static final String PARTITION_KEY = "anybody";

    @TempDir
    private Path directory;

    private final InMemoryS3 s3 = new InMemoryS3("letters");

    private enum Kind {
        DIRECTORY,
        S3
    }

    private Path folder() {
        return directory.resolve("letters");
    }

    private DeadLetterSink sink(Kind kind) throws IOException {
        return switch (kind) {
            case DIRECTORY -> DirectoryDeadLetterSink.of(Files.createDirectory(folder()));
            case S3 -> S3DeadLetterSink.of(s3, "letters", "consumer/");
        };
    }

    private List<DeadLetter> read(Kind kind) throws IOException {
        try (Stream<DeadLetter> letters =
                kind == Kind.DIRECTORY ? DeadLetters.read(folder()) : S3DeadLetters.read(s3, "letters", "consumer/")) {
            return letters.toList();
        }
    }

    private static byte[] seal(KinesisEncryption encryption, byte[] plaintext) {
        return encryption
                .encryptor(Records.ORDERS)
                .encrypt(UserRecord.of(PARTITION_KEY, plaintext))
                .data();
    }

    /** A plaintext whose record is exactly as large as the stream allows, its partition key included. */
    private static byte[] largest(KinesisEncryption encryption, int maxRecordBytes, Random random) {
        int room = maxRecordBytes - PARTITION_KEY.length();
        byte[] plaintext = new byte[2 * room - seal(encryption, new byte[room]).length];
        random.nextBytes(plaintext);
        assertThat(seal(encryption, plaintext)).hasSize(room);
        return plaintext;
    }

    @ParameterizedTest
    @CsvSource({"DIRECTORY, 1", "DIRECTORY, 10", "S3, 1", "S3, 10"})
    void theLargestRecordOfAStreamIsStoredWholeAndOpenedFromItsLetter(Kind kind, int maxRecordMib) throws Exception {
        application += kind.toString() + maxRecordMib;
        int maxRecordBytes = maxRecordMib * MIB;
        client.updateMaxRecordSize(
                r -> r.streamARN(kinesis.streamArn(Records.ORDERS.name())).maxRecordSizeInKiB(maxRecordBytes / 1024));
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        Deliveries deliveries = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(
                deliveries,
                FailurePolicies.builder().deadLetterBadRecords(sink(kind)).build());
        try (KinesisEncryption forgotten = Records.encryption(Records.rawAes());
                RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            byte[] plaintext = largest(forgotten, maxRecordBytes, random);
            byte[] unknownKey = seal(forgotten, plaintext);
            byte[] altered = seal(writer, largest(writer, maxRecordBytes, random));
            altered[altered.length - 1 - random.nextInt(maxRecordBytes / 2)] ^= 1;

            String first = putGarbage(2, unknownKey);
            put(2, 2);
            String second = putGarbage(2, altered);
            put(2, 2);
            assertThatThrownBy(() -> putGarbage(2, new byte[unknownKey.length + 1]))
                    .as("the records are the largest")
                    .isInstanceOfAny(ValidationException.class, InvalidArgumentException.class);

            deliveries.await(allSent());
            awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2));
            assertThat(factory.holds()).isEmpty();
            assertThat(scheduler.shutdown(EXIT)).isTrue();

            List<DeadLetter> letters = read(kind);
            assertThat(letters)
                    .as("-Dtest.seed=%d", seed)
                    .extracting(letter -> letter.origin().sequenceNumber())
                    .containsExactly(first, second);
            assertThat(letters)
                    .extracting(DeadLetter::code)
                    .containsExactly(ErrorCode.KEY_NOT_CONFIGURED, ErrorCode.AUTHENTICATION_FAILED);
            assertThat(letters.get(0).data()).isEqualTo(unknownKey);
            assertThat(letters.get(1).data()).isEqualTo(altered);
            // The forgotten key is there again.
            assertThat(letters.get(0).open(forgotten.decryptor(Records.ORDERS)))
                    .singleElement()
                    .satisfies(opened -> assertThat(opened.data()).isEqualTo(plaintext));
            assertThatExceptionOfType(AuthenticationFailedException.class)
                    .isThrownBy(() -> letters.get(1).open(reader.decryptor(Records.ORDERS)));
        }
    }

    /** Until it is brought back: a sink that recovers by itself would be quicker than a slow test that looks at the shard on hold. */
    private void takeDown(Kind kind) throws IOException {
        if (kind == Kind.DIRECTORY) {
            Files.move(folder(), directory.resolve("elsewhere"));
            return;
        }
        s3.down(
                S3Exception.builder().statusCode(503).message("Slow Down").build(),
                S3Exception.builder().statusCode(403).message("Access Denied").build(),
                ApiCallTimeoutException.create(1000),
                NoSuchBucketException.builder().message("no such bucket").build(),
                SdkClientException.create("connection refused"));
    }

    private void bringBack(Kind kind) throws IOException {
        if (kind == Kind.DIRECTORY) {
            Files.move(directory.resolve("elsewhere"), folder());
            return;
        }
        s3.up();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aSinkThatIsDownHoldsTheShardUntilItTakesTheRecord(Kind kind) throws Exception {
        application += kind;
        Deliveries deliveries = new Deliveries();
        DecryptingShardRecordProcessorFactory factory = wrap(
                deliveries,
                FailurePolicies.builder().deadLetterBadRecords(sink(kind)).build());
        try (RunningScheduler scheduler = start(factory)) {
            warmUp(deliveries);
            awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
            String before = lastSequenceNumber(2);
            takeDown(kind);
            byte[] bad = altered();
            String number = putGarbage(2, bad);
            put(2, 3);
            put(3, 3);
            Await.until("the sink was tried four times", () -> holds.events().size() >= 4, holds::events);
            deliveries.await(sent.get(3));
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2).subList(0, 1));
            assertThat(scheduler.checkpoint(shardId(2))).isEqualTo(before);

            bringBack(kind);

            deliveries.await(allSent());
            assertThat(deliveries.of(shardId(2))).isEqualTo(sent.get(2));
            awaitCheckpoint(scheduler, 2, lastSequenceNumber(2));
            assertThat(holds.holds())
                    .extracting(ConsumerListener.Hold::reason)
                    .containsOnly(HoldReason.SINK_UNAVAILABLE);
            assertThat(read(kind)).singleElement().satisfies(letter -> {
                assertThat(letter.origin().sequenceNumber()).isEqualTo(number);
                assertThat(letter.data()).isEqualTo(bad);
            });
            assertThat(scheduler.shutdown(EXIT)).isTrue();
        }
    }
}
