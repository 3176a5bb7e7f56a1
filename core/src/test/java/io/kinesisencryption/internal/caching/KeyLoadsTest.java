// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.caching.KeyLoads.Kind;
import io.kinesisencryption.internal.materials.KeyServiceCalls;
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

    /** Loads that make several calls: when each was made, or why it was not. */
    private void submitCalls(KeyLoads on, Kind kind, String group, int calls, List<String> failures) {
        on.submit(kind, group, new KeyLoads.Load() {
            @Override
            public void run() {
                for (int i = 0; i < calls; i++) {
                    try {
                        KeyServiceCalls.begin();
                        began.add(time.elapsed());
                        order.add(group);
                        time.advance(Duration.ofMillis(8));
                    } catch (TransientKeyException e) {
                        failures.add(e.getMessage());
                    }
                }
            }

            @Override
            public void refuse(KeyFailure failure) {
                refused.add(group);
            }
        });
    }

    @Test
    void whateverTheLoadsNoSecondHasMoreCallsThanAllowed() {
        Random random = new Random(2);
        List<String> failures = new ArrayList<>();
        int expected = 0;
        for (int i = 0; i < 1_000; i++) {
            Kind kind = List.of(Kind.ENCRYPTION, Kind.KNOWN, Kind.NEW).get(random.nextInt(3));
            int calls = 1 + random.nextInt(8);
            expected += calls;
            submitCalls(loads, kind, "shard " + random.nextInt(5), calls, failures);
            time.advance(Duration.ofMillis(random.nextInt(180)));
        }
        time.advance(Duration.ofMinutes(1));
        assertThat(failures).isEmpty();
        assertThat(began).hasSize(expected);
        DecryptionKeysTest.assertThatNoSecondHasMoreThan(50, began);
    }

    @Test
    void shardsShareTheCallsHoweverManyALoadOfOneTakes() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            submitCalls(loads, Kind.NEW, "garbage", 8, failures);
        }
        // The first sixteen have all places; from here on both wait.
        time.advance(Duration.ofSeconds(3));
        order.clear();
        for (int i = 0; i < 200; i++) {
            submitCalls(loads, Kind.NEW, "honest", 1, failures);
        }
        time.advance(Duration.ofSeconds(6));
        assertThat(order.stream().filter("honest"::equals).count()).isBetween(130L, 160L);
        assertThat(order).hasSizeBetween(280, 300);
        assertThat(failures).isEmpty();
    }

    @Test
    void keysThatWereOpenedHereKeepThreeQuartersOfTheCalls() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            submitCalls(loads, Kind.NEW, "garbage", 8, failures);
        }
        for (int i = 0; i < 400; i++) {
            submitCalls(loads, Kind.KNOWN, "honest", 1, failures);
        }
        // The first sixteen end first.
        time.advance(Duration.ofSeconds(3));
        order.clear();
        time.advance(Duration.ofSeconds(6));
        assertThat(order).hasSizeBetween(280, 300);
        assertThat(order.stream().filter("honest"::equals).count()).isBetween(205L, 240L);
    }

    @Test
    void aWriterWaitsForNoFurtherCallsOfReaders() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            submitCalls(loads, Kind.NEW, "garbage", 8, failures);
        }
        time.advance(Duration.ofMillis(500));
        order.clear();
        began.clear();
        submitCalls(loads, Kind.ENCRYPTION, "writer", 2, failures);
        time.advance(Duration.ofMillis(600));
        assertThat(order).filteredOn("writer"::equals).hasSize(2);
        assertThat(order).filteredOn("garbage"::equals).hasSizeGreaterThan(14);
        assertThat(began.get(order.indexOf("writer")))
                .as("as soon as anybody may call again")
                .isEqualTo(began.get(0));
    }

    @Test
    void whatMayNotBeCalledNowIsNotAskedForAgainByTheSameLoad() {
        KeyCacheOptions slow = KeyCacheOptions.builder().loadsPerSecond(1).build();
        List<String> failures = new ArrayList<>();
        // Sixteen writers with three calls each take every place for 48 seconds; the reader's second call does not come
        // to its turn.
        try (KeyLoads onSlow = new KeyLoads(slow, time)) {
            submitCalls(onSlow, Kind.NEW, "reader", 4, failures);
            time.advance(Duration.ofMillis(100));
            for (int i = 0; i < 16; i++) {
                submitCalls(onSlow, Kind.ENCRYPTION, "writer", 3, new ArrayList<>());
            }
            time.advance(Duration.ofSeconds(31));
            assertThat(order).filteredOn("reader"::equals).hasSize(1);
            assertThat(failures)
                    .hasSize(3)
                    .allMatch(message -> message.contains("within 30 s: 1 a second are (loadsPerSecond)"));
        }
    }

    @Test
    void closingEndsTheWaitForAFurtherCall() {
        KeyCacheOptions slow = KeyCacheOptions.builder().loadsPerSecond(1).build();
        List<String> failures = new ArrayList<>();
        CacheEnvironment closedLater = new ForwardingEnvironment(time) {
            @Override
            public void close() {
                time.advance(Duration.ofSeconds(1));
            }
        };
        KeyLoads onSlow = new KeyLoads(slow, closedLater);
        submitCalls(onSlow, Kind.NEW, "reader", 3, failures);
        time.advance(Duration.ofMillis(100));

        onSlow.close();

        assertThat(failures).hasSize(2).allMatch(message -> message.contains("closed"));
    }

    @Test
    void anInterruptEndsTheWaitForAFurtherCall() {
        KeyCacheOptions slow = KeyCacheOptions.builder().loadsPerSecond(1).build();
        List<String> failures = new ArrayList<>();
        try (KeyLoads onSlow = new KeyLoads(slow, time)) {
            time.interruptNextWait();
            submitCalls(onSlow, Kind.NEW, "reader", 3, failures);
            time.advance(Duration.ofSeconds(5));
            assertThat(order).hasSize(1);
            assertThat(failures).hasSize(2).allMatch(message -> message.contains("Interrupted"));
            // What nobody waits for any longer takes no place.
            submitCalls(onSlow, Kind.NEW, "next", 1, failures);
            time.advance(Duration.ofMillis(1));
            assertThat(order).contains("next");
        }
    }

    @Test
    void whatTheClientRepeatsDelaysWhatBeginsNext() {
        loads.submit(Kind.NEW, "shard", new KeyLoads.Load() {
            @Override
            public void run() {
                KeyServiceCalls.begin();
                // The request, and thirty of it more.
                for (int i = 0; i < 31; i++) {
                    KeyServiceCalls.attempted();
                }
            }

            @Override
            public void refuse(KeyFailure failure) {
                throw new AssertionError(failure);
            }
        });
        time.advance(Duration.ofMillis(1));
        for (int i = 0; i < 100; i++) {
            submit(Kind.NEW, "shard", Duration.ZERO);
        }
        time.advance(Duration.ofMillis(900));
        assertThat(began).hasSize(50 - 31);
        time.advance(Duration.ofMillis(1_050));
        assertThat(began).hasSize(50 - 31 + 50);
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
