// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.caching.KeyCacheEvents.FewRecords;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyInstalled;
import io.kinesisencryption.internal.caching.KeyCacheEvents.KeyRetired;
import io.kinesisencryption.internal.caching.KeyCacheEvents.LoadEnded;
import io.kinesisencryption.internal.caching.KeyCacheEvents.LoadStarted;
import io.kinesisencryption.internal.caching.KeyCacheEvents.OldKeyUsed;
import io.kinesisencryption.internal.caching.KeyCacheEvents.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The design's sentences about the data keys of producers, on a simulated clock. */
class EncryptionKeysTest {
    private static final String ORDERS = "orders in COMPACT";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SimulatedEnvironment time = new SimulatedEnvironment(1).withoutJitter();
    private final FakeKeyService kms = new FakeKeyService();
    private final RecordedEvents events = new RecordedEvents();
    private KeyLoads loads;
    private EncryptionKeys<String, FakeKey> keys = make(KeyCacheOptions.DEFAULTS);

    private EncryptionKeys<String, FakeKey> make(KeyCacheOptions options) {
        loads = new KeyLoads(options, time);
        return new EncryptionKeys<>(options, loads, kms, events);
    }

    private int use() {
        return use(ORDERS);
    }

    private int use(String identity) {
        return keys.use(identity, 1, 100, (key, n) -> key.use(n, 100 * n), 1);
    }

