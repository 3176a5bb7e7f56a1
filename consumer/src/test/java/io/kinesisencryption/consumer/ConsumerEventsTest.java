// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.ConsumerListener.Outcome;
import io.kinesisencryption.consumer.policy.HoldReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsumerEventsTest {
    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    private static Hold hold(int attempts) {
        return new Hold(
                Records.ORDERS,
                "shard",
                "1",
                null,
                Instant.EPOCH,
                attempts,
                new IllegalStateException(),
                HoldReason.UNKNOWN,
                1);
    }

    private Integer next() throws InterruptedException {
        return seen.poll(60, TimeUnit.SECONDS);
    }

    @Test
    void eventsComeInOrderOnOneThreadThatIsNotTheHoldingOne() throws Exception {
        ConsumerEvents events = ConsumerEvents.onOwnThread(new ConsumerListener() {
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
        ConsumerEvents events = ConsumerEvents.onOwnThread(new ConsumerListener() {
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
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

        for (int i = 1; i <= 1100; i++) {
            events.stillHolding(hold(i));
        }
        release.countDown();

        for (int expected : IntStream.rangeClosed(0, 1024).toArray()) {
            assertThat(next()).isEqualTo(expected);
        }
    }

    @Test
    void batchesLeaveRoomForShardsThatWait() {
        Queue<Runnable> later = new ArrayDeque<>();
        List<String> told = new ArrayList<>();
        ConsumerEvents events = new ConsumerEvents(
                new ConsumerListener() {
                    @Override
                    public void onBatchReceived(BatchReceived batch) {
                        told.add("received");
                    }

                    @Override
                    public void onDelivered(Delivered delivery) {
                        told.add("delivered");
                    }

                    @Override
                    public void onHoldStarted(Hold hold) {
                        told.add("started");
                    }
                },
                later::add);
        for (int i = 0; i < 1000; i++) {
            events.received(new BatchReceived(Records.ORDERS, "shard", 1, 1, 1, Duration.ZERO, null));
            events.delivered(new Delivered(Records.ORDERS, "shard", 1, 0, 1, 1, Duration.ZERO, Duration.ZERO, null));
        }
        for (int i = 0; i < 1000; i++) {
            events.started(hold(1));
        }
        assertThat(later).hasSize(1024);
        later.forEach(Runnable::run);

        assertThat(Collections.frequency(told, "received")).isEqualTo(256);
        assertThat(Collections.frequency(told, "delivered")).isEqualTo(256);
        assertThat(Collections.frequency(told, "started")).isEqualTo(512);

        later.clear();
        events.started(hold(1));
        assertThat(later).hasSize(1);
    }

    @Test
    void anExecutorThatCannotStartAThreadHoldsUpNobody() {
        ConsumerEvents events = new ConsumerEvents(new ConsumerListener() {}, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        events.started(hold(1));
    }

    @Test
    void aListenerWithoutMethodsOfItsOwnIsFine() {
        ConsumerEvents events = new ConsumerEvents(ConsumerListener.NONE, Runnable::run);

        events.started(hold(1));
        events.stillHolding(hold(2));
        events.ended(hold(3), Outcome.HALTED);
    }
}
