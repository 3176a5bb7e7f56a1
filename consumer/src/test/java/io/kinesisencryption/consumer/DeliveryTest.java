// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class DeliveryTest {
    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final Wrapped wrapped = new Wrapped(encryption);
    private final RecordingApplication application = wrapped.application;

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    private KinesisClientRecord tampered(int number) {
        return Records.tampered(encryption, number, "order " + number);
    }

    private static ProcessRecordsInput.ProcessRecordsInputBuilder batch(KinesisClientRecord... records) {
        return ProcessRecordsInput.builder().records(List.of(records));
    }

    @Test
    void theApplicationGetsThePlaintextsInOrderAsOneBatch() {
        wrapped.shard.process(sealed(1), sealed(2), sealed(3));

        assertThat(application.batches).hasSize(1);
        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3");
        assertThat(wrapped.holds.events()).isEmpty();
    }

    @Test
    void everythingButTheDataStaysAsKclGaveIt() {
        KinesisClientRecord stored = sealed(1).toBuilder()
                .subSequenceNumber(7)
                .aggregated(true)
                .explicitHashKey("42")
                .build();
        ProcessRecordsInput input = batch(stored)
                .cacheEntryTime(Instant.parse("2026-11-24T00:00:01Z"))
                .cacheExitTime(Instant.parse("2026-11-24T00:00:02Z"))
                .millisBehindLatest(1234L)
                .isAtShardEnd(true)
                .childShards(List.of(ChildShard.builder().shardId("child").build()))
                .build();

        wrapped.processor.processRecords(input);

        ProcessRecordsInput delivered = application.batches.get(0);
        KinesisClientRecord plain = delivered.records().get(0);
        assertThat(delivered.toBuilder().records(input.records()).build()).isEqualTo(input);
        assertThat(plain.toBuilder().data(stored.data()).build()).isEqualTo(stored);
        assertThat(RecordingApplication.texts(delivered)).containsExactly("order 1");
    }

    @Test
    void theDataIsAnArrayOfItsExactSizeSoThatNoNeighbourShowsThroughIt() {
        wrapped.shard.process(sealed(1));

        ByteBuffer data = application.batches.get(0).records().get(0).data();
        assertThat(data.hasArray()).isTrue();
        assertThat(data.arrayOffset()).isZero();
        assertThat(data.array()).isEqualTo("order 1".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBufferThatAnEarlierReaderLeftAtItsEndIsReadFromItsBeginning() {
        KinesisClientRecord stored = sealed(1);
        ByteBuffer data = stored.data();
        data.position(data.limit());

        wrapped.processor.processRecords(batch(stored).build());

        assertThat(application.delivered()).containsExactly("order 1");
    }

    @Test
    void aBufferThatSharesALargerArrayIsReadWithinItsLimits() {
        byte[] envelope = Records.seal(encryption, Records.ORDERS, "order 1");
        byte[] larger = new byte[envelope.length + 20];
        System.arraycopy(envelope, 0, larger, 10, envelope.length);
        ByteBuffer slice = ByteBuffer.wrap(larger, 10, envelope.length).slice();

        wrapped.shard.process(
                Records.stored(1, envelope).toBuilder().data(slice).build());

        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(slice.position()).isZero();
    }

    @Test
    void aRecordWithoutAPartitionKeyIsDelivered() {
        wrapped.shard.process(sealed(1).toBuilder().partitionKey(null).build());

        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(application.batches.get(0).records().get(0).partitionKey()).isNull();
    }

    @Test
    void anEmptyPlaintextIsDelivered() {
        wrapped.shard.process(Records.sealed(encryption, 1, ""));

        assertThat(application.delivered()).containsExactly("");
    }

    @Test
    void emptyBatchesArePassedOn() {
        wrapped.shard.process();

        assertThat(application.events).containsExactly("initialize " + KclShard.SHARD_ID, "processRecords 0");
    }

    @Test
    void theListOfRecordsMayBeChangedAsWithKcl() {
        application.onBatch = input -> input.records().clear();

        wrapped.processor.processRecords(batch(sealed(1)).build());
    }

    @Test
    void aTestThatGivesNoCheckpointerGetsNone() {
        wrapped.processor.processRecords(batch(sealed(1)).build());

        assertThat(application.batches.get(0).checkpointer()).isNull();
    }

    @Test
    void recordsBeforeOneThatDoesNotOpenAreDeliveredFirst() {
        List<Integer> deliveredWhenTheWaitBegan = new ArrayList<>();
        wrapped.time.during(1, () -> {
            deliveredWhenTheWaitBegan.add(application.delivered().size());
            wrapped.factory.stopWaiting();
        });

        wrapped.shard.process(sealed(1), sealed(2), tampered(3), sealed(4));

        assertThat(deliveredWhenTheWaitBegan).containsExactly(2);
        assertThat(application.delivered()).containsExactly("order 1", "order 2");
    }

    @Test
    void aSliceBeforeAHoldIsNotAtTheEndOfTheShardAndTheLastOneIs() {
        List<ChildShard> children =
                List.of(ChildShard.builder().shardId("child").build());
        KinesisClientRecord record = Records.stored(2, Records.seal(encryption, Records.ORDERS, "order 2"));
        int[] calls = {0};
        RecordOpener opener = stored -> {
            if (stored.equals(record) && calls[0]++ == 0) {
                throw new IllegalStateException("not yet");
            }
            return List.of(stored);
        };
        var processor = new DecryptingShardRecordProcessor(
                application, Records.ORDERS, opener, wrapped.time.environment(ConsumerListener.NONE));

        processor.processRecords(batch(sealed(1), record, sealed(3))
                .isAtShardEnd(true)
                .childShards(children)
                .millisBehindLatest(5L)
                .build());

        assertThat(application.batches).hasSize(2);
        ProcessRecordsInput first = application.batches.get(0);
        assertThat(first.isAtShardEnd()).isFalse();
        assertThat(first.childShards()).isEmpty();
        assertThat(first.millisBehindLatest()).isEqualTo(5);
        assertThat(first.records()).hasSize(1);
        ProcessRecordsInput second = application.batches.get(1);
        assertThat(second.isAtShardEnd()).isTrue();
        assertThat(second.childShards()).isEqualTo(children);
        assertThat(second.records()).hasSize(2);
    }

    @Test
    void whatTheApplicationThrowsIsHandedOnUnchanged() {
        IllegalArgumentException thrown = new IllegalArgumentException("application");
        application.onBatch = input -> {
            throw thrown;
        };

        assertThatThrownBy(
                        () -> wrapped.processor.processRecords(batch(sealed(1)).build()))
                .isSameAs(thrown);
    }

    @Test
    void aCheckedExceptionThatTheApplicationSneaksOutIsHandedOnUnchanged() {
        IOException thrown = new IOException("application");
        application.onBatch = input -> sneak(thrown);

        assertThatThrownBy(
                        () -> wrapped.processor.processRecords(batch(sealed(1)).build()))
                .isSameAs(thrown);
    }

    static Stream<Throwable> noExceptions() {
        return Stream.of(new AssertionError("application"), new Throwable("application"));
    }

    /** KCL catches exceptions and nothing else. */
    @ParameterizedTest
    @MethodSource("noExceptions")
    void whatTheApplicationThrowsThatIsNoExceptionBecomesOne(Throwable thrown) {
        application.onBatch = input -> sneak(thrown);
        application.onShardEnded = checkpointer -> sneak(thrown);
        application.onShutdownRequested = checkpointer -> sneak(thrown);
        application.onOther = () -> sneak(thrown);

        assertThatThrownBy(
                        () -> wrapped.processor.processRecords(batch(sealed(1)).build()))
                .isInstanceOf(RuntimeException.class)
                .hasCause(thrown);
        assertThatThrownBy(wrapped.shard::end)
                .isInstanceOf(RuntimeException.class)
                .hasCause(thrown);
        assertThatThrownBy(wrapped.shard::requestShutdown)
                .isInstanceOf(RuntimeException.class)
                .hasCause(thrown);
        assertThatThrownBy(() ->
                        wrapped.processor.leaseLost(LeaseLostInput.builder().build()))
                .isInstanceOf(RuntimeException.class)
                .hasCause(thrown);
    }

    @Test
    void anApplicationThatThrowsBeforeAHoldStillGetsTheRestOfTheBatch() {
        IllegalArgumentException thrown = new IllegalArgumentException("application");
        int[] calls = {0};
        RecordOpener opener = stored -> {
            if (stored.sequenceNumber().equals(Records.sequenceNumber(2)) && calls[0]++ == 0) {
                throw new IllegalStateException("not yet");
            }
            return List.of(stored);
        };
        application.onBatch = input -> {
            if (application.batches.size() == 1) {
                throw thrown;
            }
        };
        var processor = new DecryptingShardRecordProcessor(
                application, Records.ORDERS, opener, wrapped.time.environment(ConsumerListener.NONE));

        assertThatThrownBy(() -> processor.processRecords(
                        batch(sealed(1), sealed(2), sealed(3)).build()))
                .isSameAs(thrown);
        assertThat(application.batches)
                .extracting(input -> input.records().size())
                .containsExactly(1, 2);
    }

    @Test
    void afterAnExceptionOfTheApplicationTheNextBatchIsDeliveredAsKclDoes() {
        application.onBatch = input -> {
            if (application.batches.size() == 1) {
                throw new IllegalStateException("application");
            }
        };

        wrapped.shard.process(sealed(1));
        wrapped.shard.process(sealed(2));

        assertThat(application.delivered()).containsExactly("order 1", "order 2");
    }

    @Test
    void everyOtherCallOfKclReachesTheApplication() {
        wrapped.shard.process(sealed(1));
        wrapped.shard.requestShutdown();
        wrapped.shard.end();
        wrapped.shard.loseLease();

        assertThat(application.events)
                .containsExactly(
                        "initialize " + KclShard.SHARD_ID,
                        "processRecords 1",
                        "shutdownRequested",
                        "shardEnded",
                        "leaseLost");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "sequence-1", "1"})
    void recordsOfAnApplicationsOwnTestsNeedNoSequenceNumberOfKcls(String sequenceNumber) {
        for (String text : List.of("order 1", "order 2", "order 3")) {
            wrapped.processor.processRecords(ProcessRecordsInput.builder()
                    .records(List.of(Records.sealed(encryption, 1, text).toBuilder()
                            .sequenceNumber(sequenceNumber)
                            .build()))
                    .build());
        }

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2", "order 3");
    }
}
