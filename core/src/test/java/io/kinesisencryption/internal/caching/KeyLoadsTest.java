// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.internal.caching.KeyLoads.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyLoadsTest {
    private final SimulatedEnvironment time = new SimulatedEnvironment(1);
    private final List<String> refused = new ArrayList<>();
    private final List<Duration> began = new ArrayList<>();
    private final List<String> order = new ArrayList<>();
    private final KeyLoads loads = new KeyLoads(KeyCacheOptions.DEFAULTS, time);

    private void submit(Kind kind, String group, Duration takes) {
        loads.submit(kind, group, new KeyLoads.Load() {
            @Override
            public void run() {
                began.add(time.elapsed());
                order.add(group);
                time.advance(takes);
            }

            @Override
            public void refuse(KeyFailure failure) {
                assertThat(failure.isTransient()).isTrue();
                refused.add(group);
            }
        });
    }

    private long waits(String group) {
        return refused.stream().filter(group::equals).count();
    }

    @AfterEach
    void close() {
        loads.close();
    }

    @Test
    void whateverTheArrivalsNoSecondHasMoreLoadsThanAllowed() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            Kind kind = List.of(Kind.ENCRYPTION, Kind.KNOWN, Kind.NEW).get(random.nextInt(3));
            submit(kind, "shard " + random.nextInt(5), Duration.ofMillis(8));
            time.advance(Duration.ofMillis(random.nextInt(random.nextBoolean() ? 1 : 60)));
        }
        time.advance(Duration.ofMinutes(1));
        assertThat(began).hasSize(2_000);
        DecryptionKeysTest.assertThatNoSecondHasMoreThan(50, began);
    }

    @Test
    void aGroupHasNoMoreLoadsWaitingThanCouldBeginInTime() {
        for (int i = 0; i < 2_000; i++) {
            submit(Kind.NEW, "shard", Duration.ZERO);
        }
        assertThat(refused).as("16 begin at once, 30 s of 50 wait").hasSize(2_000 - 16 - 1_500);
        time.advance(Duration.ofMinutes(1));
        assertThat(began).as("what waited 30 s is not begun").hasSize(1_500);
        assertThat(refused).hasSize(500);
    }

    @Test
    void whereVeryManyWaitANewGroupStillFindsRoom() {
        for (int group = 0; group < 20; group++) {
            for (int i = 0; i < 1_500; i++) {
                submit(Kind.NEW, "shard " + group, Duration.ofDays(1));
            }
        }
        // All places are taken by calls that do not end: everything else waits.
        assertThat(20 * 1_500 - refused.size()).isBetween(10_000, 10_000 + 20 * 16);
        submit(Kind.NEW, "honest shard", Duration.ZERO);
        assertThat(waits("honest shard")).isZero();
    }

    @Test
    void loadsOfKeysThatEncryptHavePlacesOfTheirOwn() {
        for (int i = 0; i < 16; i++) {
            submit(Kind.NEW, "hangs", Duration.ofDays(1));
        }
        submit(Kind.NEW, "reader", Duration.ZERO);
        submit(Kind.ENCRYPTION, "writer", Duration.ZERO);
        time.advance(Duration.ofSeconds(1));
        assertThat(order).contains("writer").doesNotContain("reader");
    }

    @Test
    void afterClosingEveryLoadIsRefused() {
        for (int i = 0; i < 60; i++) {
            submit(Kind.NEW, "shard", Duration.ZERO);
        }
        loads.close();
        assertThat(refused).hasSize(60 - 16);
        submit(Kind.NEW, "shard", Duration.ZERO);
        submit(Kind.ENCRYPTION, "stream", Duration.ZERO);
        assertThat(refused).hasSize(60 - 16 + 2);
        loads.close();
    }

    @Test
    void aLoadThatFindsNoThreadIsRefusedAndTheNextOneIsTriedAgain() {
        int[] threadsMissing = {20};
        CacheEnvironment poor = new ForwardingEnvironment(time) {
            @Override
            public void execute(Runnable task) {
                if (threadsMissing[0]-- > 0) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.execute(task);
            }
        };
        List<String> outcomes = new ArrayList<>();
        KeyLoads onPoor = new KeyLoads(KeyCacheOptions.DEFAULTS, poor);
        for (int i = 0; i < 24; i++) {
            onPoor.submit(Kind.NEW, "shard", new KeyLoads.Load() {
                @Override
                public void run() {
                    outcomes.add("loaded");
                }

                @Override
                public void refuse(KeyFailure failure) {
                    assertThat(failure.isTransient()).isTrue();
                    outcomes.add("refused");
                }
            });
        }
        time.advance(Duration.ofSeconds(1));

        assertThat(outcomes).hasSize(24);
        assertThat(outcomes).filteredOn("refused"::equals).hasSize(20);
    }
}
