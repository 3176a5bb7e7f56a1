// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.caching.KeyCacheEvents.LoadStarted;
import io.kinesisencryption.internal.materials.LeasedKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The design's sentences about the data keys of consumers, on a simulated clock. */
class DecryptionKeysTest {
    private static final String SHARD = "shardId-000000000000";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedEnvironment time = new SimulatedEnvironment(1).withoutJitter();
    private final FakeKeyService kms = new FakeKeyService();
    private final RecordedEvents events = new RecordedEvents();
    private KeyLoads loads;
    private DecryptionKeys<String, FakeKey> keys = make(KeyCacheOptions.DEFAULTS);

    private DecryptionKeys<String, FakeKey> make(KeyCacheOptions options) {
        loads = new KeyLoads(options, time);
        return new DecryptionKeys<>(options, loads, kms, UnaryOperator.identity(), events);
    }

    private String use(String identity) {
        return use(SHARD, identity);
    }

    private String use(String shard, String identity) {
        return keys.use(
                shard,
                identity,
                any -> {},
                (key, asked) -> {
                    key.use();
                    assertThat(key.identity).isEqualTo(asked);
                    return key.identity;
                },
                identity);
    }

    private KinesisEncryptionException failure(String identity) {
        try {
            use(identity);
        } catch (KinesisEncryptionException e) {
            return e;
        }
        throw new AssertionError("There was a key");
    }

    private static List<String> identities(String prefix, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
    }

    @AfterEach
    void everyKeyIsDestroyedInTheEndAndNoneWasMisused() {
        keys.close();
        loads.close();
        assertThat(kms.keys).noneMatch(FakeKey::wasMisused);
        assertThat(kms.undestroyed()).isZero();
    }

    @Test
    void aKeyIsLoadedOnce() {
        for (int i = 0; i < 1_000; i++) {
            use("a");
            use("b");
        }
        assertThat(kms.asked).containsExactly("a", "b");
        assertThat(events.hits).hasValue(1_998);
        assertThat(events.misses).hasValue(2);
    }

    @Test
    @Requirement("M31")
    void aHitOnTheHashAloneIsNoHit() {
        // Two strings of one hash code, as two envelopes may have one commitment.
        assertThat("Aa").hasSameHashCodeAs("BB");
        assertThat(use("Aa")).isEqualTo("Aa");
        assertThat(use("BB")).isEqualTo("BB");
        assertThat(kms.asked).containsExactly("Aa", "BB");
    }

    @Test
    void whatIsKeptIsTheSmallIdentityAndNotTheOneThatWasLookedUp() {
        List<String> kept = new ArrayList<>();
        keys = new DecryptionKeys<>(
                KeyCacheOptions.DEFAULTS,
                loads,
                kms,
                identity -> {
                    kept.add(identity);
                    return new String(identity.toCharArray());
                },
                events);
        use("a");
        use("a");
        assertThat(kept).as("not for a hit").containsExactly("a");
        assertThat(kms.asked.get(0)).isEqualTo("a").isNotSameAs(kept.get(0));
    }

