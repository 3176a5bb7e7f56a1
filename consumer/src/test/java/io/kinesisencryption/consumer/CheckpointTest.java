// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.RecordingApplication.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.checkpoint.Checkpoint;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.PreparedCheckpointer;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Every overload, over KCL's own checkpointer. */
class CheckpointTest {
    private static final byte[] STATE = {1, 2, 3};

    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final Wrapped wrapped = new Wrapped(encryption);
    private final KclShard shard = wrapped.shard;

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    /** The checkpointer of a batch of records 1 to 3, of which 3 could not be decrypted. */
    private RecordProcessorCheckpointer afterTwoOfThree() {
        wrapped.factory.stopWaiting();
        shard.process(sealed(1), sealed(2), Records.tampered(encryption, 3, "order 3"));
        return wrapped.application.batches.get(0).checkpointer();
    }

    private static Record named(int number) {
        return Record.builder().sequenceNumber(Records.sequenceNumber(number)).build();
    }

    private Checkpoint stored() {
        return shard.checkpoints.getCheckpointObject(KclShard.SHARD_ID);
    }

    @Test
    void withoutAPositionItIsTheLastDeliveredRecordAlthoughKclWouldGoFurther() throws Exception {
        RecordProcessorCheckpointer checkpointer = afterTwoOfThree();
        assertThat(shard.checkpointer.largestPermittedCheckpointValue()).isEqualTo(Records.position(3));

        checkpointer.checkpoint();

        assertThat(shard.checkpoint()).isEqualTo(Records.position(2));
    }

