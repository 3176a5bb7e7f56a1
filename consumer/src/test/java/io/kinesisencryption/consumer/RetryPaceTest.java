// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.policy.HoldReason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryPaceTest {
    private List<Long> millis(RetryPace pace, int count) {
        return Stream.generate(() -> pace.after(HoldReason.KEY_UNAVAILABLE).toMillis())
                .limit(count)
                .toList();
    }

    @Test
    void anOutageIsRetriedAtHalfTheBackoffAtLeast() {
        assertThat(millis(new RetryPace(() -> 0), 11))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 15000L, 15000L, 15000L);
    }

    @Test
    void andAtTheWholeBackoffAtMost() {
        assertThat(millis(new RetryPace(() -> Math.nextDown(1.0)), 10))
                .containsExactly(199L, 399L, 799L, 1599L, 3199L, 6399L, 12799L, 25599L, 29999L, 29999L);
    }

    @Test
    void everythingElseIsRetriedEachMinute() {
        RetryPace pace = new RetryPace(() -> 0);
        for (HoldReason reason : EnumSet.of(
                HoldReason.KEY_REFUSED, HoldReason.BAD_RECORD, HoldReason.TOO_MANY_BAD_RECORDS, HoldReason.UNKNOWN)) {
            assertThat(pace.after(reason)).isEqualTo(Duration.ofMinutes(1));
        }
    }

    @Test
    void aSinkAndAnApplicationAreTriedAgainAsSoonAsAKeyService() {
        assertThat(new RetryPace(() -> 0).after(HoldReason.SINK_UNAVAILABLE)).isEqualTo(Duration.ofMillis(100));
        assertThat(new RetryPace(() -> 0).after(HoldReason.APPLICATION_FAILED)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void anOutageAfterAnotherReasonBeginsFast() {
        RetryPace pace = new RetryPace(() -> 0);
        millis(pace, 20);
        pace.after(HoldReason.UNKNOWN);

        assertThat(millis(pace, 2)).containsExactly(100L, 200L);
    }
}