    @Test
    void aKeyThatLandsBetweenTheLookUpAndTheLoadIsNotLoadedTwice() {
        List<String> asked = new ArrayList<>();
        keys = new DecryptionKeys<>(
                KeyCacheOptions.DEFAULTS,
                loads,
                kms,
                identity -> {
                    // Called after the look-up: another thread is quicker here, from beginning to end.
                    asked.add(identity);
                    if (asked.size() == 1) {
                        use(identity);
                    }
                    return identity;
                },
                events);
        use("a");
        assertThat(asked).hasSize(2);
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void ageIsAbsolute() {
        use("a");
        for (int i = 0; i < 59; i++) {
            time.advance(Duration.ofMinutes(1));
            use("a");
        }
        assertThat(kms.loads()).isEqualTo(1);
        time.advance(Duration.ofMinutes(1));
        use("a");
        assertThat(kms.loads()).isEqualTo(2);
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(events.retired()).containsExactly(KeyRetirement.EXPIRED);
    }

    @Test
    void ageIsTheLargerOfMonotonicAndWallTime() {
        use("a");
        time.suspend(Duration.ofHours(1));
        time.advance(SECOND);
        use("a");
        assertThat(kms.loads()).as("the wall clock counts").isEqualTo(2);
        time.setWallClock(Duration.ofDays(-1));
        time.advance(Duration.ofHours(1));
        use("a");
        assertThat(kms.loads()).as("the monotonic clock counts").isEqualTo(3);
    }

    @Test
    void anIdleConsumerHoldsNoKeyLongerThanItsGreatestAge() {
        use("a");
        time.advance(Duration.ofMinutes(61));
        assertThat(kms.last().isDestroyed()).isTrue();
        time.advance(Duration.ofDays(2));
        assertThat(keys.size()).isZero();
        assertThat(time.isIdle()).as("nothing is left to do").isTrue();
    }

    @Test
    void atMostSoManyKeysAreKeptAndOneInUseStays() {
        keys = make(KeyCacheOptions.builder()
                .maxCachedKeys(100)
                .loadsPerSecond(10_000)
                .build());
        use("in use");
        for (String identity : identities("key ", 0, 1_000)) {
            use(identity);
            use("in use");
            assertThat(keys.size()).isLessThanOrEqualTo(100);
            assertThat(kms.undestroyed()).isLessThanOrEqualTo(100);
        }
        assertThat(kms.loads()).isEqualTo(1_001);
        assertThat(events.retired()).hasSize(901).containsOnly(KeyRetirement.EVICTED);
    }

    @Test
    void aKeyThatIsEvictedInUseIsDestroyedWhenItsUseEnds() {
        keys = make(KeyCacheOptions.builder().maxCachedKeys(1).build());
        FakeKey evicted = keys.use(
                SHARD,
                "a",
                any -> {},
                (key, n) -> {
                    use("b");
                    assertThat(key.isDestroyed()).isFalse();
                    key.use();
                    return key;
                },
                0);
        assertThat(evicted.isDestroyed()).isTrue();
        assertThat(use("a")).isEqualTo("a");
    }

    @Test
    void oneLoadServesAllWhoWaitForItEvenIfItsKeyIsEvictedAtOnce() {
        keys = make(KeyCacheOptions.builder().maxCachedKeys(1).build());
        kms.behave(identity -> time.advance(SECOND));
        List<String> got = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            for (String identity : List.of("a", "b")) {
                time.execute(() -> got.add(use(identity)));
            }
        }
        time.advance(Duration.ofSeconds(3));
        assertThat(got).hasSize(40);
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void aRecordThatFailsItsTagDoesNotEvictAGoodKey() {
        use("a");
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> keys.use(
                            SHARD,
                            "a",
                            any -> {},
                            (key, n) -> {
                                throw new AuthenticationFailedException("tag", null);
                            },
                            0))
                    .isInstanceOf(AuthenticationFailedException.class);
        }
        use("a");
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void aRecordFailureIsAnsweredFromMemoryForAShortTime() {
        kms.behave(FakeKeyService::refuseGarbage);
        assertThat(failure("garbage")).hasNoCause();
        for (int i = 0; i < 29; i++) {
            time.advance(SECOND);
            assertThat(failure("garbage")).isInstanceOf(AuthenticationFailedException.class);
        }
        assertThat(kms.loads()).isEqualTo(1);
        time.advance(SECOND);
        failure("garbage");
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void aPermanentFailureIsAnsweredFromMemoryButNotForAWholeMinute() {
        kms.deny();
        assertThat(failure("a").code()).isEqualTo(ErrorCode.KEY_DENIED);
        assertThat(failure("a").code()).isEqualTo(ErrorCode.KEY_DENIED);
        assertThat(kms.loads()).isEqualTo(1);
        kms.work();
        time.advance(Duration.ofMinutes(1));
        use("a");
    }

    @Test
    void anAdmissionThatThrowsLoadsNothingAndIsNotRemembered() {
        PermanentKeyException refusal =
                new PermanentKeyException(ErrorCode.KEY_NOT_CONFIGURED, "Not a wrapping key of this reader", null);
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> keys.use(
                            SHARD,
                            "a",
                            identity -> {
                                asked.add(identity);
                                throw refusal;
                            },
                            (key, n) -> {
                                throw new AssertionError("used");
                            },
                            0))
                    .isSameAs(refusal);
        }

