// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int PER_SECOND = 5;

    private final RateWindow window = new RateWindow(PER_SECOND);
    /** Overflows in the middle of each test, as the real one may. */
    private long now = Long.MAX_VALUE - SECOND;

    private List<Long> beginAllFor(long nanos) {
        List<Long> began = new ArrayList<>();
        for (long end = now + nanos; now - end < 0; now += SECOND / 100) {
            while (window.waitNanos(now) == 0) {
                window.begin(now);
                began.add(now);
            }
        }
        return began;
    }

    @Test
    void whatBeganWithoutAskingTakesThePlacesOfThoseThatAsk() {
        assertThat(beginAllFor(SECOND)).hasSize(PER_SECOND);
        for (int i = 0; i < 3; i++) {
            window.charge();
        }
        assertThat(beginAllFor(SECOND)).hasSize(PER_SECOND - 3);
        assertThat(beginAllFor(SECOND)).hasSize(PER_SECOND);
    }

    @Test
    void whatIsOwedIsNeverMoreThanASecondsWorth() {
        for (int i = 0; i < 1_000_000; i++) {
            window.charge();
        }
        assertThat(beginAllFor(SECOND)).isEmpty();
        assertThat(beginAllFor(SECOND)).hasSize(PER_SECOND);
    }

    @Test
    void overAnyLongTimeWhatBeganWithAndWithoutAskingKeepsToTheRate() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            RateWindow charged = new RateWindow(PER_SECOND);
            int began = 0;
            int seconds = 200;
            long start = now;
            while (now - start < seconds * SECOND) {
                if (charged.waitNanos(now) == 0) {
                    charged.begin(now);
                    began++;
                    if (random.nextInt(3) == 0) {
                        charged.charge();
                        began++;
                    }
                }
                now += random.nextInt((int) (SECOND / 10));
            }
            assertThat(began).as("seed %d", seed).isLessThanOrEqualTo(PER_SECOND * (seconds + 1));
        }
    }
}
