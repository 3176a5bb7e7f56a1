// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import io.kinesisencryption.consumer.ConsumerListener.ShardHalted;
import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** What a listener is told of batches, of deliveries, and of shards that are given up. */
class DeliveryEventsTest {
    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final Wrapped wrapped = new Wrapped(encryption);

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

    /** The text "user 0" and so on. */
    private KinesisClientRecord aggregate(int number, int count) {
        List<UserRecord> userRecords = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            userRecords.add(UserRecord.of("customer-" + i, ("user " + i).getBytes(StandardCharsets.UTF_8)));
        }
        return Records.aggregate(encryption, EnvelopeFormat.COMPACT, number, userRecords);
    }

    private static int sizeBytes(KinesisClientRecord... records) {
        int sum = 0;
        for (KinesisClientRecord record : records) {
            sum += record.data().limit();
        }
        return sum;
    }

    @Test
    void aBatchIsToldWithItsKeysAndItsLagAndADeliveryWithItsUserRecords() {
        KinesisClientRecord[] batch = {sealed(1), aggregate(2, 3), sealed(3)};
        wrapped.application.onBatch = input -> wrapped.time.advance(Duration.ofSeconds(2));

        wrapped.shard.process(ProcessRecordsInput.builder()
                .records(List.of(batch))
                .millisBehindLatest(1234L)
                .build());

        assertThat(wrapped.holds.received())
                .containsExactly(new BatchReceived(
                        Records.ORDERS,
                        KclShard.SHARD_ID,
                        3,
                        sizeBytes(batch),
                        2,
                        Duration.ZERO,
                        Duration.ofMillis(1234)));
        assertThat(wrapped.holds.delivered())
                .containsExactly(new Delivered(
                        Records.ORDERS,
                        KclShard.SHARD_ID,
                        3,
                        0,
                        5,
                        2 * "order 1".length() + 3 * "user 0".length(),
                        Duration.ZERO,
                        Duration.ofSeconds(2),
                        null));
    }

    @Test
    void theDataKeysOfABatchAreCountedOnceEachWhetherTheyWereLoadedOrNot() {
        KinesisClientRecord[] batch = {
            sealed(1),
            sealed(2),
            Records.sealedAlone(Records.rawAes(), 3, "order 3"),
            Records.sealedAlone(Records.rawAes(), 4, "order 4"),
            sealed(5)
        };
        wrapped.shard.process(batch);
        wrapped.shard.process(batch);
        wrapped.shard.process(sealed(6));
        wrapped.shard.process(Records.stored(7, "{}".getBytes(StandardCharsets.UTF_8)));

        assertThat(wrapped.holds.received()).extracting(BatchReceived::dataKeys).containsExactly(3, 3, 1, 0);
    }

    @Test
    void aBatchWithoutRecordsIsNotTold() {
        wrapped.shard.process();

        assertThat(wrapped.application.batches).hasSize(1);
        assertThat(wrapped.holds.received()).isEmpty();
        assertThat(wrapped.holds.delivered()).isEmpty();
    }

    @Test
    void whatIsDeliveredBeforeAHoldIsToldBeforeItAndTheRestAfterIt() {
        wrapped.time.during(2, () -> wrapped.factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(3)));
        List<Integer> toldMeanwhile = new ArrayList<>();
        wrapped.time.during(1, () -> toldMeanwhile.add(wrapped.holds.delivered().size()));

        wrapped.shard.process(sealed(1), sealed(2), tampered(3), aggregate(4, 2));

        assertThat(toldMeanwhile).containsExactly(1);
        assertThat(wrapped.holds.received()).hasSize(1);
        assertThat(wrapped.holds.delivered()).extracting(Delivered::records).containsExactly(2, 1);
        assertThat(wrapped.holds.delivered()).extracting(Delivered::userRecords).containsExactly(2, 2);
        assertThat(wrapped.holds.holds())
                .allSatisfy(
                        hold -> assertThat(hold.arrival()).isEqualTo(tampered(3).approximateArrivalTimestamp()));
    }

    @Test
    void plaintextThatIsAcceptedIsCountedOnce() {
        Wrapped accepting = Wrapped.under(
                FailurePolicies.builder().plaintext(PlaintextPolicy.ACCEPT).build(), encryption);

        accepting.shard.process(
                sealed(1), Records.stored(2, "{}".getBytes(StandardCharsets.UTF_8)), sealed(3), sealed(4));

        assertThat(accepting.holds.delivered()).singleElement().satisfies(delivery -> {
            assertThat(delivery.records()).isEqualTo(4);
            assertThat(delivery.plaintextRecords()).isEqualTo(1);
        });
    }

    @Test
    void whatTheApplicationThrowsIsToldAsKclGetsIt() {
        IllegalStateException thrown = new IllegalStateException("application");
        wrapped.application.onBatch = input -> {
            throw thrown;
        };

        wrapped.shard.process(sealed(1));

        assertThat(wrapped.holds.delivered())
                .singleElement()
                .extracting(Delivered::failure)
                .isSameAs(thrown);
    }

    @Test
    void recordsThatAreHandedOverAgainAreToldOnceWithTheTimeOfAllCalls() {
        Wrapped retrying = Wrapped.under(
                FailurePolicies.builder()
                        .applicationFailures(ApplicationFailureAction.RETRY)
                        .build(),
                encryption);
        int[] calls = {0};
        retrying.application.onBatch = input -> {
            retrying.time.advance(Duration.ofSeconds(1));
            if (++calls[0] < 3) {
                throw new IllegalStateException("application");
            }
        };

        retrying.shard.process(aggregate(1, 3), sealed(2));

        assertThat(retrying.holds.delivered()).singleElement().satisfies(delivery -> {
            assertThat(delivery.processing()).isEqualTo(Duration.ofSeconds(3));
            assertThat(delivery.failure()).isNull();
        });
        assertThat(retrying.holds.holds())
                .allSatisfy(hold -> assertThat(hold.recordsHeldBack()).isEqualTo(2));
    }

    @Test
    void aShardThatIsGivenUpIsToldOnceWithWhatWasDeliveredLast() {
        wrapped.time.during(1, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), tampered(2), sealed(3));
        wrapped.shard.process(sealed(4));

        assertThat(wrapped.holds.halted())
                .containsExactly(new ShardHalted(Records.ORDERS, KclShard.SHARD_ID, Records.sequenceNumber(1)));
        assertThat(wrapped.holds.events()).last().asString().startsWith("HALTED");
    }

    @Test
    void aShardThatTheApplicationHaltsIsTold() {
        Wrapped halting = Wrapped.under(
                FailurePolicies.builder()
                        .applicationFailures(ApplicationFailureAction.HALT)
                        .build(),
                encryption);
        halting.application.onBatch = input -> {
            throw new IllegalStateException("application");
        };

        halting.shard.process(sealed(1));

        assertThat(halting.holds.halted()).containsExactly(new ShardHalted(Records.ORDERS, KclShard.SHARD_ID, null));
        assertThat(halting.holds.delivered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatThrowsAnErrorCostsNoRecord(boolean error) {
        Runnable fault = () -> {
            if (error) {
                throw new OutOfMemoryError("listener");
            }
            throw new IllegalStateException("listener");
        };
        Wrapped throwing = new Wrapped(
                encryption,
                new ConsumerListener() {
                    @Override
                    public void onBatchReceived(BatchReceived batch) {
                        fault.run();
                    }

                    @Override
                    public void onDelivered(Delivered delivery) {
                        fault.run();
                    }

                    @Override
                    public void onShardHalted(ShardHalted shard) {
                        fault.run();
                    }
                },
                FailurePolicies.DEFAULTS,
                null,
                ExtendedSequenceNumber.TRIM_HORIZON);
        throwing.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
        throwing.time.during(1, throwing.factory::stopWaiting);

        throwing.shard.process(sealed(1), sealed(2));
        throwing.shard.process(sealed(3), tampered(4));

        assertThat(throwing.application.delivered()).containsExactly("order 1", "order 2", "order 3");
        assertThat(throwing.shard.checkpoint()).isEqualTo(Records.position(3));
    }
}
