// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailurePoliciesTest {
    private static final DeadLetterSink SINK = letter -> {};
    private final KinesisEncryptionException bad = new AuthenticationFailedException("altered", null);
    private static final FailureDecision SKIP = new FailureDecision(RecordFailureAction.SKIP, null);

    private static FailurePolicies.Builder builder() {
        return FailurePolicies.builder();
    }

    private static PermanentKeyException keyFailure(ErrorCode code) {
        return new PermanentKeyException(code, "key", null);
    }

    @Test
    void byDefaultEverythingIsHeldAndPlaintextRejected() {
        FailurePolicies defaults = FailurePolicies.DEFAULTS;

        assertThat(defaults.actionFor(bad)).isEqualTo(RecordFailureAction.HOLD);
        assertThat(defaults.actionFor(keyFailure(ErrorCode.KEY_NOT_CONFIGURED))).isEqualTo(RecordFailureAction.HOLD);
        assertThat(defaults.plaintext()).isSameAs(PlaintextPolicy.REJECT);
        assertThat(defaults.applicationFailures()).isEqualTo(ApplicationFailureAction.PASS_ON);
        assertThat(defaults.deadLetterSink()).isNull();
    }

    @Test
    void transientFailuresAreHeldUnderEveryPolicy() {
        for (FailurePolicies.Builder any : new FailurePolicies.Builder[] {
            builder(), builder().skipBadRecords(), builder().deadLetterBadRecords(SINK)
        }) {
            FailureDecision decision = any.build().forShard().decide(new TransientKeyException("throttled", null));
            assertThat(decision).isEqualTo(FailureDecision.hold(HoldReason.KEY_UNAVAILABLE));
        }
    }

    @Test
    void aKeyThatIsNotConfiguredIsDeadLetteredButNeverSkipped() {
        KinesisEncryptionException failure = keyFailure(ErrorCode.KEY_NOT_CONFIGURED);

        assertThat(builder().skipBadRecords().build().actionFor(failure)).isEqualTo(RecordFailureAction.HOLD);
        assertThat(builder().deadLetterBadRecords(SINK).build().actionFor(failure))
                .isEqualTo(RecordFailureAction.DEAD_LETTER);
    }

    @Test
    void otherFailuresOfKeysAreHeldUnlessTheyAreNamed() {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.failureClass() == FailureClass.PERMANENT_KEY && code != ErrorCode.COMPRESSION_UNAVAILABLE) {
                FailurePolicies none = builder()
                        .deadLetterBadRecords(SINK)
                        .deadLetterKeyFailures()
                        .build();
                FailurePolicies named = builder()
                        .deadLetterBadRecords(SINK)
                        .deadLetterKeyFailures(code)
                        .build();
                assertThat(none.actionFor(keyFailure(code))).isEqualTo(RecordFailureAction.HOLD);
                assertThat(named.actionFor(keyFailure(code))).isEqualTo(RecordFailureAction.DEAD_LETTER);
                assertThat(builder().skipBadRecords().build().forShard().decide(keyFailure(code)))
                        .isEqualTo(FailureDecision.hold(HoldReason.KEY_REFUSED));
            }
        }
    }

    @Test
    void whatIsNoFailureOfThisLibraryIsHeld() {
        assertThat(builder().skipBadRecords().build().forShard().decide(new OutOfMemoryError()))
                .isEqualTo(FailureDecision.hold(HoldReason.UNKNOWN));
    }

    @Test
    void oneMoreBadRecordInARowThanTheLimitHolds() {
        FailureDecisions shard =
                builder().skipBadRecords().holdAfterBadRecordsInARow(3).build().forShard();

        for (int i = 0; i < 3; i++) {
            assertThat(shard.decide(bad)).isEqualTo(SKIP);
            assertThat(shard.decide(bad)).as("asked again").isEqualTo(SKIP);
            shard.passedOver();
        }
        assertThat(shard.decide(bad)).isEqualTo(FailureDecision.hold(HoldReason.TOO_MANY_BAD_RECORDS));
        assertThat(shard.decide(keyFailure(ErrorCode.KEY_DENIED)))
                .isEqualTo(FailureDecision.hold(HoldReason.KEY_REFUSED));

        shard.opened();
        assertThat(shard.decide(bad)).isEqualTo(SKIP);
    }

    @Test
    void anOperatorWhoLetsARecordPassBeginsTheCountAnew() {
        FailureDecisions shard = builder()
                .skipBadRecords()
                .holdAfterBadRecordsInARow(2)
                .holdAbovePercentOf(50, 4)
                .build()
                .forShard();
        shard.passedOver();
        shard.passedOver();
        assertThat(shard.decide(bad).reason()).isEqualTo(HoldReason.TOO_MANY_BAD_RECORDS);

        shard.letPass();

        shard.passedOver();
        assertThat(shard.decide(bad)).isEqualTo(SKIP);
    }

    @Test
    void theLimitsAreThoseOfAPlainCount() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int window = 1 + random.nextInt(50);
            int percent = 1 + random.nextInt(100);
            int inARow = 1 + random.nextInt(10);
            FailureDecisions shard = builder()
                    .skipBadRecords()
                    .holdAfterBadRecordsInARow(inARow)
                    .holdAbovePercentOf(percent, window)
                    .build()
                    .forShard();
            Deque<Boolean> last = new ArrayDeque<>();
            int row = 0;
            for (int record = 0; record < 300; record++) {
                if (random.nextInt(100) >= percent) {
                    shard.opened();
                    last.add(false);
                    row = 0;
                } else {
                    long before = last.stream().filter(Boolean::booleanValue).count();
                    boolean tooMany = row >= inARow
                            || (percent < 100 && before >= Math.max(1, (long) Math.floor(window * percent / 100.0)));
                    assertThat(shard.decide(bad).reason() == HoldReason.TOO_MANY_BAD_RECORDS)
                            .as("-Dtest.seed=%d, round %d, record %d", seed, round, record)
                            .isEqualTo(tooMany);
                    if (tooMany) {
                        shard.opened();
                        last.add(false);
                        row = 0;
                    } else {
                        shard.passedOver();
                        last.add(true);
                        row++;
                    }
                }
                if (last.size() > window) {
                    last.remove();
                }
            }
        }
    }

    @Test
    void aHundredPercentAndTheLargestNumberAreNoLimits() {
        FailureDecisions shard = builder()
                .skipBadRecords()
                .holdAfterBadRecordsInARow(Integer.MAX_VALUE)
                .holdAbovePercentOf(100, 1)
                .build()
                .forShard();
        for (int i = 0; i < 100_000; i++) {
            shard.passedOver();
        }
        assertThat(shard.decide(bad)).isEqualTo(SKIP);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void numbersOutOfRangeAreRefusedAndNamed(int number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().holdAfterBadRecordsInARow(number).build())
                .withMessageContaining("in a row are " + number);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().holdAbovePercentOf(number, 10).build())
                .withMessageContaining("percent of the window are " + number);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().holdAbovePercentOf(10, number).build())
                .withMessageContaining("records of the window are " + number);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().holdAbovePercentOf(101, 10).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().holdAbovePercentOf(10, 1_000_001).build());
    }

    @Test
    void whatIsSaidOfDeadLettersWantsASink() {
        assertThatIllegalStateException()
                .isThrownBy(() -> builder().deadLetterPlaintext(true).build())
                .withMessageContaining("deadLetterBadRecords");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder()
                        .skipBadRecords()
                        .deadLetterKeyFailures(ErrorCode.KEY_DENIED)
                        .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .deadLetterBadRecords(SINK)
                        .deadLetterKeyFailures(ErrorCode.KEY_UNAVAILABLE)
                        .build())
                .withMessageContaining("KEY_UNAVAILABLE");
    }

    @Test
    void plaintextIsAcceptedByItsTimeOfArrival() {
        Instant cutOver = Instant.parse("2026-11-24T00:00:00Z");
        PlaintextPolicy before = PlaintextPolicy.acceptBefore(cutOver);

        assertThat(before.accepts(cutOver.minusNanos(1))).isTrue();
        assertThat(before.accepts(cutOver)).isFalse();
        assertThat(before.accepts(null)).isFalse();
        assertThat(PlaintextPolicy.ACCEPT.accepts(null)).isTrue();
        assertThat(PlaintextPolicy.ACCEPT.accepts(Instant.MAX)).isTrue();
        assertThat(PlaintextPolicy.REJECT.accepts(null)).isFalse();
        assertThat(PlaintextPolicy.REJECT.accepts(Instant.MIN)).isFalse();
        assertThat(before).hasToString("ACCEPT_BEFORE 2026-11-24T00:00:00Z");
    }
}
