// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.HoldListener.Hold;
import io.kinesisencryption.consumer.HoldListener.Outcome;
import io.kinesisencryption.consumer.policy.HoldReason;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HoldEventsTest {
    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    private static Hold hold(int attempts) {
        return new Hold(
                Records.ORDERS,
                "shard",
                "1",
                Instant.EPOCH,
                attempts,
                new IllegalStateException(),
                HoldReason.UNKNOWN,
                1);
    }

    private Integer next() throws InterruptedException {
        return seen.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void eventsComeInOrderOnOneThreadThatIsNotTheHoldingOne() throws Exception {
        HoldEvents events = HoldEvents.onOwnThread(new HoldListener() {
            @Override
            public void onHoldStarted(Hold hold) {
                threads.add(Thread.currentThread());
                seen.add(hold.attempts());
            }

            @Override
            public void onStillHolding(Hold hold) {
                threads.add(Thread.currentThread());
                seen.add(hold.attempts());
            }

            @Override
            public void onHoldEnded(Hold hold, Outcome outcome) {
                threads.add(Thread.currentThread());
                seen.add(hold.attempts());
            }
        });

        events.started(hold(1));
        events.stillHolding(hold(2));
        events.ended(hold(3), Outcome.RESUMED);

        assertThat(List.of(next(), next(), next())).containsExactly(1, 2, 3);
        Thread listening = threads.remove();
        assertThat(threads).containsOnly(listening);
        assertThat(listening).isNotSameAs(Thread.currentThread());
        assertThat(listening.isDaemon()).isTrue();
    }

    @Test
    void aListenerThatBlocksHoldsUpNobodyAndLosesOnlyWhatDoesNotFit() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        HoldEvents events = HoldEvents.onOwnThread(new HoldListener() {
            @Override
            public void onStillHolding(Hold hold) {
                started.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                seen.add(hold.attempts());
            }
        });
        events.stillHolding(hold(0));
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        for (int i = 1; i <= 1100; i++) {
            events.stillHolding(hold(i));
        }
        release.countDown();

        for (int expected : IntStream.rangeClosed(0, 1024).toArray()) {
            assertThat(next()).isEqualTo(expected);
        }
    }

    @Test
    void anExecutorThatCannotStartAThreadHoldsUpNobody() {
        HoldEvents events = new HoldEvents(new HoldListener() {}, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        events.started(hold(1));
    }

    @Test
    void aListenerWithoutMethodsOfItsOwnIsFine() {
        HoldEvents events = new HoldEvents(HoldListener.NONE, Runnable::run);

        events.started(hold(1));
        events.stillHolding(hold(2));
        events.ended(hold(3), Outcome.HALTED);
    }
}
