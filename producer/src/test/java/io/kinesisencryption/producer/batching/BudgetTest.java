// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets room in the buffer, and when. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BudgetTest {
    private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);
    private static final int SMALL = 10;
    private static final int LARGE = 60;

    private final Budget budget = new Budget(100, 1000);
    private final List<Thread> threads = new ArrayList<>();

    private CompletableFuture<Boolean> taking(int sizeBytes, long timeoutNanos) {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                taken.complete(budget.take(sizeBytes, timeoutNanos));
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING && !taken.isDone()) {
            Thread.onSpinWait();
        }
        threads.add(thread);
        return taken;
    }

    private void fill() {
        for (int i = 0; i < 10; i++) {
            assertThat(budget.tryTake(SMALL)).isTrue();
        }
    }

    @Test
    void smallRecordsThatDoNotWaitCannotKeepALargeOneOut() {
        fill();
        CompletableFuture<Boolean> large = taking(LARGE, FOR_EVER);
        int small = 10;
        // It ends because the small ones are refused from some time on; the test's timeout is for a buffer that never
        // does that.
        while (!large.isDone()) {
            if (small > 0) {
                budget.give(SMALL, 1);
                small--;
            }
            if (budget.tryTake(SMALL)) {
                small++;
            }
        }
        assertThat(large).isCompletedWithValue(true);
        assertThat(budget.bytes()).isEqualTo(LARGE + (long) small * SMALL);
    }

    @Test
    void whoWaitsIsServedInTurn() {
        fill();
        CompletableFuture<Boolean> first = taking(LARGE, FOR_EVER);
        CompletableFuture<Boolean> second = taking(SMALL, FOR_EVER);
        budget.give(5 * SMALL, 5);
        assertThat(second).isNotDone();
        budget.give(SMALL, 1);
        assertThat(first.join()).isTrue();
        assertThat(second).isNotDone();
        budget.give(SMALL, 1);
        assertThat(second.join()).isTrue();
        assertThat(budget.records()).isEqualTo(5);
    }

    @Test
    void whoGivesUpWaitingLetsTheNextOneIn() throws InterruptedException {
        fill();
        CompletableFuture<Boolean> large = taking(LARGE, FOR_EVER);
        CompletableFuture<Boolean> small = taking(SMALL, FOR_EVER);
        budget.give(SMALL, 1);
        threads.get(0).interrupt();
        assertThat(small.join()).isTrue();
        assertThat(large)
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(InterruptedException.class);
        budget.give(SMALL, 1);
        assertThat(budget.tryTake(SMALL)).isTrue();
        assertThat(budget.take(SMALL, 0)).isFalse();
    }

    @Test
    void closingRefusesWhoWaits() {
        fill();
        List<CompletableFuture<Boolean>> waiting = List.of(taking(LARGE, FOR_EVER), taking(SMALL, FOR_EVER));
        budget.close();
        waiting.forEach(each -> assertThat(each.join()).isFalse());
    }
}
