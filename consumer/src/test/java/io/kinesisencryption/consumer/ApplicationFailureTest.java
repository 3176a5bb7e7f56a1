// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.testkit.UnprintableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** An application that throws: KCL would go on behind the batch. */
class ApplicationFailureTest {
    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    private Wrapped under(ApplicationFailureAction action) {
        return Wrapped.under(
                FailurePolicies.builder().applicationFailures(action).build(), encryption);
    }

    /** Throws at the calls of these numbers, from 1, after it has done something with the batch. */
    private static void fail(Wrapped wrapped, Consumer<ProcessRecordsInput> before, Throwable thrown, int calls) {
        int[] call = {0};
        wrapped.application.onBatch = input -> {
            call[0]++;
            if (call[0] <= calls) {
                before.accept(input);
                sneak(thrown);
            }
            RecordingApplication.checkpoint(input.checkpointer());
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static void checkpoint(RecordProcessorCheckpointer checkpointer, int number) {
        try {
            checkpointer.checkpoint(Records.sequenceNumber(number));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void byDefaultKclGoesOnBehindTheBatch() {
        Wrapped wrapped = under(ApplicationFailureAction.PASS_ON);
        fail(wrapped, input -> {}, new IllegalStateException("application"), 1);

        wrapped.shard.process(sealed(1), sealed(2));
        wrapped.shard.process(sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2", "order 3");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
        assertThat(wrapped.holds.events()).isEmpty();
    }

    @Test
    void theSameRecordsComeAgainUntilTheApplicationTakesThem() {
        for (Throwable thrown : List.of(
                new IllegalStateException("application"),
                new AssertionError("application"),
                new Exception("checked"))) {
            Wrapped wrapped = under(ApplicationFailureAction.RETRY);
            // Reads the buffers to their end and empties the list, as applications do.
            fail(
                    wrapped,
                    input -> {
                        input.records()
                                .forEach(record ->
                                        record.data().position(record.data().limit()));
                        input.records().clear();
                    },
                    thrown,
                    3);

            wrapped.shard.process(sealed(1), sealed(2));
            wrapped.shard.process(sealed(3));

            assertThat(wrapped.application.events)
                    .containsExactly(
                            "initialize " + KclShard.SHARD_ID,
                            "processRecords 2",
                            "processRecords 2",
                            "processRecords 2",
                            "processRecords 2",
                            "processRecords 1");
            assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2", "order 3");
            assertThat(wrapped.time.waits()).extracting(Duration::toMillis).containsExactly(150L, 300L, 600L);
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
            assertThat(wrapped.holds.holds()).hasSize(4).allSatisfy(hold -> {
                assertThat(hold.reason()).isEqualTo(HoldReason.APPLICATION_FAILED);
                assertThat(hold.error()).isSameAs(thrown);
                assertThat(hold.sequenceNumber()).isEqualTo(Records.sequenceNumber(1));
                assertThat(hold.recordsHeldBack()).isEqualTo(2);
            });
            assertThat(wrapped.holds.events()).last().asString().startsWith("RESUMED");
        }
    }

    @Test
    void anExceptionThatCannotBePrintedIsWaitedForLikeAnyOther() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        fail(wrapped, input -> {}, new UnprintableException(), 2);

        wrapped.shard.process(sealed(1));
        wrapped.shard.process(sealed(2));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 1", "order 1", "order 2");
        assertThat(wrapped.holds.events()).last().asString().startsWith("RESUMED");
    }

    /** One that prints, but not in the way of those who ask for its message. */
    @Test
    void anExceptionWithoutAMessageThatCanBeReadIsWaitedForLikeAnyOther() {
        RuntimeException thrown = new IllegalStateException() {
            @Override
            public String getMessage() {
                throw new AssertionError("the message's");
            }

            @Override
            public String toString() {
                return "printable";
            }
        };
        for (RuntimeException each : List.of(thrown, new IllegalStateException("outer", thrown))) {
            Wrapped wrapped = under(ApplicationFailureAction.RETRY);
            fail(wrapped, input -> {}, each, 2);

            wrapped.shard.process(sealed(1));

            assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 1", "order 1");
            assertThat(wrapped.holds.events()).last().asString().startsWith("RESUMED");
            assertThat(wrapped.factory.holds()).isEmpty();
            assertThatThrownBy(() -> ApplicationCall.rethrow(each)).isNotSameAs(each);
        }
    }

    /** As where there is no memory left for the copy: the position must not have moved by then. */
    @Test
    void noCheckpointPassesABatchThatTheApplicationWasNotEvenCalledFor() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        var processor = new DecryptingShardRecordProcessor(
                wrapped.application,
                Records.ORDERS,
                stored -> stored.sequenceNumber().equals(Records.sequenceNumber(1))
                        ? List.of(stored)
                        : Collections.singletonList(null),
                wrapped.time.environment(
                        ConsumerListener.NONE,
                        Runnable::run,
                        loop -> false,
                        FailurePolicies.builder()
                                .applicationFailures(ApplicationFailureAction.RETRY)
                                .build(),
                        null));
        KclShard shard = new KclShard(processor);

        shard.process(sealed(1));
        shard.process(sealed(2));
        shard.requestShutdown();

        assertThat(wrapped.application.batches).hasSize(1);
        assertThat(shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void anExceptionThatCannotBePrintedEndsOnlyItsBatch() {
        Wrapped wrapped = under(ApplicationFailureAction.PASS_ON);
        fail(wrapped, input -> {}, new UnprintableException(), 2);
        wrapped.time.during(1, () -> wrapped.factory.letPass(null, KclShard.SHARD_ID, Records.sequenceNumber(2)));

        wrapped.shard.process(sealed(1), Records.stored(2, "plaintext".getBytes(UTF_8)), sealed(3));
        wrapped.shard.process(sealed(4));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3", "order 4");
        assertThat(wrapped.holds.events()).last().asString().startsWith("PASSED_OVER");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(4));
    }

    @Test
    void nothingOfABatchThatWasNotTakenIsCheckpointedWhileItIsWaitedFor() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        wrapped.shard.process(sealed(1));
        List<RecordProcessorCheckpointer> kept = new ArrayList<>();
        fail(wrapped, input -> kept.add(input.checkpointer()), new IllegalStateException("application"), 2);
        List<ExtendedSequenceNumber> meanwhile = new ArrayList<>();
        wrapped.time.afterEachWait(() -> {
            // As another thread of the application would.
            RecordingApplication.checkpoint(kept.get(0));
            meanwhile.add(wrapped.shard.checkpoint());
            assertThatIllegalArgumentException().isThrownBy(() -> kept.get(0).checkpoint(Records.sequenceNumber(2)));
        });

        wrapped.shard.process(sealed(2), sealed(3));

        assertThat(meanwhile).containsExactly(Records.position(1), Records.position(1));
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
    }

    @Test
    void whatTheApplicationCheckpointedBeforeItThrewStaysAndCanBeRepeated() {
        Wrapped wrapped = under(ApplicationFailureAction.HALT);
        fail(wrapped, input -> checkpoint(input.checkpointer(), 1), new IllegalStateException("application"), 1);

        wrapped.shard.process(sealed(1), sealed(2));
        wrapped.shard.requestShutdown();

        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        assertThat(wrapped.application.events).endsWith("shutdownRequested");
    }

    @ParameterizedTest
    @EnumSource(value = ApplicationFailureAction.class, names = "PASS_ON", mode = EnumSource.Mode.EXCLUDE)
    void aShardThatStopsKeepsItsCheckpointBeforeTheBatch(ApplicationFailureAction action) {
        Wrapped wrapped = under(action);
        wrapped.shard.process(sealed(1));
        RecordingApplication.checkpoint(wrapped.application.batches.get(0).checkpointer());
        fail(wrapped, input -> {}, new IllegalStateException("application"), 100);
        wrapped.time.during(4, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(2), sealed(3));
        wrapped.shard.process(sealed(4));
        wrapped.shard.requestShutdown();

        assertThat(wrapped.application.delivered()).doesNotContain("order 4");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        assertThatThrownBy(wrapped.shard::end).isInstanceOf(IllegalStateException.class);

        Wrapped next = under(action);
        next.shard.process(sealed(2), sealed(3));
        assertThat(next.application.delivered()).containsExactly("order 2", "order 3");
    }

    @Test
    void aShardThatNeverTookAnythingKeepsItsBeginning() {
        Wrapped wrapped = under(ApplicationFailureAction.HALT);
        fail(wrapped, input -> {}, new IllegalStateException("application"), 1);

        wrapped.shard.process(sealed(1));
        wrapped.shard.requestShutdown();

        assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.TRIM_HORIZON);
    }

    @Test
    void kclSeesNoExceptionOfAHaltedShard() {
        Wrapped wrapped = under(ApplicationFailureAction.HALT);
        fail(wrapped, input -> {}, new AssertionError("application"), 1);

        wrapped.processor.processRecords(
                ProcessRecordsInput.builder().records(List.of(sealed(1))).build());

        assertThat(wrapped.application.batches).hasSize(1);
    }

    @Test
    void recordsBeforeAHoldAreWaitedForToo() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        fail(wrapped, input -> {}, new IllegalStateException("application"), 2);
        wrapped.time.during(4, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), Records.stored(2, "plaintext".getBytes(UTF_8)), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 1", "order 1");
        assertThat(wrapped.holds.holds())
                .extracting(ConsumerListener.Hold::reason)
                .containsExactly(
                        HoldReason.APPLICATION_FAILED,
                        HoldReason.APPLICATION_FAILED,
                        HoldReason.APPLICATION_FAILED,
                        HoldReason.BAD_RECORD,
                        HoldReason.BAD_RECORD,
                        HoldReason.BAD_RECORD);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void aWaitForTheApplicationThatKclsLoopWaitsForGoesOnElsewhere() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        fail(wrapped, input -> {}, new IllegalStateException("application"), 2);
        wrapped.loopWaits = () -> true;

        wrapped.shard.process(sealed(1));
        assertThat(wrapped.takeovers).hasSize(1);
        assertThat(wrapped.application.batches).hasSize(1);
        wrapped.loopWaits = () -> false;
        wrapped.takeovers.remove().run();
        wrapped.shard.process(sealed(2));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 1", "order 1", "order 2");
    }

    @Test
    void anInterruptEndsTheWait() {
        Wrapped wrapped = under(ApplicationFailureAction.RETRY);
        fail(wrapped, input -> {}, new IllegalStateException("application"), 100);
        wrapped.time.during(2, () -> Thread.currentThread().interrupt());

        wrapped.shard.process(sealed(1));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(wrapped.holds.events()).last().asString().startsWith("HALTED");
    }
}