    private ErrorCode failure() {
        try {
            use();
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("There was a key");
    }

    @AfterEach
    void everyKeyIsDestroyedInTheEndAndNoneWasMisused() {
        keys.close();
        loads.close();
        assertThat(kms.keys).noneMatch(FakeKey::wasMisused);
        assertThat(kms.undestroyed()).isZero();
    }

    @Test
    void oneKeyServesManyRecords() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(use()).isZero();
        }
        assertThat(kms.loads()).isEqualTo(1);
        assertThat(events.hits).hasValue(999);
        assertThat(events.misses).hasValue(1);
    }

    @Test
    void eachIdentityHasAKeyOfItsOwn() {
        use(ORDERS);
        use("orders in AWS_ENCRYPTION_SDK");
        use("clicks in COMPACT");

        assertThat(kms.asked).containsExactly(ORDERS, "orders in AWS_ENCRYPTION_SDK", "clicks in COMPACT");
    }

    @Test
    void beyondTheBoundOfIdentitiesTheOneNotUsedForLongestLosesItsKey() {
        for (int i = 0; i <= EncryptionKeys.MAX_IDENTITIES; i++) {
            use("stream " + i);
            time.advance(SECOND);
        }
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(kms.undestroyed()).isEqualTo(EncryptionKeys.MAX_IDENTITIES);
        assertThat(events.retired()).containsExactly(KeyRetirement.EVICTED);
    }

    @Test
    void aKeyIsReplacedInTheBackgroundAfterFiveMinutesIfItWasUsedSince() {
        kms.behave(identity -> time.advance(Duration.ofMillis(8)));
        use();
        time.advance(Duration.ofMinutes(5).minusMillis(8));
        long misses = events.misses.get();

        assertThat(use()).as("still the old one, at once").isZero();
        time.advance(SECOND);

        assertThat(use()).isEqualTo(1);
        assertThat(events.misses).as("nobody waited").hasValue(misses);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(events.of(LoadStarted.class))
                .last()
                .isEqualTo(new LoadStarted(Side.ENCRYPTION, ORDERS, KeyLoadReason.REFRESH));
    }

    @Test
    void aKeyIsNotReplacedBefore() {
        use();
        time.advance(Duration.ofMinutes(5).minusNanos(1));
        use();
        time.advance(SECOND);
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void refreshesAreSpreadByTenPercent() {
        for (int seed = 0; seed < 200; seed++) {
            SimulatedEnvironment spread = new SimulatedEnvironment(seed);
            FakeKeyService service = new FakeKeyService();
            try (KeyLoads own = new KeyLoads(KeyCacheOptions.DEFAULTS, spread);
                    var spreadKeys =
                            new EncryptionKeys<>(KeyCacheOptions.DEFAULTS, own, service, KeyCacheEvents.NONE)) {
                while (service.loads() < 2) {
                    spreadKeys.use(ORDERS, 1, 1, (key, n) -> n, 0);
                    spread.advance(SECOND);
                }
            }
            assertThat(spread.elapsed()).isBetween(Duration.ofSeconds(270), Duration.ofSeconds(332));
        }
    }

    @Test
    void oneRefreshAtATime() {
        use();
        kms.behave(identity -> time.advance(Duration.ofSeconds(20)));
        time.advance(Duration.ofMinutes(5));
        for (int i = 0; i < 10; i++) {
            use();
            time.advance(Duration.ofMillis(500));
        }
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void anIdleProducerMakesNoCalls() {
        use();
        time.advance(Duration.ofDays(3));
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void anIdleProducerHoldsNoKeyLongerThanItsGreatestAge() {
        use();
        time.advance(Duration.ofMinutes(62));
        assertThat(kms.last().isDestroyed()).isTrue();
        assertThat(events.retired()).containsExactly(KeyRetirement.EXPIRED);
        assertThat(time.isIdle()).as("nothing is left to do").isTrue();
    }

    @Test
    void aProducerThatSleptDoesNotWakeWithAnOldKey() {
        use();
        time.advance(Duration.ofMinutes(20));
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void anOutageOfThreeQuartersOfAnHourCostsNothingButAWarning() {
        use();
        time.advance(Duration.ofMinutes(4));
        kms.failTransiently();
        for (int i = 0; i < 45 * 60; i++) {
            assertThat(use()).isZero();
            time.advance(SECOND);
        }
        assertThat(events.of(OldKeyUsed.class)).hasSizeBetween(42, 45);
        assertThat(events.of(OldKeyUsed.class)).allSatisfy(e -> {
            assertThat(e.failure()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            assertThat(e.age().plus(e.timeLeft())).isEqualTo(Duration.ofHours(1));
        });

        kms.work();
        time.advance(Duration.ofSeconds(31));
        use();
        time.advance(SECOND);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void failedRefreshesBackOff() {
        use();
        kms.failTransiently();
        time.advance(Duration.ofMinutes(5));
        for (int i = 0; i < 45 * 60; i++) {
            use();
            time.advance(SECOND);
        }
        assertThat(kms.loads()).isBetween(90, 140);
    }

    @Test
    void maxAgeIsReachedOnlyWhileTheKeyServiceFailsAndThenUseStops() {
        use();
        kms.failTransiently();
        time.advance(Duration.ofMinutes(5));
        while (time.elapsed().compareTo(Duration.ofHours(1)) < 0) {
            use();
            time.advance(SECOND);
        }
        assertThat(failure()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(events.retired()).containsExactly(KeyRetirement.EXPIRED);

        kms.work();
        time.advance(MINUTE);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aTransientFailureAfterASleepLeavesTheOldKeyInUse() {
        use();
        kms.failTransiently();
        time.advance(Duration.ofMinutes(20));
        assertThat(use()).isZero();
    }

    @Test
    void aLoadThatHangsLeavesTheOldKeyInUse() {
        use();
        kms.behave(identity -> time.advance(Duration.ofDays(1)));
        time.advance(Duration.ofMinutes(20));
        assertThat(use()).isZero();
    }

    @Test
    void aPermanentFailureStopsUseAtRefreshAfter() {
        use();
        kms.deny();
        time.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(use()).isZero();
        time.advance(SECOND);
        use(); // begins the load that will be denied
        time.advance(SECOND);

        assertThat(failure()).isEqualTo(ErrorCode.KEY_DENIED);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(events.retired()).containsExactly(KeyRetirement.FAILED);

        kms.work();
        time.advance(MINUTE);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aPermanentFailureAfterATransientOneStopsUseToo() {
        use();
        kms.failTransiently();
        time.advance(Duration.ofMinutes(6));
        use();
        kms.deny();
        time.advance(MINUTE);
        use();
        time.advance(SECOND);
        assertThat(failure()).isEqualTo(ErrorCode.KEY_DENIED);
    }

    @Test
    void aColdFailureIsNotRepeatedForEachCaller() {
        kms.failTransiently();
        for (int i = 0; i < 60_000; i++) {
            assertThat(failure()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
            time.advance(Duration.ofMillis(1));
        }
        assertThat(kms.loads()).isBetween(6, 12);
    }

    @Test
    void eachCallerGetsAnExceptionOfItsOwnWithTheServicesExceptionAsItsCause() {
        IllegalStateException cause = new IllegalStateException("from the service");
        kms.behave(identity -> {
            throw new TransientKeyException("KMS is throttling", cause);
        });
        assertThatThrownBy(this::use).hasMessage("KMS is throttling").hasCause(cause);
        Throwable first = catchFailure();
        assertThat(catchFailure()).isNotSameAs(first);
    }

    private Throwable catchFailure() {
        try {
            use();
        } catch (KinesisEncryptionException e) {
            return e;
        }
        throw new AssertionError();
    }

    @Test
    void whatALoaderThrowsIsAFailureOfTheKeyNotOfTheCache() {
        kms.behave(identity -> {
            throw new StackOverflowError();
        });
        assertThatThrownBy(this::use)
                .isInstanceOf(PermanentKeyException.class)
                .hasCauseInstanceOf(StackOverflowError.class)
                .hasMessageContaining("StackOverflowError");
        kms.behave(identity -> {
            throw new IllegalStateException("a secret?");
        });
        time.advance(MINUTE);
        assertThatThrownBy(this::use).isInstanceOf(PermanentKeyException.class).hasMessageNotContaining("a secret?");
        kms.work();
        time.advance(MINUTE);
        assertThat(use()).isZero();
    }

    @Test
    @Requirement("M29")
    void aKeyEncryptsNoMoreRecordsThanItMay() {
        keys = make(KeyCacheOptions.builder().maxRecordsPerKey(10).build());
        for (int i = 0; i < 35; i++) {
            use();
        }
        assertThat(kms.keys).extracting(key -> key.records.get()).containsExactly(10L, 10L, 10L, 5L);
        assertThat(events.of(KeyRetired.class)).allSatisfy(e -> {
            assertThat(e.reason()).isEqualTo(KeyRetirement.EXHAUSTED);
            assertThat(e.records()).isEqualTo(10);
            assertThat(e.bytes()).isEqualTo(1_000);
        });
    }

    @Test
    @Requirement("M29")
    void aKeyEncryptsNoMoreBytesThanItMay() {
        long cap = KeyCacheOptions.MIN_MAX_BYTES_PER_KEY;
        keys = make(KeyCacheOptions.builder().maxBytesPerKey(cap).build());
        for (int i = 0; i < 10; i++) {
            keys.use(ORDERS, 1, cap / 3, (key, n) -> key.use(1, n), cap / 3);
        }
        assertThat(kms.keys)
                .hasSize(4)
                .allSatisfy(key -> assertThat(key.bytes.get()).isLessThanOrEqualTo(cap));
    }

    @Test
    void aUseThatNoKeyAllowsIsRefused() {
        keys = make(KeyCacheOptions.builder().maxRecordsPerKey(10).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.use(ORDERS, 11, 0, (key, n) -> n, 0))
                .withMessage("11 records are to be encrypted under one key; it must be from 1 to 10");
        assertThatIllegalArgumentException().isThrownBy(() -> keys.use(ORDERS, 0, 0, (key, n) -> n, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> keys.use(ORDERS, 1, -1, (key, n) -> n, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> keys.use(ORDERS, 1, 1L << 39, (key, n) -> n, 0));
        assertThat(kms.loads()).isZero();
    }

    @Test
    void aReservationIsNeverGivenBack() {
        keys = make(KeyCacheOptions.builder().maxRecordsPerKey(10).build());
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> keys.use(
                            ORDERS,
                            1,
                            1,
                            (key, n) -> {
                                throw new ArithmeticException();
                            },
                            0))
                    .isInstanceOf(ArithmeticException.class);
        }
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aKeyThatIsNearlyUsedUpIsReplacedBeforeItIs() {
        keys = make(KeyCacheOptions.builder().maxRecordsPerKey(3_200).build());
        kms.behave(identity -> time.advance(Duration.ofMillis(8)));
        for (int i = 0; i < 10_000; i++) {
            use();
            time.advance(Duration.ofMillis(1));
        }
        assertThat(events.misses).as("only the first waited").hasValue(1);
        assertThat(events.retired()).containsOnly(KeyRetirement.REPLACED);
    }

    @Test
    void theWallClockCountsWhereTheMonotonicClockStoodStill() {
        use();
        time.suspend(Duration.ofHours(2));
        time.advance(SECOND);
        assertThat(use()).isEqualTo(1);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
    }

    @Test
    void theMonotonicClockCountsWhereTheWallClockWasSetBack() {
        use();
        time.setWallClock(Duration.ofDays(-400));
        time.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(use()).isZero();
        time.advance(SECOND);
        use();
        time.advance(SECOND);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aWallClockThatJumpsForthAndBackCostsOneLoad() {
        use();
        time.setWallClock(Duration.ofDays(400));
        time.advance(SECOND);
        use();
        time.setWallClock(Duration.ofDays(-400));
        for (int i = 0; i < 60; i++) {
            time.advance(SECOND);
            use();
        }
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void afterRotateNowOnlyANewKeyIsUsed() {
        use();
        keys.rotateNow();
        assertThat(use()).isEqualTo(1);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
    }

    @Test
    void rotateNowCostsNothingUntilTheNextUse() {
        use();
        keys.rotateNow();
        keys.rotateNow();
        time.advance(MINUTE);
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void aLoadThatBeganBeforeRotateNowDoesNotCount() {
        use();
        kms.behave(identity -> time.advance(SECOND));
        time.advance(Duration.ofMinutes(5));
        use();
        time.advance(Duration.ofMillis(500));
        keys.rotateNow();

        assertThat(use()).as("not key 1, whose load had begun").isEqualTo(2);
        assertThat(kms.keys.get(1).isDestroyed()).isTrue();
    }

    @Test
    void ifRotationFailsTransientlyTheOldKeyIsUsedOn() {
        use();
        keys.rotateNow();
        kms.failTransiently();
        assertThat(use()).isZero();
        kms.work();
        time.advance(SECOND);
        use();
        time.advance(SECOND);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void ifRotationFailsPermanentlyTheFailureIsThrown() {
        use();
        keys.rotateNow();
        kms.deny();
        assertThat(failure()).isEqualTo(ErrorCode.KEY_DENIED);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
    }

    @Test
    void discardAllDropsTheKeysAtOnce() {
        use();
        keys.discardAll();
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(events.retired()).containsExactly(KeyRetirement.DISCARDED);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aLoadUnderWayDoesNotBringAKeyBackAfterDiscardAll() {
        kms.behave(identity -> {
            time.advance(SECOND);
            if (kms.loads() == 1) {
                keys.discardAll();
            }
        });
        assertThat(use()).isEqualTo(1);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(kms.keys.get(0).records).hasValue(0);
    }

    @Test
    void aKeyInUseIsDestroyedWhenItsUseEnds() {
        keys.use(
                ORDERS,
                1,
                1,
                (key, n) -> {
                    keys.discardAll();
                    assertThat(key.isDestroyed()).isFalse();
                    return key.use();
                },
                0);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheLoad() {
        kms.behave(identity -> time.advance(SECOND));
        time.interruptNextWait();
        assertThat(failure()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();

        time.advance(Duration.ofSeconds(2));
        assertThat(use()).isZero();
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void aWaitIsBounded() {
        kms.behave(identity -> time.advance(Duration.ofDays(1)));
        Throwable thrown = catchFailure();
        assertThat(thrown)
                .isInstanceOf(TransientKeyException.class)
                .hasMessage("No data key for orders in COMPACT was loaded within PT30S (maxWait)");
    }

    @Test
    void readyLoadsAheadSoThatAUseNeedNotWait() {
        kms.behave(identity -> time.advance(SECOND));
        CompletableFuture<Void> ready = keys.ready(ORDERS);
        assertThat(ready).isNotDone();
        time.advance(SECOND);
        assertThat(ready).isCompleted();
        use();
        assertThat(events.misses).hasValue(0);
        assertThat(keys.ready(ORDERS)).isCompleted();
    }

    @Test
    void readyLoadsAheadWhereAKeyIsUsedUpToTheLastRecord() {
        keys = make(KeyCacheOptions.builder().maxRecordsPerKey(1).build());
        use();
        kms.behave(identity -> time.advance(SECOND));

        CompletableFuture<Void> ready = keys.ready(ORDERS);

        assertThat(ready).isNotDone();
        time.advance(SECOND);
        assertThat(ready).isCompleted();
        events.misses.set(0);
        assertThat(use()).isEqualTo(1);
        assertThat(events.misses).hasValue(0);
    }

    @Test
    void readyIsAnsweredEvenIfALoadNeverEnds() {
        kms.behave(identity -> time.advance(Duration.ofDays(1)));
        CompletableFuture<Void> ready = keys.ready(ORDERS);
        time.advance(Duration.ofSeconds(29));
        assertThat(ready).isNotDone();
        time.advance(Duration.ofSeconds(2));
        assertThatThrownBy(ready::join).hasCauseInstanceOf(TransientKeyException.class);
        assertThat(keys.ready(ORDERS)).isCompletedExceptionally();
    }

    @Test
    void readyTellsTheFailure() {
        kms.deny();
        CompletableFuture<Void> ready = keys.ready(ORDERS);
        time.advance(Duration.ofMillis(1));
        assertThatThrownBy(ready::join).hasCauseInstanceOf(PermanentKeyException.class);
        assertThat(keys.ready(ORDERS)).isCompletedExceptionally();
    }

    @Test
    void fewRecordsToAKeyAreWarnedOfOnceAnHour() {
        for (int i = 0; i < 60; i++) {
            use();
            time.advance(MINUTE);
        }
        assertThat(events.of(FewRecords.class)).containsExactly(new FewRecords(ORDERS, 6, 100));
    }

    @Test
    void loadsAreToldInPairsWithTheirDurationAndTheirFailure() {
        kms.behave(identity -> {
            time.advance(Duration.ofMillis(8));
            throw new TransientKeyException("KMS is throttling", null);
        });
        failure();
        assertThat(events.all)
                .containsExactly(
                        new LoadStarted(Side.ENCRYPTION, ORDERS, KeyLoadReason.MISS),
                        new LoadEnded(
                                Side.ENCRYPTION,
                                ORDERS,
                                KeyLoadReason.MISS,
                                Duration.ofMillis(8),
                                ErrorCode.KEY_UNAVAILABLE));
    }

    @Test
    void aKeyThatComesIntoUseIsToldWithItsNumberAndItsAgesBeforeItIsRetired() {
        kms.behave(identity -> time.advance(SECOND));
        use();
        time.advance(MINUTE);
        keys.discardAll();
        use();

        assertThat(events.of(KeyInstalled.class)).hasSize(2).allSatisfy(installed -> {
            assertThat(installed.identity()).isEqualTo(ORDERS);
            assertThat(installed.age()).isEqualTo(SECOND);
            assertThat(installed.refreshAfter()).isEqualTo(Duration.ofMinutes(5));
            assertThat(installed.maxAge()).isEqualTo(Duration.ofHours(1));
        });
        long first = events.of(KeyInstalled.class).get(0).number();
        assertThat(events.of(KeyInstalled.class).get(1).number()).isGreaterThan(first);
        assertThat(events.of(KeyRetired.class).get(0).number()).isEqualTo(first);
        assertThat(events.all.indexOf(events.of(KeyInstalled.class).get(0)))
                .isLessThan(events.all.indexOf(events.of(KeyRetired.class).get(0)));
    }

    @Test
    void theOldKeyIsRetiredBeforeTheNewOneIsTold() {
        use();
        keys.rotateNow();
        use();

        List<Object> turnover = events.all.stream()
                .filter(event -> event instanceof KeyInstalled || event instanceof KeyRetired)
                .toList();
        assertThat(turnover).hasSize(3);
        assertThat(turnover.get(1)).isInstanceOf(KeyRetired.class);
        assertThat(turnover.get(2)).isInstanceOf(KeyInstalled.class);
    }

    @Test
    void aListenerThatCausesFurtherEventsGetsThemInTheirOrder() {
        List<String> told = new ArrayList<>();
        KeyCacheEvents meddling = new KeyCacheEvents() {
            @Override
            public void onKeyInstalled(KeyInstalled event) {
                told.add("installed");
                keys.discardAll();
            }

            @Override
            public void onKeyRetired(KeyRetired event) {
                told.add("retired");
            }
        };
        keys = new EncryptionKeys<>(KeyCacheOptions.DEFAULTS, loads, kms, meddling);
        CompletableFuture<Void> unused = keys.ready(ORDERS);
        time.advance(SECOND);

        assertThat(told).containsExactly("installed", "retired");
    }

    @Test
    void whatAListenerThrowsCostsNothing() {
        KeyCacheEvents angry = new KeyCacheEvents() {
            @Override
            public void onMiss(Side side, Object identity) {
                throw new AssertionError();
            }

            @Override
            public void onHit(Side side, Object identity) {
                throw new AssertionError();
            }

            @Override
            public void onLoadStarted(LoadStarted event) {
                throw new AssertionError();
            }

            @Override
            public void onLoadEnded(LoadEnded event) {
                throw new AssertionError();
            }

            @Override
            public void onKeyInstalled(KeyInstalled event) {
                throw new AssertionError();
            }

            @Override
            public void onKeyRetired(KeyRetired event) {
                throw new AssertionError();
            }
        };
        keys = new EncryptionKeys<>(KeyCacheOptions.DEFAULTS, loads, kms, angry);
        assertThat(use()).isZero();
        assertThat(use()).isZero();
        keys.discardAll();
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void aClosedOneSaysSo() {
        use();
        keys.close();
        keys.close();
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThatIllegalStateException().isThrownBy(this::use).withMessage("The data keys are closed");
        assertThatIllegalStateException().isThrownBy(() -> keys.ready(ORDERS));
    }

    @Test
    void aKeyThatTheLoaderClosedIsAFailureNotAnEndlessLoop() {
        keys = new EncryptionKeys<>(
                KeyCacheOptions.DEFAULTS,
                loads,
                identity -> {
                    FakeKey key = kms.load(identity);
                    key.close();
                    return key;
                },
                events);
        assertThat(failure()).isEqualTo(ErrorCode.KEY_FAILURE);
    }
}
