// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random schedules of uses, failures, jumps of the clock and rotations, against what the rules say on one page. */
@Timeout(600)
class EncryptionKeysModelTest {
    private static final String ORDERS = "orders";
    private static final long CAP = 320;
    private static final int LEAD = 32;
    private static final double REFRESH_AFTER = 300;
    private static final double GRACE = 30;
    private static final double MAX_AGE = 3_600;

    private enum Service {
        WORKS,
        IS_DOWN,
        DENIES
    }

    /** The rules, for one thread and loads that take no time. Times are in seconds. */
    private static final class Model {
        private double now;
        private double wall;
        /** Of jumps of the wall clock. One for a run: after a jump forth and back it matters when somebody looked between. */
        private final int direction;

        private Service service = Service.WORKS;
        private int loads;

        private int key = -1;
        private int keys;
        private double keyAt;
        private double keyWallAt;
        private long used;
        private boolean rotated;

        private ErrorCode failure;
        private int failures;
        private double retryAt;
        private boolean loadInBackground;

        Model(Random random) {
            this.direction = random.nextBoolean() ? 1 : -1;
        }

        /** A key's number, or the code of the failure. */
        Object use(long records) {
            while (true) {
                drop();
                if (key >= 0 && usable()) {
                    loadInBackground |= (overdue() || nearlyUsedUp()) && mayTry();
                    if (used + records <= CAP) {
                        used += records;
                        return key;
                    }
                    key = -1;
                }
                if (!loadInBackground && !mayTry()) {
                    return failure;
                }
                ErrorCode failed = load();
                if (failed != null && !(key >= 0 && usable())) {
                    return failed;
                }
            }
        }

        private double age() {
            return Math.max(now - keyAt, wall - keyWallAt);
        }

        private boolean overdue() {
            return rotated || age() >= REFRESH_AFTER;
        }

        private boolean nearlyUsedUp() {
            return used > CAP - CAP / LEAD;
        }

        private boolean usable() {
            if (!overdue()) {
                return true;
            }
            return failure == null ? !rotated && age() < REFRESH_AFTER + GRACE : failure == ErrorCode.KEY_UNAVAILABLE;
        }

        private boolean mayTry() {
            return failure == null || now >= retryAt;
        }

        private void drop() {
            if (key >= 0
                    && (age() >= MAX_AGE || (overdue() && failure != null && failure != ErrorCode.KEY_UNAVAILABLE))) {
                key = -1;
            }
        }

        private ErrorCode load() {
            loads++;
            loadInBackground = false;
            if (service == Service.WORKS) {
                key = keys++;
                keyAt = now;
                keyWallAt = wall;
                used = 0;
                rotated = false;
                failure = null;
                failures = 0;
                return null;
            }
            failure = service == Service.IS_DOWN ? ErrorCode.KEY_UNAVAILABLE : ErrorCode.KEY_DENIED;
            retryAt = now + 0.75 * Math.min(30, 0.25 * (1 << Math.min(failures++, 10)));
            drop();
            return failure;
        }

        void advance(double seconds) {
            if (loadInBackground) {
                load();
            }
            now += seconds;
            wall += seconds;
        }

        void rotate() {
            loadInBackground = false;
            failure = null;
            failures = 0;
            rotated = true;
        }

        void discard() {
            rotate();
            key = -1;
        }
    }

    @Test
    void itDoesWhatTheRulesSay() {
        long base = Long.getLong("test.seed", System.nanoTime());
        for (long seed = base; seed < base + 1_000; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        Random random = new Random(seed);
        SimulatedEnvironment time = new SimulatedEnvironment(seed).withoutJitter();
        FakeKeyService kms = new FakeKeyService();
        Model model = new Model(random);
        kms.behave(identity -> {
            if (model.service == Service.IS_DOWN) {
                throw new TransientKeyException("down", null);
            }
            if (model.service == Service.DENIES) {
                throw new PermanentKeyException(ErrorCode.KEY_DENIED, "denied", null);
            }
        });
        KeyCacheOptions options =
                KeyCacheOptions.builder().maxRecordsPerKey(CAP).build();
        try (KeyLoads loads = new KeyLoads(options, time);
                EncryptionKeys<String, FakeKey> keys = new EncryptionKeys<>(options, loads, kms, KeyCacheEvents.NONE)) {
            for (int step = 0; step < 150; step++) {
                step(random, time, model, keys, "-Dtest.seed=%d, step %d".formatted(seed, step));
                advance(time, model, 0);
                assertThat(kms.loads())
                        .as("-Dtest.seed=%d, step %d", seed, step)
                        .isEqualTo(model.loads);
            }
        }
        assertThat(kms.keys).as("-Dtest.seed=%d", seed).noneMatch(FakeKey::wasMisused);
        assertThat(kms.undestroyed()).as("-Dtest.seed=%d", seed).isZero();
        assertThat(kms.keys).as("-Dtest.seed=%d", seed).noneMatch(key -> key.records.get() > CAP);
    }

    private static void step(
            Random random, SimulatedEnvironment time, Model model, EncryptionKeys<String, FakeKey> keys, String where) {
        switch (random.nextInt(24)) {
            case 0 -> model.service = Service.IS_DOWN;
            case 1 -> model.service = Service.DENIES;
            case 2, 3 -> model.service = Service.WORKS;
            case 4 -> {
                // A use first: it drops a key that is to be dropped, which the sweep may or may not have done.
                assertThat(use(keys, 1)).as(where).isEqualTo(model.use(1));
                keys.rotateNow();
                model.rotate();
            }
            case 5 -> {
                keys.discardAll();
                model.discard();
            }
            case 6 -> {
                int jump = random.nextInt(4_000) * model.direction;
                time.setWallClock(Duration.ofSeconds(jump));
                model.wall += jump;
                advance(time, model, 1);
            }
            case 7, 8, 9, 10, 11, 12 -> advance(time, model, 1 + random.nextInt(random.nextBoolean() ? 20 : 400));
            default -> {
                int records = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 8);
                assertThat(use(keys, records)).as(where).isEqualTo(model.use(records));
            }
        }
    }

    private static void advance(SimulatedEnvironment time, Model model, int seconds) {
        model.advance(seconds);
        time.advance(Duration.ofSeconds(seconds));
    }

    private static Object use(EncryptionKeys<String, FakeKey> keys, int records) {
        try {
            return keys.use(ORDERS, records, 1, (key, n) -> key.use(n, 1), records);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
    }
}
