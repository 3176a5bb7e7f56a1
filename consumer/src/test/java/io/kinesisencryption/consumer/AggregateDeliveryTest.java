// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Records that hold several user records, over KCL's own checkpointer, which knows each of them as one. */
class AggregateDeliveryTest {
    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final Wrapped wrapped = new Wrapped(encryption);
    private final RecordingApplication application = wrapped.application;

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord aggregate(int number, int count) {
        return aggregate(EnvelopeFormat.COMPACT, number, count);
    }

    /** The record of this number with the user records "number.0", "number.1", and so on. */
    private KinesisClientRecord aggregate(EnvelopeFormat format, int number, int count) {
        List<UserRecord> userRecords = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            userRecords.add(UserRecord.of("key-" + i, i == 1 ? "77" : null, (number + "." + i).getBytes(UTF_8)));
        }
        return Records.aggregate(encryption, format, number, userRecords);
    }

    private KinesisClientRecord single(int number) {
        return Records.sealed(encryption, number, Integer.toString(number));
    }

    private RecordProcessorCheckpointer checkpointer() {
        return application.batches.get(application.batches.size() - 1).checkpointer();
    }

    private static ExtendedSequenceNumber position(int number) {
        return Records.position(number);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void userRecordsAreDeliveredInTheirOrderWithTheirTrueKeysAndNumbered(EnvelopeFormat format) {
        wrapped.shard.process(single(1), aggregate(format, 2, 3), aggregate(format, 3, 1), single(4));

        assertThat(application.delivered()).containsExactly("1", "2.0", "2.1", "2.2", "3.0", "4");
        List<KinesisClientRecord> records = application.batches.get(0).records();
        assertThat(records)
                .extracting(KinesisClientRecord::partitionKey)
                .containsExactly("customer-1", "key-0", "key-1", "key-2", "key-0", "customer-1");
        assertThat(records)
                .extracting(KinesisClientRecord::explicitHashKey)
                .containsExactly(null, null, "77", null, null, null);
        assertThat(records).extracting(KinesisClientRecord::subSequenceNumber).containsExactly(0L, 0L, 1L, 2L, 0L, 0L);
        assertThat(records)
                .extracting(KinesisClientRecord::aggregated)
                .containsExactly(false, true, true, true, false, false);
        assertThat(records)
                .extracting(KinesisClientRecord::sequenceNumber)
                .containsSubsequence(Records.sequenceNumber(2), Records.sequenceNumber(2), Records.sequenceNumber(2));
        assertThat(records)
                .allSatisfy(record ->
                        assertThat(record.data().array()).hasSize(record.data().remaining()));
    }

    @Test
    void aCheckpointInTheMiddleOfARecordGoesToTheRecordBefore() throws Exception {
        wrapped.shard.process(single(1), aggregate(2, 3), single(3));

        checkpointer().checkpoint(Records.sequenceNumber(2), 1);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(1));
        checkpointer().checkpoint(Records.sequenceNumber(2));
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(1));
        checkpointer().checkpoint(Records.sequenceNumber(2), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(2));
        checkpointer().checkpoint();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(3));
    }

    @Test
    void theRecordBeforeMayBeAnAggregateOrOfAnEarlierBatch() throws Exception {
        wrapped.shard.process(aggregate(1, 2), aggregate(2, 3));
        wrapped.shard.process(aggregate(3, 4));

        checkpointer().checkpoint(Records.sequenceNumber(3), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(2));
    }

    @Test
    void anApplicationMayCheckpointLateAndOutOfADifferentBatch() throws Exception {
        wrapped.shard.process(aggregate(1, 2), aggregate(2, 3));
        RecordProcessorCheckpointer early = checkpointer();
        wrapped.shard.process(single(3));

        early.checkpoint(Records.sequenceNumber(2), 1);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(1));
        early.checkpoint(Records.sequenceNumber(2), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(2));
    }

    @Test
    void inTheMiddleOfTheVeryFirstRecordNothingIsCheckpointed() throws Exception {
        wrapped.shard.process(aggregate(1, 3));

        checkpointer().checkpoint(Records.sequenceNumber(1), 1);
        checkpointer().prepareCheckpoint(Records.sequenceNumber(1), 0).checkpoint();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.TRIM_HORIZON);

        checkpointer().checkpoint(Records.sequenceNumber(1), 2);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(1));
    }

    @Test
    void preparedCheckpointsGoToTheSamePlaces() throws Exception {
        wrapped.shard.process(single(1), aggregate(2, 3));
        byte[] state = {1, 2};

        checkpointer().prepareCheckpoint(Records.sequenceNumber(2), 1, state).checkpoint();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(1));
        checkpointer().prepareCheckpoint(Records.sequenceNumber(2), 2).checkpoint();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(2));
        checkpointer().prepareCheckpoint().checkpoint();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(position(2));
    }

    @Test
    void aRecordThatWasNotDeliveredYetIsRefused() {
        wrapped.factory.stopWaiting();
        wrapped.shard.process(aggregate(1, 2), Records.tampered(encryption, 2, "2"), aggregate(3, 2));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> checkpointer().checkpoint(Records.sequenceNumber(3), 1))
                .withMessageContaining("the last record that was delivered is");
        assertThat(application.delivered()).containsExactly("1.0", "1.1");
    }

    @Test
    void backwardsIsRefusedAsKclDoes() throws Exception {
        wrapped.shard.process(aggregate(1, 2), aggregate(2, 2), single(3));
        checkpointer().checkpoint();

        assertThatIllegalArgumentException().isThrownBy(() -> checkpointer().checkpoint(Records.sequenceNumber(2), 1));
    }

    @Test
    void theLastUserRecordOfAnEndedShardEndsIt() {
        wrapped.shard.process(single(1), aggregate(2, 3));
        application.onShardEnded =
                RecordingApplication.doing(checkpointer -> checkpointer.checkpoint(Records.sequenceNumber(2), 2));

        wrapped.shard.end();

        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void anAggregateThatWasHeldIsDeliveredAndMappedLikeAnyOther() throws Exception {
        KinesisClientRecord held = aggregate(2, 3);
        int[] calls = {0};
        RecordOpener opener = stored -> {
            if (stored.equals(held) && calls[0]++ == 0) {
                throw new IllegalStateException("not yet");
            }
            return RecordOpener.decrypting(encryption.decryptor(Records.ORDERS)).open(stored);
        };
        KclShard shard = new KclShard(new DecryptingShardRecordProcessor(
                application, Records.ORDERS, opener, wrapped.time.environment(ConsumerListener.NONE)));

        shard.process(aggregate(1, 2), held, single(3));

        assertThat(application.delivered()).containsExactly("1.0", "1.1", "2.0", "2.1", "2.2", "3");
        checkpointer().checkpoint(Records.sequenceNumber(2), 0);
        assertThat(shard.checkpoint()).isEqualTo(position(1));
    }

    @Test
    void aRecordOfSeveralInsideAnAggregateThatKclTookApartIsHeld() {
        wrapped.time.during(1, wrapped.factory::stopWaiting);
        wrapped.shard.process(ProcessRecordsInput.builder()
                .records(List.of(aggregate(1, 2).toBuilder()
                        .aggregated(true)
                        .subSequenceNumber(3)
                        .build()))
                .build());

        assertThat(application.delivered()).isEmpty();
        assertThat(wrapped.holds.events()).hasSize(2);
    }

    /** The next owner of a shard gets what KCL keeps after the checkpoint; nothing may be missing between the two, whatever was checkpointed. */
    @Test
    void whateverIsCheckpointedTheNextOwnerMissesNothing() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Wrapped first = new Wrapped(encryption);
            List<KinesisClientRecord> shardRecords = new ArrayList<>();
            for (int number = 1; number <= 6; number++) {
                shardRecords.add(random.nextBoolean() ? single(number) : aggregate(number, 2 + random.nextInt(3)));
            }
            first.shard.process(shardRecords.subList(0, 3).toArray(KinesisClientRecord[]::new));
            first.shard.process(shardRecords.subList(3, 6).toArray(KinesisClientRecord[]::new));
            List<KinesisClientRecord> delivered = new ArrayList<>();
            first.application.batches.forEach(batch -> delivered.addAll(batch.records()));
            int done = random.nextInt(delivered.size());
            KinesisClientRecord last = delivered.get(done);
            first.application
                    .batches
                    .get(random.nextInt(2))
                    .checkpointer()
                    .checkpoint(last.sequenceNumber(), last.subSequenceNumber());

            ExtendedSequenceNumber checkpoint = first.shard.checkpoint();
            Wrapped second = new Wrapped(encryption);
            second.shard.process(shardRecords.stream()
                    .filter(stored -> new ExtendedSequenceNumber(stored.sequenceNumber(), stored.subSequenceNumber())
                                    .compareTo(checkpoint)
                            > 0)
                    .toArray(KinesisClientRecord[]::new));

            List<String> all = new ArrayList<>(first.application.delivered().subList(0, done + 1));
            all.addAll(second.application.delivered());
            assertThat(all)
                    .as("-Dtest.seed=%d, round %d, checkpoint %s", seed, round, checkpoint)
                    .containsAll(first.application.delivered());
        }
    }

    @Test
    void anApplicationThatNeverCheckpointsCostsBoundedMemoryAndLateCheckpointsStaySafe() {
        ExpandedRecords records = new ExpandedRecords();
        for (int i = 1; i <= ExpandedRecords.MAX_REMEMBERED + 10; i++) {
            records.add(
                    new ExtendedSequenceNumber(Integer.toString(i), 0L),
                    2,
                    new ExtendedSequenceNumber(Integer.toString(i - 1), 0L));
        }

        assertThat(records.size()).isEqualTo(ExpandedRecords.MAX_REMEMBERED);
        assertThat(records.roundedDown(new ExtendedSequenceNumber("5", 0L))).isNull();
        assertThat(records.roundedDown(new ExtendedSequenceNumber("11", 0L)))
                .isEqualTo(new ExtendedSequenceNumber("10", 0L));
        records.committed(new ExtendedSequenceNumber("50", 0L));
        assertThat(records.size()).isEqualTo(ExpandedRecords.MAX_REMEMBERED - 39);
    }
}
