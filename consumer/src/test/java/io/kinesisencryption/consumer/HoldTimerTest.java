// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.HoldTimer.Wake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The machine's clock. An hour stands for "would never come back within this test". */
class HoldTimerTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final HoldTimer timer = new HoldTimer.OfTheSystem();

    /** Starts a wait on a thread of its own, and returns once that thread waits. */
    private Thread waiting(CompletableFuture<Wake> wake, CompletableFuture<Boolean> interrupted) {
        Thread thread = new Thread(() -> {
            Wake ended = timer.await(HOUR, () -> false);
            interrupted.complete(Thread.currentThread().isInterrupted());
            wake.complete(ended);
        });
        thread.setDaemon(true);
        thread.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(System.nanoTime()).as("the thread waits within 60 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void aWaitThatNothingEndsTakesItsTime() {
        long start = timer.nanoTime();

        assertThat(timer.await(Duration.ofMillis(5), () -> false)).isEqualTo(Wake.TIME);

        assertThat(timer.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(5).toNanos());
    }

    @Test
    void stoppingEndsAllWaitsAtOnceAndEveryLaterOne() throws Exception {
        CompletableFuture<Wake> first = new CompletableFuture<>();
        CompletableFuture<Wake> second = new CompletableFuture<>();
        waiting(first, new CompletableFuture<>());
        waiting(second, new CompletableFuture<>());

        timer.stop();
        timer.stop();

        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(Wake.STOPPED);
        assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(Wake.STOPPED);
        assertThat(timer.await(HOUR, () -> false)).isEqualTo(Wake.STOPPED);
    }

    @Test
    void theWaitingThreadIsAskedWhetherItMustLeaveAtFirstAndWhileItWaits() {
        List<Thread> asked = new ArrayList<>();

        assertThat(timer.await(HOUR, () -> true)).isEqualTo(Wake.LEFT);
        assertThat(timer.await(HOUR, () -> {
                    asked.add(Thread.currentThread());
                    return asked.size() == 3;
                }))
                .isEqualTo(Wake.LEFT);

        assertThat(asked).hasSize(3).containsOnly(Thread.currentThread());
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() throws Exception {
        CompletableFuture<Wake> wake = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

        waiting(wake, interrupted).interrupt();

        assertThat(wake.get(60, TimeUnit.SECONDS)).isEqualTo(Wake.INTERRUPTED);
        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
    }
}
