// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random schedules of uses, prefetches, failures and jumps of the clock, against what the rules say on one page. */
@Timeout(600)
class DecryptionKeysModelTest {
    private static final double MAX_AGE = 3_600;
    private static final double REJECTED_FOR = 30;
    private static final double PATIENCE = 3_600;
    private static final double GAP = 600;
    private static final String SHARD = "shard";

    private record At(double now, double wall) {}

    /** The rules, for one thread and a cache that is large enough. Times are in seconds. */
    private static final class Model {
        private double now;
        private double wall;
        /** Of jumps of the wall clock. One for a run: after a jump forth and back it matters when somebody looked between. */
        private final int direction;

        private boolean down;
        private int loads;
        private final Map<String, At> opened = new HashMap<>();
        private final Map<String, At> rejected = new HashMap<>();
        private final Map<String, At> troubledSince = new HashMap<>();
        private final Map<String, At> troubledLast = new HashMap<>();

        private double age(At at) {
            return Math.max(now - at.now, wall - at.wall);
        }

        /** Null for a key, or the code of the failure. */
        ErrorCode use(String identity) {
            At at = new At(now, wall);
            At openedAt = opened.get(identity);
            if (openedAt != null && age(openedAt) < MAX_AGE) {
                return null;
            }
            At rejectedAt = rejected.get(identity);
            if (rejectedAt != null && age(rejectedAt) < REJECTED_FOR) {
                return ErrorCode.AUTHENTICATION_FAILED;
            }
            loads++;
            if (down) {
                return openedAt != null ? ErrorCode.KEY_UNAVAILABLE : trouble(identity, at);
            }
            if (identity.startsWith("garbage")) {
                rejected.put(identity, at);
                return ErrorCode.AUTHENTICATION_FAILED;
            }
            opened.put(identity, at);
            troubledSince.remove(identity);
            return null;
        }

        Model(Random random) {
            this.direction = random.nextBoolean() ? 1 : -1;
        }

        private ErrorCode trouble(String identity, At at) {
            At since = troubledSince.get(identity);
            if (since == null || age(troubledLast.get(identity)) >= GAP) {
                since = at;
                troubledSince.put(identity, at);
            }
            troubledLast.put(identity, at);
            return age(since) < PATIENCE ? ErrorCode.KEY_UNAVAILABLE : ErrorCode.KEY_FAILURE;
        }

        void advance(double seconds) {
            now += seconds;
            wall += seconds;
        }

        void discard() {
            opened.clear();
            rejected.clear();
            troubledSince.clear();
        }
    }

    @Test
    void itDoesWhatTheRulesSay() {
        long base = Long.getLong("test.seed", System.nanoTime());
        for (long seed = base; seed < base + 1_000; seed++) {
            run(seed, 1_000, true);
        }
    }

    @Test
    void howeverSmallItIsItGivesTheRightKeysAndKeepsToItsBound() {
        long base = Long.getLong("test.seed", System.nanoTime());
        for (long seed = base; seed < base + 1_000; seed++) {
            run(seed, 1 + (int) Math.floorMod(seed, 5L), false);
        }
    }

    private static void run(long seed, int maxCachedKeys, boolean exact) {
        Random random = new Random(seed);
        SimulatedEnvironment time = new SimulatedEnvironment(seed);
        FakeKeyService kms = new FakeKeyService();
        Model model = new Model(random);
        kms.behave(identity -> {
            if (model.down) {
                throw new TransientKeyException("down", null);
            }
            if (identity.startsWith("garbage")) {
                throw new AuthenticationFailedException("garbage", null);
            }
        });
        KeyCacheOptions options = KeyCacheOptions.builder()
                .maxCachedKeys(maxCachedKeys)
                .loadsPerSecond(10_000)
                .build();
        try (KeyLoads loads = new KeyLoads(options, time);
                DecryptionKeys<String, FakeKey> keys =
                        new DecryptionKeys<>(options, loads, kms, UnaryOperator.identity(), KeyCacheEvents.NONE)) {
            for (int step = 0; step < 100; step++) {
                String where = "-Dtest.seed=%d, step %d".formatted(seed, step);
                step(random, time, model, keys, exact, where);
                if (exact) {
                    assertThat(kms.loads()).as(where).isEqualTo(model.loads);
                }
                assertThat(keys.size()).as(where).isLessThanOrEqualTo(maxCachedKeys);
                assertThat(kms.undestroyed()).as(where).isLessThanOrEqualTo(maxCachedKeys);
            }
        }
        assertThat(kms.keys).as("-Dtest.seed=%d", seed).noneMatch(FakeKey::wasMisused);
        assertThat(kms.undestroyed()).as("-Dtest.seed=%d", seed).isZero();
    }

    private static void step(
            Random random,
            SimulatedEnvironment time,
            Model model,
            DecryptionKeys<String, FakeKey> keys,
            boolean exact,
            String where) {
        switch (random.nextInt(20)) {
            case 0 -> model.down = random.nextInt(3) > 0;
            case 1 -> {
                if (random.nextInt(4) == 0) {
                    keys.discardAll();
                    model.discard();
                }
            }
            case 2 -> {
                int jump = random.nextInt(2_000) * model.direction;
                time.setWallClock(Duration.ofSeconds(jump));
                model.wall += jump;
                advance(time, model, 1);
            }
            case 3, 4, 5, 6 -> advance(time, model, 1 + random.nextInt(random.nextBoolean() ? 20 : 500));
            case 7, 8 -> prefetch(random, model, keys, exact, where);
            default -> {
                String identity = identity(random);
                ErrorCode expected = model.use(identity);
                ErrorCode actual = use(keys, identity);
                if (exact) {
                    assertThat(actual).as(where).isEqualTo(expected);
                } else if (!model.down) {
                    // Whatever was evicted, a key that can be had is had, and one that cannot is not.
                    assertThat(actual == null).as(where).isEqualTo(!identity.startsWith("garbage"));
                }
            }
        }
    }

    private static void prefetch(
            Random random, Model model, DecryptionKeys<String, FakeKey> keys, boolean exact, String where) {
        List<String> batch = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            batch.add(identity(random));
        }
        Map<String, ErrorCode> expected = new HashMap<>();
        for (String identity : new TreeSet<>(batch)) {
            ErrorCode code = model.use(identity);
            if (code != null) {
                expected.put(identity, code);
            }
        }
        Map<String, ErrorCode> actual = new HashMap<>();
        keys.prefetch(SHARD, batch).forEach((identity, e) -> actual.put(identity, e.code()));
        if (exact) {
            assertThat(actual).as(where).isEqualTo(expected);
        } else {
            assertThat(batch).as(where).containsAll(Set.copyOf(actual.keySet()));
        }
    }

    private static String identity(Random random) {
        return (random.nextInt(4) == 0 ? "garbage " : "key ") + random.nextInt(6);
    }

    private static void advance(SimulatedEnvironment time, Model model, int seconds) {
        model.advance(seconds);
        time.advance(Duration.ofSeconds(seconds));
    }

    private static ErrorCode use(DecryptionKeys<String, FakeKey> keys, String identity) {
        try {
            String got = keys.use(
                    SHARD,
                    identity,
                    any -> {},
                    (key, n) -> {
                        key.use();
                        return key.identity;
                    },
                    0);
            assertThat(got).isEqualTo(identity);
            return null;
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
    }
}
