// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryPaceTest {
    private static final TransientKeyException DOWN = new TransientKeyException("down", null);

    private static List<Long> millis(RetryPace pace, int count) {
        return Stream.generate(() -> pace.after(DOWN).toMillis()).limit(count).toList();
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
        for (Throwable failure : List.of(
                new PermanentKeyException(ErrorCode.KEY_DISABLED, "disabled", null),
                new MalformedEnvelopeException("malformed", null),
                new IllegalStateException("closed"),
                new OutOfMemoryError())) {
            assertThat(pace.after(failure)).isEqualTo(Duration.ofMinutes(1));
        }
    }

    @Test
    void anOutageAfterAnotherReasonBeginsFast() {
        RetryPace pace = new RetryPace(() -> 0);
        millis(pace, 20);
        pace.after(new IllegalStateException());

        assertThat(millis(pace, 2)).containsExactly(100L, 200L);
    }
}
