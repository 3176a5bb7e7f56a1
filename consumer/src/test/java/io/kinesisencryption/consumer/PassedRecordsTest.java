// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetters;
import io.kinesisencryption.consumer.deadletter.DirectoryDeadLetterSink;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.InjectedFault;
import io.kinesisencryption.testkit.UnprintableException;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Records that are skipped or dead-lettered: what is delivered, what is checkpointed, and what the sink has by then. */
class PassedRecordsTest {
    private static final FailurePolicies SKIP =
            FailurePolicies.builder().skipBadRecords().build();

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());
    private final KinesisEncryption encryption = Records.encryption(keyring);
    private final RecordingSink sink = new RecordingSink();
    private final FailurePolicies deadLetter =
            FailurePolicies.builder().deadLetterBadRecords(sink).build();

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    private KinesisClientRecord bad(int number) {
        return Records.tampered(encryption, number, "order " + number);
    }

    private KinesisClientRecord plaintext(int number) {
        return Records.stored(number, "{\"card\":\"4111\"}".getBytes(UTF_8));
    }

    private KinesisClientRecord notConfigured(int number) {
        try (KinesisEncryption other = Records.encryption(Records.rawAes())) {
            return Records.sealed(other, number, "order " + number);
        }
    }

    private KinesisClientRecord aggregate(int number, int count) {
        List<UserRecord> userRecords = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            userRecords.add(UserRecord.of("key-" + i, (number + "." + i).getBytes(UTF_8)));
        }
        return Records.aggregate(encryption, EnvelopeFormat.COMPACT, number, userRecords);
    }

    private Wrapped under(FailurePolicies policies) {
        Wrapped wrapped = Wrapped.under(policies, encryption);
        wrapped.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
        return wrapped;
    }

    @Test
    void aSkippedRecordIsLeftOutAndTheRestOfItsBatchIsOneBatch() {
        Wrapped wrapped = under(SKIP);

        wrapped.shard.process(sealed(1), bad(2), plaintext(3), sealed(4));

        assertThat(wrapped.application.batches)
                .extracting(RecordingApplication::texts)
                .containsExactly(List.of("order 1", "order 4"));
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(4));
        assertThat(wrapped.holds.events()).isEmpty();
        assertThat(wrapped.holds.passed()).containsExactly("SKIPPED AUTHENTICATION_FAILED", "SKIPPED PLAINTEXT_RECORD");
        assertThat(wrapped.holds.failures())
                .extracting(failure -> failure.code() + " " + failure.decision().action())
                .containsExactly("AUTHENTICATION_FAILED SKIP", "PLAINTEXT_RECORD SKIP");
    }

    @Test
    void aCheckpointWithoutAPositionCoversWhatWasPassedOverAtTheEnd() {
        Wrapped wrapped = under(SKIP);

        wrapped.shard.process(sealed(1), bad(2));

        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
    }

    @Test
    void anApplicationIsNotCalledForABatchOfNothingButBadRecordsAndStillCheckpointsThem() {
        Wrapped wrapped = under(SKIP);

        wrapped.shard.process(bad(1), bad(2));

        assertThat(wrapped.application.batches).isEmpty();
        wrapped.shard.requestShutdown();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
    }

    static Stream<List<Integer>> batchesThatEndAShard() {
        return Stream.of(List.of(2), List.of(1, 1), List.of(1, 2), List.of(3));
    }

    /** An application can only name what it got, and KCL completes a shard only by its end. */
    @ParameterizedTest
    @MethodSource("batchesThatEndAShard")
    void theLastRecordThatTheApplicationGotCompletesAShardThatEndsWithBadOnes(List<Integer> sizes) {
        Wrapped wrapped = under(SKIP);
        List<KinesisClientRecord> records = new ArrayList<>(List.of(aggregate(1, 3), bad(2), bad(3)));
        for (int size : sizes) {
            List<KinesisClientRecord> batch = records.subList(0, size);
            wrapped.shard.process(batch.toArray(new KinesisClientRecord[0]));
            batch.clear();
        }
        assertThat(wrapped.application.delivered()).containsExactly("1.0", "1.1", "1.2");

        wrapped.application.onShardEnded =
                RecordingApplication.doing(checkpointer -> checkpointer.checkpoint(Records.sequenceNumber(1), 2));
        wrapped.shard.end();

        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void aNextOwnerThatFindsOnlyBadRecordsCompletesTheShardByItsOldCheckpoint() {
        Wrapped wrapped = under(SKIP);
        KclShard resumed = new KclShard(wrapped.processor, Records.position(7));
        resumed.process(bad(8));
        wrapped.application.onShardEnded = RecordingApplication.doing(checkpointer -> checkpointer
                .prepareCheckpoint(Records.sequenceNumber(7), 0, new byte[1])
                .checkpoint());

        resumed.end();

        assertThat(resumed.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void aShardThatEndsWithABadRecordCanBeCompleted() {
        Wrapped wrapped = under(SKIP);
        wrapped.shard.process(sealed(1));
        wrapped.shard.process(bad(2));

        wrapped.shard.end();

        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void whatWasPassedOverBeforeAHoldIsNotReadAgain() {
        Wrapped wrapped = under(SKIP);
        KinesisClientRecord denied = Records.sealedAlone(keyring, 3, "order 3");
        wrapped.time.during(2, wrapped.factory::stopWaiting);
        kms.deny("*", keyArn, "Decrypt");

        wrapped.shard.process(plaintext(1), plaintext(2), denied);
        wrapped.shard.requestShutdown();

        assertThat(wrapped.application.batches).isEmpty();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
        assertThat(wrapped.holds.events()).startsWith("started KEY_DENIED").endsWith("HALTED KEY_DENIED");
    }

    @Test
    void aRecordWhoseKeyIsNotConfiguredIsNotSkipped() {
        Wrapped wrapped = under(SKIP);
        wrapped.time.during(2, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), notConfigured(2), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        assertThat(wrapped.holds.holds().get(0).reason()).isEqualTo(HoldReason.KEY_REFUSED);
    }

    @Test
    void aRecordWhoseKeyIsNotConfiguredIsDeadLetteredWithItsKey() {
        Wrapped wrapped = under(deadLetter);

        wrapped.shard.process(sealed(1), notConfigured(2), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3");
        DeadLetter letter = sink.letters().get(0);
        assertThat(letter.code()).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(letter.wrappingKeys()).containsExactly("test key-1");
        try (KinesisEncryption other = Records.encryption(Records.rawAes())) {
            assertThat(letter.open(other.decryptor(Records.ORDERS)).get(0).data())
                    .isEqualTo("order 2".getBytes(UTF_8));
        }
    }

    @Test
    void theSinkHasTheRecordBeforeAnyCheckpointPassesIt() {
        Wrapped wrapped = under(deadLetter);
        List<ExtendedSequenceNumber> checkpoints = new ArrayList<>();
        sink.onPut(() -> checkpoints.add(wrapped.shard.checkpoint()));

        wrapped.shard.process(sealed(1));
        wrapped.shard.process(bad(2), sealed(3), bad(4));

        assertThat(checkpoints).containsExactly(Records.position(1), Records.position(1));
        assertThat(sink.sequenceNumbers()).containsExactly(Records.sequenceNumber(2), Records.sequenceNumber(4));
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(4));
        assertThat(wrapped.holds.passed()).containsOnly("DEAD_LETTERED AUTHENTICATION_FAILED kept");
    }

    @Test
    void aDeadLetterIsTheRecordAsItIsStored() {
        Wrapped wrapped = under(deadLetter);
        KinesisClientRecord record = bad(2);

        wrapped.shard.process(record);

        DeadLetter letter = sink.letters().get(0);
        assertThat(letter.data()).isEqualTo(RecordOpener.stored(record).data());
        assertThat(letter.partitionKey()).isEqualTo("customer-1");
        assertThat(letter.origin().stream()).isEqualTo(Records.ORDERS);
        assertThat(letter.origin().shardId()).isEqualTo(KclShard.SHARD_ID);
        assertThat(letter.origin().arrival()).isEqualTo(record.approximateArrivalTimestamp());
        assertThat(letter.failedAt()).isEqualTo(SimulatedTime.START);
        assertThat(letter.wrappingKeys()).singleElement().asString().contains(keyArn);
        assertThat(letter.reason()).doesNotContain("order 2");
    }

    @Test
    void aSinkThatIsDownHoldsTheShardAndNothingIsLost() {
        sink.failing(
                new IOException("disk full"),
                new OutOfMemoryError("simulated"),
                new AssertionError("sink"),
                new IllegalStateException("still down"));
        Wrapped wrapped = under(deadLetter);
        List<ExtendedSequenceNumber> checkpoints = new ArrayList<>();
        wrapped.time.afterEachWait(() -> checkpoints.add(wrapped.shard.checkpoint()));

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(wrapped.application.batches)
                .extracting(RecordingApplication::texts)
                .containsExactly(List.of("order 1"), List.of("order 3"));
        assertThat(checkpoints).hasSize(4).containsOnly(Records.position(1));
        assertThat(wrapped.time.waits()).extracting(Duration::toMillis).containsExactly(150L, 300L, 600L, 1200L);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
        assertThat(sink.sequenceNumbers()).containsExactly(Records.sequenceNumber(2));
        assertThat(wrapped.holds.holds())
                .extracting(ConsumerListener.Hold::reason)
                .containsOnly(HoldReason.SINK_UNAVAILABLE);
        assertThat(wrapped.holds.holds().get(0).error()).hasMessage("disk full");
        assertThat(wrapped.holds.holds().get(0).recordsHeldBack()).isEqualTo(2);
        assertThat(wrapped.holds.events()).last().asString().startsWith("PASSED_OVER");
    }

    @Test
    void aSinkThatNeverWorksLosesNothingEither() {
        sink.failing(
                IntStream.range(0, 50).mapToObj(i -> new IOException("down")).toArray(Throwable[]::new));
        Wrapped wrapped = under(deadLetter);
        wrapped.time.during(20, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), bad(2), sealed(3));
        wrapped.shard.process(sealed(4));
        wrapped.shard.requestShutdown();

        assertThat(wrapped.application.delivered()).containsExactly("order 1");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        assertThat(sink.letters()).isEmpty();
    }

    @Test
    void aSinkThatIsInterruptedEndsTheWait() {
        sink.failing(new InterruptedException());
        Wrapped wrapped = under(deadLetter);

        wrapped.shard.process(sealed(1), bad(2));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(wrapped.holds.events()).last().asString().startsWith("HALTED");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void aSinkWhoseExceptionCannotBePrintedIsWaitedForLikeAnyOther() {
        sink.failing(new UnprintableException(), new UnprintableException());
        Wrapped wrapped = under(deadLetter);

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3");
        assertThat(sink.sequenceNumbers()).containsExactly(Records.sequenceNumber(2));
        assertThat(wrapped.holds.events()).last().asString().startsWith("PASSED_OVER");
    }

    /** As the AWS SDK's blocking clients say that they were interrupted. */
    @Test
    void aClientOfASinkThatIsInterruptedEndsTheWaitToo() {
        sink.onPut(() -> {
            Thread.currentThread().interrupt();
            throw AbortedException.create("Thread was interrupted");
        });
        Wrapped wrapped = under(deadLetter);

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(wrapped.holds.events()).last().asString().startsWith("HALTED");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        assertThat(wrapped.application.delivered()).containsExactly("order 1");
    }

    @Test
    void aKeyThatComesBackWhileTheSinkIsDownOpensTheRecord() {
        sink.failing(new IOException("down"), new IOException("down"));
        KinesisClientRecord record = Records.sealedAlone(keyring, 2, "order 2");
        Wrapped wrapped = under(FailurePolicies.builder()
                .deadLetterBadRecords(sink)
                .deadLetterKeyFailures(ErrorCode.KEY_DENIED)
                .build());
        kms.deny("*", keyArn, "Decrypt");
        wrapped.time.during(1, () -> {
            kms.clearAccessRules();
            encryption.discardAll();
        });

        wrapped.shard.process(record);

        assertThat(wrapped.application.delivered()).containsExactly("order 2");
        assertThat(sink.letters()).isEmpty();
    }

    @Test
    void aRecordThatTurnsOutBadAfterAnOutageIsPassedOverThen() {
        KinesisClientRecord record = Records.sealedAlone(keyring, 2, "order 2");
        byte[] altered = RecordOpener.stored(record).data();
        altered[altered.length - 1] ^= 1;
        KinesisClientRecord third = sealed(3);
        InjectedFault down = kms.faults().inject(KmsFault.unreachable("Decrypt"));
        Wrapped wrapped = under(deadLetter);
        wrapped.time.during(2, down::clear);

        wrapped.shard.process(Records.stored(2, altered), third);

        assertThat(wrapped.application.delivered()).containsExactly("order 3");
        assertThat(sink.sequenceNumbers()).containsExactly(Records.sequenceNumber(2));
        assertThat(wrapped.holds.events())
                .containsExactly("started KEY_UNAVAILABLE", "holding KEY_UNAVAILABLE", "PASSED_OVER KEY_UNAVAILABLE");
    }

    @Test
    void moreBadRecordsInARowThanTheLimitHoldTheShardUntilAnOperatorLetsOnePass() {
        Wrapped wrapped = under(FailurePolicies.builder()
                .skipBadRecords()
                .holdAfterBadRecordsInARow(2)
                .build());
        wrapped.time.during(3, () -> wrapped.factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(4)));

        wrapped.shard.process(sealed(1), bad(2), bad(3), bad(4), bad(5), sealed(6));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 6");
        assertThat(wrapped.holds.holds().get(0).reason()).isEqualTo(HoldReason.TOO_MANY_BAD_RECORDS);
        assertThat(wrapped.holds.holds().get(0).sequenceNumber()).isEqualTo(Records.sequenceNumber(4));
        assertThat(wrapped.time.waits()).containsOnly(Duration.ofMinutes(1));
        assertThat(wrapped.holds.passed())
                .containsExactly(
                        "SKIPPED AUTHENTICATION_FAILED",
                        "SKIPPED AUTHENTICATION_FAILED",
                        "LET_PASS AUTHENTICATION_FAILED",
                        "SKIPPED AUTHENTICATION_FAILED");
    }

    @Test
    void plaintextIsDeadLetteredWithoutItsBytesUnlessThatIsAskedFor() {
        under(deadLetter).shard.process(plaintext(1));
        under(FailurePolicies.builder()
                        .deadLetterBadRecords(sink)
                        .deadLetterPlaintext(true)
                        .build())
                .shard
                .process(plaintext(1));

        assertThat(sink.letters()).extracting(DeadLetter::isWithheld).containsExactly(true, false);
        assertThat(new String(sink.letters().get(0).toBytes(), UTF_8)).doesNotContain("4111");
    }

    @Test
    void aRecordOfSeveralInsideAnAggregateThatKclTookApartIsABadRecord() {
        Wrapped wrapped = under(deadLetter);
        KinesisClientRecord nested = aggregate(1, 2).toBuilder()
                .aggregated(true)
                .subSequenceNumber(3)
                .build();

        wrapped.shard.process(ProcessRecordsInput.builder()
                .records(List.of(nested, sealed(2)))
                .build());

        assertThat(wrapped.application.delivered()).containsExactly("order 2");
        assertThat(sink.letters().get(0).code()).isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
        assertThat(sink.letters().get(0).origin().subSequenceNumber()).isEqualTo(3);
    }

    @Test
    void checkpointsInAnAggregateBehindASkippedRecordGoToThatRecord() throws Exception {
        Wrapped wrapped = under(SKIP);
        wrapped.application.onBatch = input -> {};
        wrapped.shard.process(aggregate(1, 3), bad(2), aggregate(3, 3));
        var checkpointer = wrapped.application.batches.get(0).checkpointer();

        assertThat(wrapped.application.delivered()).containsExactly("1.0", "1.1", "1.2", "3.0", "3.1", "3.2");
        checkpointer.checkpoint(Records.sequenceNumber(1), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        checkpointer.checkpoint(Records.sequenceNumber(3), 1);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
        checkpointer.checkpoint(Records.sequenceNumber(3), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
    }

    /** Whatever the application checkpoints, the next owner gets every good record behind it, and the sink has every bad one before it. */
    @Test
    void nothingIsMissingBetweenTwoOwnersWhateverIsCheckpointed() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            String as = "-Dtest.seed=%d, round %d".formatted(seed, round);
            RecordingSink kept = new RecordingSink();
            FailurePolicies policies =
                    FailurePolicies.builder().deadLetterBadRecords(kept).build();
            Wrapped first = Wrapped.under(policies, encryption);
            List<KinesisClientRecord> stored = new ArrayList<>();
            List<String> badOnes = new ArrayList<>();
            for (int number = 1; number <= 6; number++) {
                switch (random.nextInt(3)) {
                    case 0 -> stored.add(sealed(number));
                    case 1 -> stored.add(aggregate(number, 2 + random.nextInt(3)));
                    default -> {
                        stored.add(bad(number));
                        badOnes.add(Records.sequenceNumber(number));
                    }
                }
            }
            first.shard.process(stored.subList(0, 3).toArray(KinesisClientRecord[]::new));
            first.shard.process(stored.subList(3, 6).toArray(KinesisClientRecord[]::new));
            List<KinesisClientRecord> delivered = new ArrayList<>();
            first.application.batches.forEach(batch -> delivered.addAll(batch.records()));
            if (delivered.isEmpty()) {
                continue;
            }
            int done = random.nextInt(delivered.size());
            KinesisClientRecord last = delivered.get(done);
            first.application.batches.get(0).checkpointer().checkpoint(last.sequenceNumber(), last.subSequenceNumber());
            ExtendedSequenceNumber checkpoint = first.shard.checkpoint();

            assertThat(kept.sequenceNumbers()).as(as).containsExactlyElementsOf(badOnes);
            Wrapped second = Wrapped.under(policies, encryption);
            second.shard.process(stored.stream()
                    .filter(record -> new ExtendedSequenceNumber(record.sequenceNumber(), record.subSequenceNumber())
                                    .compareTo(checkpoint)
                            > 0)
                    .toArray(KinesisClientRecord[]::new));
            List<String> all = new ArrayList<>(first.application.delivered().subList(0, done + 1));
            all.addAll(second.application.delivered());
            assertThat(all).as(as).containsAll(first.application.delivered());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1024 * 1024, 10 * 1024 * 1024})
    void recordsOfTheLargestSizesGoToADirectoryAndBack(int sizeBytes, @TempDir Path directory) throws IOException {
        byte[] large = Arrays.copyOf(Records.seal(encryption, Records.ORDERS, "order 1"), sizeBytes);
        Wrapped wrapped = under(FailurePolicies.builder()
                .deadLetterBadRecords(DirectoryDeadLetterSink.of(directory))
                .build());

        wrapped.shard.process(Records.stored(1, large), sealed(2));

        assertThat(wrapped.application.delivered()).containsExactly("order 2");
        try (Stream<DeadLetter> letters = DeadLetters.read(directory)) {
            assertThat(letters)
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.data()).isEqualTo(large));
        }
    }

    @Test
    void whichShardsWaitWhyAndSinceWhenCanBeAsked() {
        sink.failing(new IOException("down"));
        Wrapped wrapped = under(deadLetter);
        List<Long> inProgress = new ArrayList<>();
        List<ConsumerListener.Hold> waiting = new ArrayList<>();
        wrapped.time.afterEachWait(() -> {
            waiting.addAll(wrapped.factory.holds());
            inProgress.add(wrapped.factory.recordsInProgress());
        });

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(waiting).singleElement().satisfies(hold -> {
            assertThat(hold.shardId()).isEqualTo(KclShard.SHARD_ID);
            assertThat(hold.reason()).isEqualTo(HoldReason.SINK_UNAVAILABLE);
            assertThat(hold.since()).isEqualTo(SimulatedTime.START);
        });
        assertThat(inProgress).containsExactly(3L);
        assertThat(wrapped.factory.holds()).isEmpty();
        assertThat(wrapped.factory.recordsInProgress()).isZero();
    }

    @Test
    void aListenerThatThrowsCostsNoRecord() {
        Wrapped wrapped = new Wrapped(
                encryption,
                new ConsumerListener() {
                    @Override
                    public void onRecordFailed(RecordFailure failure) {
                        throw new OutOfMemoryError("listener");
                    }

                    @Override
                    public void onRecordPassedOver(PassedRecord record) {
                        assertThat(record.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
                        throw new AssertionError("listener");
                    }
                },
                SKIP,
                null,
                ExtendedSequenceNumber.TRIM_HORIZON);

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3");
    }

    @Test
    void whatIsNoFailureOfThisLibraryIsNeverPassedOver() {
        Wrapped wrapped = under(SKIP);
        wrapped.time.during(2, wrapped.factory::stopWaiting);
        KinesisClientRecord record = sealed(1);
        encryption.close();

        wrapped.shard.process(record);

        assertThat(wrapped.application.batches).isEmpty();
        assertThat(wrapped.holds.holds().get(0).reason()).isEqualTo(HoldReason.UNKNOWN);
        assertThat(wrapped.holds.failures().get(0).decision().action()).isEqualTo(RecordFailureAction.HOLD);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.TRIM_HORIZON);
    }
}