        assertThat(asked).containsExactly("a", "a", "a");
        assertThat(kms.loads()).isZero();
        assertThat(keys.size()).isZero();
        assertThat(events.misses).hasValue(0);
        assertThat(events.hits).hasValue(0);
        assertThat(events.all).isEmpty();
        assertThat(time.isIdle()).as("nothing is left to do").isTrue();

        assertThat(use("a")).isEqualTo("a");
        assertThat(kms.loads()).isEqualTo(1);
        assertThat(events.misses).hasValue(1);
    }

    @Test
    void aKeyThatIsHereNeedsNoAdmission() {
        use("a");
        String used = keys.use(
                SHARD,
                "a",
                identity -> {
                    throw new AssertionError("asked");
                },
                (key, n) -> key.identity,
                0);
        assertThat(used).isEqualTo("a");
        assertThat(events.hits).hasValue(1);
    }

    @Test
    void aTransientFailureIsNotAnsweredFromMemory() {
        kms.failTransiently();
        assertThat(failure("a")).isInstanceOf(TransientKeyException.class);
        kms.work();
        use("a");
    }

    @Test
    void theMemoryOfFailuresIsBoundedAndCostsNoKeyItsPlace() {
        keys = make(KeyCacheOptions.builder().loadsPerSecond(10_000).build());
        kms.behave(FakeKeyService::refuseGarbage);
        use("good");
        for (String identity : identities("garbage ", 0, 10_100)) {
            failure(identity);
        }
        use("good");
        assertThat(kms.loads()).isEqualTo(10_101);
        failure("garbage 0");
        assertThat(kms.loads()).as("the oldest was forgotten").isEqualTo(10_102);
        failure("garbage 10099");
        assertThat(kms.loads()).isEqualTo(10_102);
        assertThat(keys.size()).isEqualTo(1);
    }

    @Test
    void aTransientFailureOfAKeyNeverOpenedHereBecomesPermanentAfterAnHour() {
        kms.failTransiently();
        while (time.elapsed().compareTo(Duration.ofHours(1)) < 0) {
            assertThat(failure("new")).isInstanceOf(TransientKeyException.class);
            time.advance(Duration.ofMinutes(1));
        }
        assertThat(failure("new"))
                .isInstanceOf(PermanentKeyException.class)
                .hasMessage("A data key that was never opened here has failed for PT1H: KMS is throttling");
        kms.work();
        assertThat(use("new")).as("and is opened as soon as it can be").isEqualTo("new");
    }

    @Test
    void theHourBeginsAnewIfNobodyAskedForAWhile() {
        kms.failTransiently();
        failure("new");
        time.advance(Duration.ofHours(2));
        assertThat(failure("new")).isInstanceOf(TransientKeyException.class);
    }

    @Test
    void aTransientFailureOfAKeyThatWasOpenedHereStaysTransient() {
        use("known");
        kms.failTransiently();
        time.advance(Duration.ofHours(1));
        for (int i = 0; i < 180; i++) {
            assertThat(failure("known")).isInstanceOf(TransientKeyException.class);
            time.advance(Duration.ofMinutes(1));
        }
    }

    @Test
    void missesOfABatchAreLoadedInParallel() {
        kms.behave(identity -> time.advance(SECOND));
        use("here");
        Duration before = time.elapsed();
        List<String> batch = new ArrayList<>(identities("key ", 0, 16));
        batch.add("here");
        batch.add("key 3");

        assertThat(keys.prefetch(SHARD, batch)).isEmpty();

        assertThat(time.elapsed().minus(before)).isEqualTo(SECOND);
        assertThat(kms.loads()).isEqualTo(17);
        batch.forEach(this::use);
        assertThat(kms.loads()).isEqualTo(17);
        assertThat(events.misses).as("only the one before").hasValue(1);
    }

    @Test
    void prefetchKeepsToTheConcurrencyCapAndTheRate() {
        keys = make(KeyCacheOptions.builder()
                .maxConcurrentLoads(3)
                .loadsPerSecond(20)
                .build());
        List<Duration> began = new ArrayList<>();
        kms.behave(identity -> {
            began.add(time.elapsed());
            time.advance(Duration.ofMillis(100));
        });
        assertThat(keys.prefetch(SHARD, identities("key ", 0, 100))).isEmpty();
        assertThat(kms.mostRunning).hasValue(3);
        assertThatNoSecondHasMoreThan(20, began);
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
    }

    static void assertThatNoSecondHasMoreThan(int most, List<Duration> began) {
        for (int i = most; i < began.size(); i++) {
            assertThat(began.get(i).minus(began.get(i - most))).isGreaterThanOrEqualTo(SECOND);
        }
    }

    @Test
    void prefetchKeepsFailuresPerIdentity() {
        kms.behave(identity -> {
            FakeKeyService.refuseGarbage(identity);
            if (identity.equals("slow")) {
                throw new TransientKeyException("KMS is throttling", null);
            }
        });
        Map<String, KinesisEncryptionException> failures = keys.prefetch(SHARD, List.of("a", "garbage", "slow", "b"));
        assertThat(failures).containsOnlyKeys("garbage", "slow");
        assertThat(failures.get("garbage")).isInstanceOf(AuthenticationFailedException.class);
        assertThat(failures.get("slow")).isInstanceOf(TransientKeyException.class);
        assertThat(keys.prefetch(SHARD, List.of("a", "garbage", "b"))).containsOnlyKeys("garbage");
        assertThat(kms.loads()).isEqualTo(4);
    }

    @Test
    void prefetchIsBoundedAndInterruptible() {
        kms.behave(identity -> time.advance(Duration.ofDays(1)));
        assertThat(keys.prefetch(SHARD, List.of("a", "b")))
                .hasSize(2)
                .allSatisfy((identity, e) -> assertThat(e).isInstanceOf(TransientKeyException.class));
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(30));
        time.interruptNextWait();
        assertThat(keys.prefetch(SHARD, List.of("c", "d"))).hasSize(2);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aWaitIsBoundedAndOthersAreServedByTheSameLoadLater() {
        kms.behave(identity -> time.advance(Duration.ofSeconds(40)));
        assertThat(failure("a"))
                .isInstanceOf(TransientKeyException.class)
                .hasMessage("A data key was not loaded within PT30S (maxWait)");
        use("a");
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheLoad() {
        kms.behave(identity -> time.advance(SECOND));
        time.interruptNextWait();
        assertThat(failure("a").code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
        time.advance(SECOND);
        use("a");
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void aLoadThatCannotBeginInTimeIsRefusedWithoutACall() {
        keys = make(KeyCacheOptions.builder()
                .loadsPerSecond(1)
                .maxWait(Duration.ofSeconds(3))
                .build());
        Map<String, KinesisEncryptionException> failures = keys.prefetch(SHARD, identities("key ", 0, 10));
        assertThat(failures)
                .hasSize(7)
                .allSatisfy((identity, e) -> assertThat(e).isInstanceOf(TransientKeyException.class));
        time.advance(Duration.ofMinutes(1));
        assertThat(kms.loads()).isLessThanOrEqualTo(4);
    }

    @Test
    void keysThatWereOpenedHereGoFirstButNotAlone() {
        keys = make(KeyCacheOptions.builder().loadsPerSecond(10).build());
        List<String> known = identities("known ", 0, 40);
        known.forEach(this::use);
        time.advance(Duration.ofHours(1));
        int before = kms.loads();
        time.execute(() -> keys.prefetch("shard of garbage", identities("new ", 0, 100)));
        time.execute(() -> keys.prefetch("shard of old keys", known));
        time.advance(Duration.ofSeconds(4));

        List<String> order = kms.asked.subList(before + 10, before + 40);
        assertThat(order.stream().filter(identity -> identity.startsWith("known")))
                .hasSizeBetween(22, 23);
    }

    @Test
    void shardsTakeTurnsAtTheLimits() {
        keys = make(KeyCacheOptions.builder().loadsPerSecond(10).build());
        kms.behave(FakeKeyService::refuseGarbage);
        time.execute(() -> keys.prefetch("shard of garbage", identities("garbage ", 0, 10_000)));
        time.advance(Duration.ofMillis(1));
        Duration before = time.elapsed();
        for (String identity : identities("honest ", 0, 10)) {
            use("honest shard", identity);
        }
        // Each waits for one window at most, where it would wait for 28 s if it stood behind the garbage.
        assertThat(time.elapsed().minus(before)).isLessThan(Duration.ofSeconds(11));
        assertThat(kms.asked.stream().filter(identity -> identity.startsWith("honest")))
                .hasSize(10);
    }

    @Test
    void discardAllDropsTheKeysAtOnce() {
        use("a");
        keys.discardAll();
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        assertThat(keys.size()).isZero();
        assertThat(events.retired()).containsExactly(KeyRetirement.DISCARDED);
        use("a");
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void aLoadUnderWayDoesNotBringAKeyBackAfterDiscardAll() {
        kms.behave(identity -> {
            time.advance(SECOND);
            if (kms.loads() == 1) {
                keys.discardAll();
            }
        });
        assertThat(use("a")).as("whoever waited is served").isEqualTo("a");
        assertThat(kms.keys.get(0).isDestroyed()).isTrue();
        use("a");
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void closingEndsTheWaitOfOthers() {
        kms.behave(identity -> time.advance(Duration.ofSeconds(5)));
        time.schedule(keys::close, SECOND.toNanos());
        assertThatIllegalStateException().isThrownBy(() -> use("a")).withMessage("The data keys are closed");
        assertThat(time.elapsed()).isEqualTo(SECOND);
        time.advance(Duration.ofSeconds(5));
        assertThat(kms.last().isDestroyed()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> use("a"));
        assertThatIllegalStateException().isThrownBy(() -> keys.prefetch(SHARD, List.of("a")));
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void closingTheLoadsEndsTheWaitOfOthers() {
        keys = make(KeyCacheOptions.builder().loadsPerSecond(1).build());
        use("a");
        time.schedule(loads::close, Duration.ofMillis(10).toNanos());
        assertThat(failure("b")).isInstanceOf(TransientKeyException.class).hasMessageContaining("closed");
        assertThat(failure("c")).isInstanceOf(TransientKeyException.class).hasMessageContaining("closed");
    }

    @Test
    void whatALoaderThrowsIsAFailureOfTheKeyNotOfTheCache() {
        kms.behave(identity -> {
            throw new OutOfMemoryError("simulated");
        });
        assertThat(failure("a")).isInstanceOf(PermanentKeyException.class).hasCauseInstanceOf(OutOfMemoryError.class);
        kms.work();
        time.advance(Duration.ofSeconds(31));
        use("a");
    }

    @Test
    void aKeyThatSomebodyElseClosedIsLoadedAnew() {
        use("a");
        kms.last().close();
        use("a");
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void loadsTellWhyTheyAreMade() {
        use("a");
        keys.prefetch(SHARD, List.of("b"));
        assertThat(events.of(LoadStarted.class))
                .extracting(LoadStarted::reason)
                .containsExactly(KeyLoadReason.MISS, KeyLoadReason.PREFETCH);
    }

    @Test
    void writersGoBeforeReaders() {
        keys = make(KeyCacheOptions.builder().loadsPerSecond(5).build());
        time.execute(() -> keys.prefetch(SHARD, identities("key ", 0, 100)));
        time.advance(Duration.ofMillis(100));
        FakeKeyService writers = new FakeKeyService();
        try (EncryptionKeys<String, LeasedKey> writing =
                new EncryptionKeys<>(KeyCacheOptions.DEFAULTS, loads, writers::load, KeyCacheEvents.NONE)) {
            writing.use("orders", 1, 1, (key, n) -> n, 0);
            assertThat(time.elapsed()).as("the next free place").isEqualTo(SECOND);
        }
    }
}
