// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Holds of which KCL's own thread must return, because KCL's loop waits for it. Simulated threads run when the test runs them. */
class TakeoverTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());
    /** Of a key that stays enabled. */
    private final Keyring firstKeyring = Keyrings.awsKms(kms.createKey(), kms.client());

    private final KinesisEncryption encryption =
            Records.encryption(Keyrings.writeWithOneReadWithAny(keyring, firstKeyring));
    private final Wrapped wrapped = new Wrapped(encryption);
    private final RecordingApplication application = wrapped.application;

    private KinesisClientRecord sealed(int number) {
        return Records.sealedAlone(keyring, number, "order " + number);
    }

    /** Half a minute later, by which what is remembered of a refusal is forgotten. */
    private void enableKey() {
        kms.enableKey(keyArn);
        encryption.discardAll();
    }

    /** Hands over a batch that is held from its second record on, while KCL's loop waits, so that KCL's thread returns. */
    private void handOverHeldBatch() {
        KinesisClientRecord first = Records.sealedAlone(firstKeyring, 1, "order 1");
        KinesisClientRecord second = sealed(2);
        KinesisClientRecord third = sealed(3);
        application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
        kms.disableKey(keyArn);
        wrapped.loopWaits = () -> true;
        wrapped.shard.process(first, second, third);
        wrapped.loopWaits = () -> false;
        application.onBatch = input -> {};
    }

    /** Lets the thread that took over run, until it ends. */
    private void runTakeover() {
        wrapped.takeovers.remove().run();
    }

    @Test
    void kclsThreadReturnsAndAnotherOneDeliversTheRest() {
        handOverHeldBatch();
        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(wrapped.holds.events()).containsExactly("started KEY_DISABLED");
        assertThat(wrapped.takeovers).hasSize(1);

        wrapped.time.during(3, () -> enableKey());
        runTakeover();

        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3");
        assertThat(wrapped.holds.events())
                .containsExactly("started KEY_DISABLED", "holding KEY_DISABLED", "RESUMED KEY_DISABLED");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        RecordingApplication.checkpoint(application.batches.get(1).checkpointer());
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
    }

    @Test
    void noCheckpointPassesTheHeldRecordMeanwhile() {
        handOverHeldBatch();

        RecordingApplication.checkpoint(application.batches.get(0).checkpointer());

        assertThat(wrapped.shard.checkpointer.largestPermittedCheckpointValue()).isEqualTo(Records.position(3));
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
    }

    @Test
    void furtherBatchesQueueUpBehindItWhileTheLoopStillWaits() {
        handOverHeldBatch();
        enableKey();
        KinesisClientRecord fourth = sealed(4);
        KinesisClientRecord fifth = sealed(5);
        wrapped.loopWaits = () -> true;
        wrapped.shard.process(fourth);
        wrapped.shard.process(fifth);
        assertThat(application.delivered()).containsExactly("order 1");

        runTakeover();

        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4", "order 5");
        assertThat(wrapped.takeovers).isEmpty();
    }

    @Test
    void onceTheLoopGoesOnTheNextBatchWaitsForItAndIsDeliveredByKclsThread() throws Exception {
        handOverHeldBatch();
        enableKey();
        KinesisClientRecord fourth = sealed(4);
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Thread> deliveredBy = new CompletableFuture<>();
        wrapped.loopWaits = () -> {
            waiting.countDown();
            return false;
        };
        application.onBatch = input -> {
            if (RecordingApplication.texts(input).contains("order 4")) {
                deliveredBy.complete(Thread.currentThread());
            }
        };
        Thread kcl = new Thread(() -> wrapped.shard.process(fourth));
        kcl.start();
        assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(deliveredBy).isNotDone();

        runTakeover();
        kcl.join(60_000);

        assertThat(deliveredBy).isCompletedWithValue(kcl);
        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4");
    }

    @Test
    void afterItHasEndedKclsThreadHoldsAgain() {
        handOverHeldBatch();
        enableKey();
        runTakeover();

        wrapped.time.during(wrapped.time.waits().size() + 1, wrapped.factory::stopWaiting);
        wrapped.shard.process(sealed(4), Records.tampered(encryption, 5, "order 5"));

        assertThat(wrapped.takeovers).isEmpty();
        assertThat(application.delivered()).endsWith("order 3", "order 4");
        assertThat(wrapped.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
    }

    @Test
    void whatTheApplicationThrowsThereIsPassedOverAsKclDoes() {
        handOverHeldBatch();
        enableKey();
        application.onBatch = input -> {
            if (application.batches.size() == 2) {
                throw new AssertionError("application");
            }
        };
        KinesisClientRecord fourth = sealed(4);

        runTakeover();
        wrapped.shard.process(fourth);

        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4");
    }

    @Test
    void nothingIsLostIfItCannotBeToldWhetherTheLoopWaits() throws Exception {
        handOverHeldBatch();
        KinesisClientRecord fourth = Records.sealedAlone(firstKeyring, 4, "order 4");
        KinesisClientRecord fifth = Records.sealedAlone(firstKeyring, 5, "order 5");
        enableKey();
        CountDownLatch asked = new CountDownLatch(1);
        wrapped.loopWaits = () -> {
            asked.countDown();
            throw new StackOverflowError("simulated");
        };
        Thread kcl = new Thread(() -> {
            wrapped.shard.process(fourth);
            wrapped.shard.process(fifth);
        });
        kcl.start();
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

        runTakeover();
        kcl.join(60_000);

        assertThat(application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4", "order 5");
    }

    /** As where there is no memory or stack left. */
    @Test
    void aBatchThatCannotEvenBeLookedAtHaltsTheShard() {
        List<KinesisClientRecord> broken = new AbstractList<>() {
            @Override
            public KinesisClientRecord get(int index) {
                throw new StackOverflowError("simulated");
            }

            @Override
            public int size() {
                throw new StackOverflowError("simulated");
            }
        };

        wrapped.processor.processRecords(
                ProcessRecordsInput.builder().records(broken).build());
        wrapped.shard.process(sealed(2));

        assertThat(application.batches).isEmpty();
        assertThatThrownBy(wrapped.shard::end).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stopWaitingEndsItAndHaltsTheShard() {
        handOverHeldBatch();
        wrapped.factory.stopWaiting();

        runTakeover();
        wrapped.shard.process(Records.stored(4, new byte[0]));

        assertThat(application.delivered()).containsExactly("order 1");
        assertThat(wrapped.holds.events()).containsExactly("started KEY_DISABLED", "HALTED KEY_DISABLED");
        assertThatThrownBy(wrapped.shard::end).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void withoutAThreadKclsOwnHolds() {
        DecryptingShardRecordProcessor processor = new DecryptingShardRecordProcessor(
                application,
                Records.ORDERS,
                stored -> {
                    if (wrapped.time.waits().size() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return List.of(stored);
                },
                wrapped.time.environment(
                        wrapped.holds,
                        task -> {
                            throw new OutOfMemoryError("unable to create native thread");
                        },
                        loop -> true,
                        FailurePolicies.DEFAULTS,
                        null));

        new KclShard(processor).process(Records.stored(1, new byte[0]));

        assertThat(application.batches).hasSize(1);
    }

    /** Calls of KCL's that come while a batch is held elsewhere. Each comes on a thread of its own and finds the other thread at work. */
    @Nested
    class OtherCalls {
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        /** Runs KCL's call while the takeover holds, and returns once both have ended. */
        private void during(Runnable call) throws Exception {
            CountDownLatch holding = new CountDownLatch(1);
            CountDownLatch called = new CountDownLatch(1);
            wrapped.time.during(2, () -> {
                holding.countDown();
                await(called);
            });
            Thread takeover = new Thread(TakeoverTest.this::runTakeover);
            takeover.start();
            assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();
            Thread calling = new Thread(() -> {
                try {
                    call.run();
                    ended.complete(null);
                } catch (Throwable e) {
                    ended.completeExceptionally(e);
                }
            });
            calling.start();
            awaitTimedWaiting(calling);
            called.countDown();
            takeover.join(60_000);
            calling.join(60_000);
            assertThat(takeover.isAlive() || calling.isAlive()).isFalse();
        }

        private void awaitTimedWaiting(Thread thread) throws Exception {
            Await.until(
                    "the call waits for the takeover",
                    () -> thread.getState() == Thread.State.TIMED_WAITING,
                    thread::getState);
        }

        private void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Test
        void aLostLeaseEndsTheHoldFirst() throws Exception {
            handOverHeldBatch();

            during(wrapped.shard::loseLease);

            assertThat(ended).isCompleted();
            assertThat(application.events).endsWith("processRecords 1", "leaseLost");
            assertThat(wrapped.holds.events()).containsExactly("started KEY_DISABLED", "HALTED KEY_DISABLED");
        }

        @Test
        void nothingThatQueuedUpBehindAGivenUpRecordIsDelivered() throws Exception {
            handOverHeldBatch();
            wrapped.loopWaits = () -> true;
            KinesisClientRecord plain = Records.stored(5, new byte[0]);
            enableKey();
            KinesisClientRecord fourth = sealed(4);
            kms.disableKey(keyArn);
            wrapped.shard.process(fourth);
            wrapped.loopWaits = () -> false;

            during(() -> {
                enableKey();
                wrapped.shard.loseLease();
            });
            wrapped.shard.process(plain);

            assertThat(application.delivered()).containsExactly("order 1");
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void aRequestedShutdownEndsTheHoldFirstAndItsCheckpointIsClamped() throws Exception {
            handOverHeldBatch();

            during(wrapped.shard::requestShutdown);

            assertThat(ended).isCompleted();
            assertThat(application.events).endsWith("processRecords 1", "shutdownRequested");
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void theEndOfTheShardWaitsForTheHold() throws Exception {
            handOverHeldBatch();
            wrapped.time.during(3, () -> enableKey());

            during(() -> {
                wrapped.shard.end();
            });

            assertThat(ended).isCompleted();
            assertThat(application.events).endsWith("processRecords 2", "shardEnded");
            assertThat(wrapped.shard.checkpoint()).isEqualTo(ExtendedSequenceNumber.SHARD_END);
        }

        @Test
        void theEndOfTheShardIsRefusedIfTheHoldIsGivenUp() throws Exception {
            handOverHeldBatch();
            wrapped.time.during(3, wrapped.factory::stopWaiting);

            during(wrapped.shard::end);

            assertThat(ended).isCompletedExceptionally();
            assertThat(application.events).doesNotContain("shardEnded");
            assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(1));
        }

        @Test
        void anInterruptOfAWaitingCallGivesTheHoldUp() throws Exception {
            handOverHeldBatch();
            wrapped.time.during(3, () -> enableKey());
            CountDownLatch called = new CountDownLatch(1);
            CountDownLatch holding = new CountDownLatch(1);
            wrapped.time.during(2, () -> {
                holding.countDown();
                await(called);
            });
            Thread takeover = new Thread(TakeoverTest.this::runTakeover);
            takeover.start();
            assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            Thread calling = new Thread(() -> {
                wrapped.shard.process(Records.stored(4, new byte[0]));
                flag.complete(Thread.currentThread().isInterrupted());
            });
            calling.start();
            awaitTimedWaiting(calling);

            calling.interrupt();
            assertThat(flag.get(60, TimeUnit.SECONDS)).isTrue();
            called.countDown();
            takeover.join(60_000);

            assertThat(application.delivered()).containsExactly("order 1");
            assertThat(wrapped.holds.events()).endsWith("HALTED KEY_DISABLED");
        }

        @Test
        void anInterruptedShutdownRequestDoesNotCheckpointWhatTheApplicationIsStillGiven() throws Exception {
            handOverHeldBatch();
            kms.enableKey(keyArn);
            CountDownLatch delivering = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            List<ExtendedSequenceNumber> checkpointsMeanwhile = new CopyOnWriteArrayList<>();
            application.onBatch = input -> {
                delivering.countDown();
                awaitThroughInterrupts(finish, interrupted);
                checkpointsMeanwhile.add(wrapped.shard.checkpoint());
            };
            Thread takeover = new Thread(TakeoverTest.this::runTakeover);
            takeover.start();
            assertThat(delivering.await(60, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            Thread calling = new Thread(() -> {
                wrapped.shard.requestShutdown();
                flag.complete(Thread.currentThread().isInterrupted());
            });
            calling.start();
            awaitTimedWaiting(calling);

            calling.interrupt();
            assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
            finish.countDown();
            takeover.join(60_000);
            calling.join(60_000);

            assertThat(checkpointsMeanwhile).containsExactly(Records.position(1));
            assertThat(application.events).endsWith("processRecords 2", "shutdownRequested");
            assertThat(flag).isCompletedWithValue(true);
        }

        /** What an application does that does not care for interrupts. */
        private void awaitThroughInterrupts(CountDownLatch latch, CountDownLatch interrupted) {
            while (true) {
                try {
                    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
                    return;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        }
    }
}
