// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.InjectedFault;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class HoldTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());
    private final KinesisEncryption encryption = Records.encryption(keyring);
    private final Wrapped wrapped = new Wrapped(encryption);
    private final RecordingApplication application = wrapped.application;

    private KinesisClientRecord sealed(int number) {
        return Records.sealedAlone(keyring, number, "order " + number);
    }

    private KinesisClientRecord tampered(int number) {
        return Records.tampered(encryption, number, "order " + number);
    }

    private void stopDuring(int wait) {
        wrapped.time.during(wait, wrapped.factory::stopWaiting);
    }

    @Test
    void anOutageOfTheKeyServiceIsWaitedOutWithGrowingPauses() {
        InjectedFault down = kms.faults().inject(KmsFault.unreachable("Decrypt"));
        wrapped.time.during(12, down::clear);

        wrapped.shard.process(sealed(1), sealed(2));

        assertThat(application.delivered()).containsExactly("order 1", "order 2");
        assertThat(application.batches).hasSize(1);
        // The random part is half of the jitter here: three quarters of 0.2, 0.4, 0.8 … 30 seconds.
        assertThat(wrapped.time.waits())
                .extracting(Duration::toMillis)
                .containsExactly(150L, 300L, 600L, 1200L, 2400L, 4800L, 9600L, 19200L, 22500L, 22500L, 22500L, 22500L);
        assertThat(wrapped.holds.events())
                .hasSize(13)
                .startsWith("started KEY_UNAVAILABLE", "holding KEY_UNAVAILABLE")
                .endsWith("RESUMED KEY_UNAVAILABLE");
    }

    @Test
    void anOutageOfHoursLosesNothingRepeatsNothingAndShowsSinceWhen() {
        wrapped.shard.process(sealed(1), sealed(2));
        RecordingApplication.checkpoint(application.batches.get(0).checkpointer());
        KinesisClientRecord third = sealed(3);
        KinesisClientRecord fourth = sealed(4);
        KinesisClientRecord fifth = sealed(5);
        InjectedFault down = kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION));
        List<Integer> calls = new ArrayList<>();
        List<Duration> held = new ArrayList<>();
        wrapped.time.afterEachWait(() -> {
            encryption.discardAll();
            calls.add(application.batches.size());
            Hold hold = wrapped.factory.holds().get(0);
            assertThat(hold.since()).isEqualTo(SimulatedTime.START);
            assertThat(hold.reason()).isEqualTo(HoldReason.KEY_UNAVAILABLE);
            assertThat(hold.recordsHeldBack()).isEqualTo(2);
            assertThat(wrapped.factory.holds()).hasSize(1);
            assertThat(wrapped.factory.recordsInProgress()).isEqualTo(2);
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(2));
            held.add(Duration.between(hold.since(), wrapped.time.now()));
            if (held.get(held.size() - 1).compareTo(Duration.ofHours(3)) > 0) {
                down.clear();
            }
        });

        wrapped.shard.process(third, fourth);
        wrapped.time.afterEachWait(encryption::discardAll);
        wrapped.shard.process(fifth);
        RecordingApplication.checkpoint(application.batches.get(2).checkpointer());

        assertThat(held.get(held.size() - 1)).isBetween(Duration.ofHours(3), Duration.ofMinutes(181));
        assertThat(calls).containsOnly(1);
        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4", "order 5");
        assertThat(application.batches)
                .extracting(RecordingApplication::texts)
                .containsExactly(List.of("order 1", "order 2"), List.of("order 3", "order 4"), List.of("order 5"));
        assertThat(wrapped.holds.events()).startsWith("started KEY_UNAVAILABLE").endsWith("RESUMED KEY_UNAVAILABLE");
        assertThat(wrapped.factory.holds()).isEmpty();
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(5));
        // Twice or three times a minute.
        assertThat(wrapped.time.waits()).hasSizeBetween(3 * 60 * 2, 3 * 60 * 4);
    }

    @Test
    void aDisabledKeyIsWaitedForMinuteByMinute() {
        KinesisClientRecord record = sealed(2);
        KinesisClientRecord first = sealed(1);
        application.onBatch = input -> kms.disableKey(keyArn);
        wrapped.time.during(3, () -> kms.enableKey(keyArn));

        wrapped.shard.process(first);
        wrapped.shard.process(record);

        assertThat(application.delivered()).containsExactly("order 1", "order 2");
        assertThat(wrapped.time.waits()).containsExactly(MINUTE, MINUTE, MINUTE);
        assertThat(wrapped.holds.events())
                .containsExactly(
                        "started KEY_DISABLED", "holding KEY_DISABLED", "holding KEY_DISABLED", "RESUMED KEY_DISABLED");
    }

    @Test
    void aHoldTellsWhereItIsSinceWhenAndWhy() {
        stopDuring(3);

        wrapped.shard.process(sealed(1), tampered(2));

        Hold last = wrapped.holds.holds().get(wrapped.holds.holds().size() - 1);
        assertThat(last.stream()).isEqualTo(Records.ORDERS);
        assertThat(last.shardId()).isEqualTo(KclShard.SHARD_ID);
        assertThat(last.sequenceNumber()).isEqualTo(Records.sequenceNumber(2));
        assertThat(last.since()).isEqualTo(SimulatedTime.START);
        assertThat(last.attempts()).isEqualTo(3);
        assertThat(last.error()).isInstanceOf(AuthenticationFailedException.class);
        assertThat(wrapped.holds.events())
                .containsExactly(
                        "started AUTHENTICATION_FAILED",
                        "holding AUTHENTICATION_FAILED",
                        "holding AUTHENTICATION_FAILED",
                        "HALTED AUTHENTICATION_FAILED");
    }

    @Test
    void thePaceFollowsTheReasonWhenItChanges() {
        kms.faults().inject(KmsFault.unreachable("Decrypt").times(3));
        wrapped.time.during(2, () -> kms.disableKey(keyArn)).during(4, () -> kms.enableKey(keyArn));

        wrapped.shard.process(sealed(1));

        assertThat(wrapped.time.waits())
                .containsExactly(Duration.ofMillis(150), Duration.ofMillis(300), Duration.ofMillis(600), MINUTE);
        assertThat(wrapped.holds.events())
                .containsExactly(
                        "started KEY_UNAVAILABLE",
                        "holding KEY_UNAVAILABLE",
                        "holding KEY_UNAVAILABLE",
                        "holding KEY_DISABLED",
                        "RESUMED KEY_DISABLED");
    }

    @Test
    void severalRecordsOfABatchMayEachBeWaitedFor() {
        String firstArn = kms.createKey();
        String secondArn = kms.createKey();
        Keyring first = Keyrings.awsKms(firstArn, kms.client());
        Keyring second = Keyrings.awsKms(secondArn, kms.client());
        InjectedFault firstDown =
                kms.faults().inject(KmsFault.throttled("Decrypt").when(call -> firstArn.equals(call.keyId())));
        InjectedFault secondDown =
                kms.faults().inject(KmsFault.throttled("Decrypt").when(call -> secondArn.equals(call.keyId())));
        try (KinesisEncryption reader = Records.encryption(Keyrings.writeWithOneReadWithAny(keyring, first, second))) {
            Wrapped wrapped = new Wrapped(reader);
            wrapped.time.during(1, firstDown::clear).during(2, secondDown::clear);

            wrapped.shard.process(
                    Records.sealedAlone(first, 1, "order 1"), Records.sealedAlone(second, 2, "order 2"), sealed(3));

            assertEachIsWaitedFor(wrapped);
        }
    }

    private static void assertEachIsWaitedFor(Wrapped wrapped) {
        assertThat(wrapped.application.batches)
                .extracting(RecordingApplication::texts)
                .containsExactly(List.of("order 1"), List.of("order 2", "order 3"));
        assertThat(wrapped.holds.events())
                .containsExactly(
                        "started KEY_UNAVAILABLE",
                        "RESUMED KEY_UNAVAILABLE",
                        "started KEY_UNAVAILABLE",
                        "RESUMED KEY_UNAVAILABLE");
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("a changed byte", ErrorCode.AUTHENTICATION_FAILED),
                Arguments.of("a cut record", ErrorCode.MALFORMED_ENVELOPE),
                Arguments.of("plaintext", ErrorCode.PLAINTEXT_RECORD),
                Arguments.of("no bytes", ErrorCode.PLAINTEXT_RECORD),
                Arguments.of("another stream's record", ErrorCode.WRONG_STREAM),
                Arguments.of("version 1", ErrorCode.UNSUPPORTED_VERSION),
                Arguments.of("another keyring's record", ErrorCode.KEY_NOT_CONFIGURED));
    }

    private byte[] bad(String kind) {
        byte[] envelope = Records.seal(encryption, Records.ORDERS, "order 2");
        switch (kind) {
            case "a changed byte" -> envelope[envelope.length / 2] ^= 1;
            case "a cut record" -> envelope = Arrays.copyOf(envelope, envelope.length - 1);
            case "plaintext" -> envelope = "{\"order\":2}".getBytes(StandardCharsets.UTF_8);
            case "no bytes" -> envelope = new byte[0];
            case "another stream's record" ->
                envelope = Records.seal(encryption, StreamIdentity.of("payments"), "order 2");
            case "version 1" -> {
                envelope[0] = 1;
                envelope[1] = (byte) 0x80;
            }
            case "another keyring's record" -> {
                try (var other = Records.encryption(Records.rawAes())) {
                    envelope = Records.seal(other, Records.ORDERS, "order 2");
                }
            }
            default -> throw new IllegalArgumentException(kind);
        }
        return envelope;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void aBadRecordInTheMiddleStopsTheShardBeforeIt(String kind, ErrorCode code) {
        stopDuring(2);
        application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());

        wrapped.shard.process(sealed(1), Records.stored(2, bad(kind)), sealed(3));

        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(wrapped.holds.events()).containsExactly("started " + code, "holding " + code, "HALTED " + code);
        assertThat(wrapped.time.waits()).containsExactly(MINUTE, MINUTE);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void aDeniedKeyIsWaitedFor() {
        KinesisClientRecord record = sealed(1);
        kms.deny("*", keyArn, "Decrypt");
        wrapped.time.during(2, kms::clearAccessRules);

        wrapped.shard.process(record);

        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(wrapped.holds.events()).startsWith("started KEY_DENIED");
    }

    @Test
    void aClosedEncryptionHoldsInsteadOfLosingRecords() {
        KinesisClientRecord record = sealed(1);
        encryption.close();
        stopDuring(2);

        wrapped.shard.process(record);

        assertThat(application.batches).isEmpty();
        assertThat(wrapped.time.waits()).containsExactly(MINUTE, MINUTE);
        Hold hold = wrapped.holds.holds().get(0);
        assertThat(hold.code()).isNull();
        assertThat(hold.error()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void anErrorWhileDecryptingHoldsToo() {
        int[] calls = {0};
        var processor = new DecryptingShardRecordProcessor(
                application,
                Records.ORDERS,
                stored -> {
                    if (calls[0]++ < 2) {
                        throw new OutOfMemoryError("simulated");
                    }
                    return List.of(stored);
                },
                wrapped.time.environment(wrapped.holds));

        new KclShard(processor).process(sealed(1));

        assertThat(application.batches).hasSize(1);
        assertThat(wrapped.time.waits()).containsExactly(MINUTE, MINUTE);
    }

    @Nested
    class Halted {
        @Test
        void stopWaitingEndsAHold() {
            stopDuring(5);

            wrapped.shard.process(tampered(1));

            assertThat(wrapped.time.waits()).hasSize(5);
            assertThat(wrapped.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
        }

        @Test
        void afterStopWaitingEveryLaterHoldEndsAtOnceButGoodRecordsAreStillDelivered() {
            wrapped.factory.stopWaiting();
            wrapped.factory.stopWaiting();

            wrapped.shard.process(sealed(1));
            wrapped.shard.process(sealed(2), tampered(3));

            assertThat(application.delivered()).containsExactly("order 1", "order 2");
            assertThat(wrapped.holds.events())
                    .containsExactly("started AUTHENTICATION_FAILED", "HALTED AUTHENTICATION_FAILED");
        }

        @Test
        void anInterruptEndsAHoldAndTheThreadStaysInterrupted() {
            wrapped.time.during(2, () -> Thread.currentThread().interrupt());

            wrapped.shard.process(sealed(1), tampered(2), sealed(3));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(application.delivered()).containsExactly("order 1");
            assertThat(wrapped.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
        }

        @Test
        void aThreadThatIsInterruptedAlreadyDoesNotWait() {
            KinesisClientRecord plaintext = Records.stored(1, bad("plaintext"));
            Thread.currentThread().interrupt();

            wrapped.shard.process(plaintext);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(wrapped.holds.events()).containsExactly("started PLAINTEXT_RECORD", "HALTED PLAINTEXT_RECORD");
        }

        @Test
        void nothingMoreIsDeliveredAndNoCheckpointPassesTheRecord() {
            stopDuring(1);
            wrapped.shard.process(sealed(1), tampered(2), sealed(3));

            wrapped.shard.process(sealed(4));
            wrapped.shard.process();
            RecordingApplication.checkpoint(application.batches.get(0).checkpointer());

            assertThat(application.delivered()).containsExactly("order 1");
            assertThat(application.batches).hasSize(1);
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
            assertThatThrownBy(() -> application.batches.get(0).checkpointer().checkpoint(Records.sequenceNumber(3)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(wrapped.shard.checkpoints.written()).containsExactly(Records.position(1));
        }

        @Test
        void theEndOfTheShardIsRefusedWithoutTheApplicationAndWithoutACheckpoint() {
            stopDuring(1);
            wrapped.shard.process(sealed(1), tampered(2));
            RecordingApplication.checkpoint(application.batches.get(0).checkpointer());

            for (int attempt = 0; attempt < 3; attempt++) {
                assertThatThrownBy(wrapped.shard::end)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(KclShard.SHARD_ID)
                        .hasMessageContaining("orders");
            }

            assertThat(application.events).doesNotContain("shardEnded");
            RecordingApplication.checkpoint(application.batches.get(0).checkpointer());
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void aPreparedCheckpointCannotCompleteTheShardEither() throws Exception {
            stopDuring(1);
            wrapped.shard.process(sealed(1), tampered(2));
            var kept = application.batches.get(0).checkpointer();
            var prepared = kept.prepareCheckpoint();
            assertThatThrownBy(wrapped.shard::end).isInstanceOf(IllegalStateException.class);

            prepared.checkpoint();
            kept.prepareCheckpoint(new byte[] {1}).checkpoint();

            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void theOtherCallsReachTheApplicationWithAClampedCheckpointer() {
            stopDuring(1);
            wrapped.shard.process(sealed(1), tampered(2));

            wrapped.shard.requestShutdown();
            wrapped.shard.loseLease();

            assertThat(application.events).endsWith("shutdownRequested", "leaseLost");
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void theNextOwnerOfTheShardBeginsAtTheRecord() {
            KinesisClientRecord second = sealed(2);
            kms.disableKey(keyArn);
            stopDuring(1);
            wrapped.shard.process(second);
            assertThat(application.batches).isEmpty();
            RecordingApplication.checkpoint(wrapped.shard.checkpointer);
            wrapped.shard.requestShutdown();
            kms.enableKey(keyArn);
            encryption.discardAll();

            Wrapped next = new Wrapped(encryption);
            next.shard.process(second);

            assertThat(next.application.delivered()).containsExactly("order 2");
        }

        @Test
        void aFaultOfTheDeliveryItselfHaltsTheShardInsteadOfLosingTheBatch() {
            wrapped.shard.process(sealed(1));
            wrapped.processor.processRecords(software.amazon.kinesis.lifecycle.events.ProcessRecordsInput.builder()
                    .records(List.of(
                            sealed(2).toBuilder().sequenceNumber("not a number").build()))
                    .checkpointer(wrapped.shard.checkpointer)
                    .build());
            wrapped.shard.process(sealed(3));

            assertThat(application.delivered()).containsExactly("order 1");
            assertThatThrownBy(wrapped.shard::end).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        Wrapped other = new Wrapped(encryption, new ConsumerListener() {
            @Override
            public void onHoldStarted(Hold hold) {
                throw new IllegalStateException("listener");
            }

            @Override
            public void onStillHolding(Hold hold) {
                throw new AssertionError("listener");
            }

            @Override
            public void onHoldEnded(Hold hold, Outcome outcome) {
                throw new IllegalStateException("listener");
            }
        });
        KinesisClientRecord record = sealed(1);
        kms.disableKey(keyArn);
        other.time.during(3, () -> kms.enableKey(keyArn));

        other.shard.process(record);

        assertThat(other.application.delivered()).containsExactly("order 1");
    }

    @Test
    void aListenerMayStopTheWaiting() {
        DecryptingShardRecordProcessorFactory[] factory = new DecryptingShardRecordProcessorFactory[1];
        Wrapped other = new Wrapped(encryption, new ConsumerListener() {
            @Override
            public void onStillHolding(Hold hold) {
                factory[0].stopWaiting();
            }
        });
        factory[0] = other.factory;

        other.shard.process(tampered(1));

        assertThat(other.time.waits()).hasSize(2);
    }

    @Test
    void aHoldIsLoggedEachMinuteWithItsPlaceAndReasonAndNeverWithTheData() {
        stopDuring(91);

        String log = logOf(() -> wrapped.shard.process(
                sealed(1), Records.stored(2, "{\"customer\":\"Ada Lovelace\"}".getBytes(StandardCharsets.UTF_8))));

        assertThat(log.lines().filter(line -> line.contains("Holding shard")))
                .hasSize(91)
                .allSatisfy(line -> assertThat(line)
                        .contains("ERROR", KclShard.SHARD_ID, "orders", Records.sequenceNumber(2), "PLAINTEXT_RECORD"));
        assertThat(log).contains("Waiting for 0.00 hours", "Waiting for 1.50 hours");
        assertThat(log.lines().filter(line -> line.contains("Gave up waiting"))).hasSize(1);
        assertThat(log).doesNotContain("Lovelace", "order 1", "customer-1");
    }

    @Test
    void anOutageIsLoggedNotMoreOftenThanEachMinute() {
        InjectedFault down = kms.faults().inject(KmsFault.unreachable("Decrypt"));
        wrapped.time.during(20, down::clear);

        String log = logOf(() -> wrapped.shard.process(sealed(1)));

        // The pauses are 0.15 to 22.5 seconds, 290 seconds in all.
        assertThat(log.lines().filter(line -> line.contains("Holding shard")))
                .hasSizeBetween(4, 6)
                .allSatisfy(line -> assertThat(line).contains("WARN", "KEY_UNAVAILABLE"));
    }

    @Test
    void recordsThatAreWithheldAfterAHaltAreLogged() {
        stopDuring(1);
        wrapped.shard.process(sealed(1), tampered(2));

        String log = logOf(() -> {
            wrapped.shard.process(sealed(3));
            wrapped.time.advance(MINUTE);
            wrapped.shard.process(sealed(4));
            wrapped.shard.process(sealed(5));
        });

        assertThat(log.lines().filter(line -> line.contains("withheld"))).hasSize(1);
    }

    private static String logOf(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }
}