    @Test
    void whileABatchIsHeldItIsTheLastRecordOfTheOneBefore() throws Exception {
        shard.process(sealed(1));
        wrapped.time.during(1, () -> {
            RecordingApplication.checkpoint(wrapped.application.batches.get(0).checkpointer());
            wrapped.factory.stopWaiting();
        });

        shard.process(Records.tampered(encryption, 2, "order 2"), sealed(3));

        assertThat(shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void beforeAnythingIsDeliveredItDoesNothing() throws Exception {
        wrapped.time.during(1, wrapped.factory::stopWaiting);
        wrapped.application.onShutdownRequested = checkpointer -> {
            RecordingApplication.checkpoint(checkpointer);
            assertThatThrownBy(() -> checkpointer.checkpoint(Records.sequenceNumber(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        };
        shard.process(Records.tampered(encryption, 1, "order 1"));

        shard.requestShutdown();

        assertThat(shard.checkpoints.written()).isEmpty();
        assertThat(shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.TRIM_HORIZON);
    }

    @Test
    void namedRecordsUpToTheLastDeliveredOneAreForwarded() throws Exception {
        RecordProcessorCheckpointer checkpointer = afterTwoOfThree();

        checkpointer.checkpoint(Records.sequenceNumber(1));
        checkpointer.checkpoint(named(1));
        checkpointer.checkpoint(Records.sequenceNumber(1), 0);
        checkpointer.checkpoint(Records.sequenceNumber(2));

        assertThat(shard.checkpoints.written()).containsExactly(Records.position(1), Records.position(2));
    }

    static Stream<Call> callsBeyond() {
        String third = Records.sequenceNumber(3);
        return Stream.of(
                c -> c.checkpoint(third),
                c -> c.checkpoint(named(3)),
                c -> c.checkpoint(third, 0),
                c -> c.checkpoint(Records.sequenceNumber(2), 1),
                c -> c.checkpoint("SHARD_END"),
                c -> c.checkpoint("LATEST"),
                c -> c.prepareCheckpoint("LATEST", STATE),
                c -> c.checkpoint((String) null),
                c -> c.checkpoint((Record) null),
                c -> c.checkpoint("twelve"),
                c -> c.prepareCheckpoint(third),
                c -> c.prepareCheckpoint(named(3)),
                c -> c.prepareCheckpoint(named(3), STATE),
                c -> c.prepareCheckpoint(third, 0),
                c -> c.prepareCheckpoint(third, STATE),
                c -> c.prepareCheckpoint(third, 0, STATE),
                c -> c.prepareCheckpoint("SHARD_END", 0, STATE),
                c -> c.prepareCheckpoint((Record) null));
    }

    @ParameterizedTest
    @MethodSource("callsBeyond")
    void nothingBeyondTheLastDeliveredRecordIsAccepted(Call call) throws Exception {
        RecordProcessorCheckpointer checkpointer = afterTwoOfThree();

        assertThatThrownBy(() -> call.on(checkpointer)).isInstanceOf(IllegalArgumentException.class);

        assertThat(shard.checkpoints.written()).isEmpty();
        assertThat(stored().pendingCheckpoint()).isNull();
    }

    @Test
    void aStepBackIsKclsToRefuse() throws Exception {
        shard.process(sealed(1), sealed(2));
        RecordProcessorCheckpointer checkpointer =
                wrapped.application.batches.get(0).checkpointer();
        checkpointer.checkpoint();

        assertThatThrownBy(() -> checkpointer.checkpoint(Records.sequenceNumber(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("acceptable range");
    }

    static Stream<Function<RecordProcessorCheckpointer, PreparedCheckpointer>> prepareWithState() {
        String second = Records.sequenceNumber(2);
        return Stream.of(
                unchecked(c -> c.prepareCheckpoint(STATE)),
                unchecked(c -> c.prepareCheckpoint(named(2), STATE)),
                unchecked(c -> c.prepareCheckpoint(second, STATE)),
                unchecked(c -> c.prepareCheckpoint(second, 0, STATE)));
    }

    static Stream<Function<RecordProcessorCheckpointer, PreparedCheckpointer>> prepareWithoutState() {
        String second = Records.sequenceNumber(2);
        return Stream.of(
                unchecked(RecordProcessorCheckpointer::prepareCheckpoint),
                unchecked(c -> c.prepareCheckpoint(named(2))),
                unchecked(c -> c.prepareCheckpoint(second)),
                unchecked(c -> c.prepareCheckpoint(second, 0)),
                unchecked(c -> c.prepareCheckpoint(second, 0, null)));
    }

    interface Prepare {
        PreparedCheckpointer on(RecordProcessorCheckpointer checkpointer) throws Exception;
    }

    private static Function<RecordProcessorCheckpointer, PreparedCheckpointer> unchecked(Prepare prepare) {
        return checkpointer -> {
            try {
                return prepare.on(checkpointer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @ParameterizedTest
    @MethodSource("prepareWithState")
    void aPreparedCheckpointKeepsTheStateAndCommits(Function<RecordProcessorCheckpointer, PreparedCheckpointer> prepare)
            throws Exception {
        PreparedCheckpointer prepared = prepare.apply(afterTwoOfThree());

        assertThat(prepared.pendingCheckpoint()).isEqualTo(Records.position(2));
        assertThat(stored().pendingCheckpoint()).isEqualTo(Records.position(2));
        assertThat(stored().pendingCheckpointState()).isEqualTo(STATE);
        assertThat(shard.checkpoints.written()).isEmpty();

        prepared.checkpoint();

        assertThat(shard.checkpoint()).isEqualTo(Records.position(2));
    }

    @ParameterizedTest
    @MethodSource("prepareWithoutState")
    void aPreparedCheckpointWithoutStateHasNone(Function<RecordProcessorCheckpointer, PreparedCheckpointer> prepare)
            throws Exception {
        PreparedCheckpointer prepared = prepare.apply(afterTwoOfThree());

        assertThat(stored().pendingCheckpoint()).isEqualTo(Records.position(2));
        assertThat(stored().pendingCheckpointState()).isNull();

        prepared.checkpoint();

        assertThat(shard.checkpoint()).isEqualTo(Records.position(2));
    }

    @Test
    void aSubSequenceNumberIsKeptWhereKclsOwnFormDropsIt() throws Exception {
        shard.process(sealed(1).toBuilder().subSequenceNumber(4).build());
        RecordProcessorCheckpointer checkpointer =
                wrapped.application.batches.get(0).checkpointer();
        ExtendedSequenceNumber fourth = new ExtendedSequenceNumber(Records.sequenceNumber(1), 4L);

        assertThat(checkpointer.prepareCheckpoint(STATE).pendingCheckpoint()).isEqualTo(fourth);
        checkpointer.checkpoint();

        assertThat(shard.checkpoint()).isEqualTo(fourth);
    }

    @Test
    void preparingBeforeAnythingIsDeliveredGivesOneThatDoesNothing() throws Exception {
        List<PreparedCheckpointer> prepared = new ArrayList<>();
        wrapped.application.onShutdownRequested = checkpointer -> {
            prepared.add(
                    unchecked(RecordProcessorCheckpointer::prepareCheckpoint).apply(checkpointer));
            prepared.add(unchecked(c -> c.prepareCheckpoint(STATE)).apply(checkpointer));
        };
        wrapped.factory.stopWaiting();
        shard.process(Records.tampered(encryption, 1, "order 1"));

        shard.requestShutdown();
        for (PreparedCheckpointer each : prepared) {
            each.checkpoint();
        }

        assertThat(prepared).hasSize(2);
        assertThat(shard.checkpoints.written()).isEmpty();
        assertThat(stored().pendingCheckpoint()).isNull();
    }

    @Test
    void aCheckpointerOfAnEarlierBatchStaysGoodAndKnowsTheLatest() throws Exception {
        shard.process(sealed(1));
        RecordProcessorCheckpointer kept = wrapped.application.batches.get(0).checkpointer();
        shard.process(sealed(2), sealed(3));

        kept.checkpoint(Records.sequenceNumber(1));
        kept.checkpoint(Records.sequenceNumber(2));
        kept.checkpoint();

        assertThat(shard.checkpoints.written())
                .containsExactly(Records.position(1), Records.position(2), Records.position(3));
    }

    @Test
    void aRecordThatComesAgainDoesNotMoveTheLatestBack() throws Exception {
        shard.process(sealed(1), sealed(2), sealed(3));
        shard.process(sealed(2));

        wrapped.application.batches.get(1).checkpointer().checkpoint();

        assertThat(shard.checkpoint()).isEqualTo(Records.position(3));
    }

    @Test
    void checkpointsOfManyThreadsNeverStepBackAndNeverPassWhatIsDelivered() throws Exception {
        int batches = 200;
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        boolean[] done = {false};
        shard.process(sealed(1));
        RecordProcessorCheckpointer kept = wrapped.application.batches.get(0).checkpointer();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    while (true) {
                        synchronized (done) {
                            if (done[0]) {
                                break;
                            }
                        }
                        kept.checkpoint();
                    }
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (int number = 2; number <= batches; number++) {
            shard.process(sealed(number));
        }
        synchronized (done) {
            done[0] = true;
        }
        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }

        assertThat(failures).isEmpty();
        assertThat(shard.checkpoints.written()).isSorted();
        kept.checkpoint();
        assertThat(shard.checkpoint()).isEqualTo(Records.position(batches));
    }

    @Test
    void theRawCheckpointerIsNotHandedOut() {
        shard.process(sealed(1));

        assertThatThrownBy(
                        () -> wrapped.application.batches.get(0).checkpointer().checkpointer())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("prepareCheckpoint()");
    }

    @Test
    void aTestThatNeverInitializedGetsAClearError() {
        Wrapped other = new Wrapped(encryption);
        var processor = other.factory.shardRecordProcessor(StreamIdentifier.singleStreamInstance("orders"));
        other.application.onShutdownRequested = checkpointer -> {
            RecordingApplication.checkpoint(checkpointer);
            assertThatThrownBy(checkpointer::prepareCheckpoint)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("initialize()");
        };

        processor.shutdownRequested(ShutdownRequestedInput.builder()
                .checkpointer(shard.checkpointer)
                .build());

        assertThat(other.application.events).contains("shutdownRequested");
    }

    static Stream<Call> callsAtTheEnd() {
        String last = Records.sequenceNumber(2);
        return Stream.of(
                RecordProcessorCheckpointer::checkpoint,
                c -> c.checkpoint(last),
                c -> c.checkpoint(last, 0),
                c -> c.checkpoint(named(2)),
                c -> c.checkpoint("SHARD_END"),
                c -> c.prepareCheckpoint().checkpoint(),
                c -> c.prepareCheckpoint(STATE).checkpoint(),
                c -> c.prepareCheckpoint(last).checkpoint(),
                c -> c.prepareCheckpoint(named(2), STATE).checkpoint(),
                c -> c.prepareCheckpoint(last, 0, STATE).checkpoint());
    }

    private void endWith(Call call) {
        wrapped.application.onShardEnded = RecordingApplication.doing(call);
        shard.end();
    }

    @ParameterizedTest
    @MethodSource("callsAtTheEnd")
    void atTheEndOfTheShardTheLastRecordCompletesIt(Call call) {
        shard.process(sealed(1), sealed(2));

        endWith(call);

        assertThat(shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @ParameterizedTest
    @MethodSource("callsAtTheEnd")
    void itDoesSoAlsoWhenTheLastRecordIsCheckpointedAlreadyWhichKclItselfIgnores(Call call) {
        shard.process(sealed(1), sealed(2));
        RecordingApplication.checkpoint(wrapped.application.batches.get(0).checkpointer());

        endWith(call);

        assertThat(shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @ParameterizedTest
    @MethodSource("callsAtTheEnd")
    void itDoesSoAlsoWhenKclAsksASecondTime(Call call) {
        shard.process(sealed(1), sealed(2));
        assertThatThrownBy(() -> endWith(checkpointer -> {
                    throw new IllegalStateException("not yet");
                }))
                .isInstanceOf(IllegalStateException.class);

        endWith(call);

        assertThat(shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void atTheEndOfTheShardAnEarlierRecordIsStillThatRecord() {
        shard.process(sealed(1), sealed(2));

        assertThatThrownBy(() -> endWith(c -> c.checkpoint(Records.sequenceNumber(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("didn't checkpoint at end of shard");
        assertThat(shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void aShardThatEndsWithoutFurtherRecordsIsCompletedFromItsOldCheckpoint() {
        RecordingApplication application = wrapped.application;
        KclShard resumed = new KclShard(wrapped.processor, Records.position(7));
        application.onShardEnded =
                RecordingApplication.doing(checkpointer -> checkpointer.checkpoint(Records.sequenceNumber(7)));

        resumed.end();

        assertThat(resumed.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
    }
}
