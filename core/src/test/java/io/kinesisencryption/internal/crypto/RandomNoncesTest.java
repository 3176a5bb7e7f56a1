// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.Requirement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RandomNoncesTest {
    private static final int SIZE = NonceSource.SIZE_BYTES;

    private final AtomicInteger draws = new AtomicInteger();
    private final AtomicInteger counter = new AtomicInteger();
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final Queue<Runnable> sweeps = new ConcurrentLinkedQueue<>();
    private final RandomNonces nonces = new RandomNonces(this::draw, clock::get, this::later);

    private final Queue<Long> delays = new ConcurrentLinkedQueue<>();

    private void later(Runnable sweep, long delayNanos) {
        sweeps.add(sweep);
        delays.add(delayNanos);
    }

    /** Lets the time pass after which the sweep comes that was asked for, and lets it come. */
    private void sweep() {
        clock.addAndGet(101);
        assertThat(sweeps).hasSize(1);
        sweeps.remove().run();
    }

    /** Distinct by construction, none of them zero. */
    private byte[] draw(int size) {
        draws.incrementAndGet();
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining()) {
            bytes.putInt(-1).putInt(-1).putInt(counter.incrementAndGet());
        }
        return bytes.array();
    }

    private ByteBuffer next() {
        byte[] out = new byte[SIZE + 2];
        nonces.next(out, 1);
        assertThat(out[0]).isZero();
        assertThat(out[SIZE + 1]).isZero();
        return ByteBuffer.wrap(Arrays.copyOfRange(out, 1, SIZE + 1));
    }

    private static int untouched(byte[] ahead) {
        int count = 0;
        for (int i = 0; i < ahead.length; i += SIZE) {
            byte[] nonce = Arrays.copyOfRange(ahead, i, i + SIZE);
            count += Arrays.equals(nonce, new byte[SIZE]) ? 0 : 1;
        }
        return count;
    }

    @Test
    void sixtyFourAreDrawnAtOnceAndEachIsErasedWhenItIsUsed() {
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 1; i <= 64; i++) {
            assertThat(seen.add(next())).isTrue();
            assertThat(untouched(nonces.bytesAhead())).isEqualTo(64 - i);
        }
        assertThat(draws).hasValue(1);

        assertThat(seen.add(next())).isTrue();
        assertThat(draws).hasValue(2);
    }

    @Test
    void theyAreKeptFor100MillisecondsAndNoLonger() {
        next();
        clock.addAndGet(100);
        next();
        assertThat(draws).hasValue(1);
        byte[] old = nonces.bytesAhead();
        clock.addAndGet(1);
        next();

        assertThat(draws).hasValue(2);
        assertThat(untouched(old)).isZero();
    }

    @Test
    void aClockThatIsSetBackMakesThemStale() {
        next();
        clock.addAndGet(-1);
        next();

        assertThat(draws).hasValue(2);
    }

    @Test
    void anIdleProcessHoldsNoNoncesAndHasNoSweepToCome() {
        next();
        byte[] ahead = nonces.bytesAhead();
        assertThat(untouched(ahead)).isEqualTo(63);
        sweep();

        assertThat(untouched(ahead)).isZero();
        assertThat(sweeps).isEmpty();
        assertThat(next()).isNotEqualTo(ByteBuffer.allocate(SIZE));
        assertThat(draws).hasValue(2);
        assertThat(sweeps).as("the next batch has a sweep of its own").hasSize(1);
        assertThat(delays).containsExactly(101_000_000L, 101_000_000L);
    }

    @Test
    void oneSweepServesEveryBatchThatIsDrawnBeforeItComes() {
        for (int i = 0; i < 5 * 64; i++) {
            next();
        }
        assertThat(draws).hasValue(5);
        assertThat(sweeps).hasSize(1);
        clock.addAndGet(60);
        next();
        byte[] ahead = nonces.bytesAhead();
        clock.addAndGet(41);
        sweeps.remove().run();

        assertThat(untouched(ahead)).as("drawn 41 ms ago").isEqualTo(63);
        next();
        assertThat(draws).hasValue(6);
        sweep();
        assertThat(untouched(ahead)).isZero();
        assertThat(sweeps).isEmpty();
    }

    @Test
    void aSweepThatFindsNothingDoesNotComeAgain() {
        for (int i = 0; i < 64; i++) {
            next();
        }
        sweeps.remove().run();
        assertThat(sweeps).isEmpty();

        next();
        nonces.discardAll();
        sweeps.remove().run();
        assertThat(sweeps).isEmpty();
    }

    @Test
    void aClockThatIsSetBackDoesNotKeepThemFromBeingSwept() {
        next();
        byte[] ahead = nonces.bytesAhead();
        clock.addAndGet(-3_600_000);
        sweeps.remove().run();

        assertThat(untouched(ahead)).isZero();
    }

    @Test
    void whatCannotBeSweptIsNotKept() {
        RandomNonces closed = new RandomNonces(this::draw, clock::get, (sweep, delayNanos) -> {
            throw new RejectedExecutionException("closed");
        });
        Set<ByteBuffer> seen = new HashSet<>();
        seen.add(ByteBuffer.allocate(SIZE));
        for (int i = 0; i < 3; i++) {
            byte[] out = new byte[SIZE];
            closed.next(out, 0);
            assertThat(seen.add(ByteBuffer.wrap(out))).isTrue();
            assertThat(untouched(closed.bytesAhead())).isZero();
        }
    }

    @Test
    void discardAllErasesThemAndTheNextIsDrawnAnew() {
        ByteBuffer before = next();
        byte[] old = nonces.bytesAhead();
        nonces.discardAll();

        assertThat(untouched(old)).isZero();
        assertThat(next()).isNotEqualTo(before).isNotEqualTo(ByteBuffer.allocate(SIZE));
        assertThat(draws).hasValue(2);
    }

    @Test
    @Timeout(60)
    @Requirement("M28")
    void underContentionAndDiscardsNoneRepeatsAndNoneIsZero() throws Exception {
        Set<ByteBuffer> seen = ConcurrentHashMap.newKeySet();
        seen.add(ByteBuffer.allocate(SIZE));
        AtomicInteger repeated = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<Void>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Callable<Void> user = () -> {
                    for (int i = 0; i < 20_000; i++) {
                        byte[] out = new byte[SIZE];
                        nonces.next(out, 0);
                        if (!seen.add(ByteBuffer.wrap(out))) {
                            repeated.incrementAndGet();
                        }
                    }
                    return null;
                };
                running.add(threads.submit(user));
            }
            running.add(threads.submit(() -> {
                for (int i = 0; i < 5_000; i++) {
                    nonces.discardAll();
                    Runnable sweep = sweeps.poll();
                    if (sweep != null) {
                        sweep.run();
                    }
                }
                return null;
            }));
            for (Future<Void> future : running) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(repeated).hasValue(0);
        assertThat(seen).hasSize(80_001);
    }

    @Test
    @Requirement("M28")
    void theOperatingSystemsNoncesDiffer() {
        RandomNonces real = new RandomNonces((sweep, delayNanos) -> {});
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] out = new byte[SIZE];
            real.next(out, 0);
            assertThat(seen.add(ByteBuffer.wrap(out))).isTrue();
        }
    }

    /** Two of whom one is drawing the batch: made to meet, and not left to chance. */
    @Test
    @Timeout(60)
    void whoComesWhileABatchIsDrawnGetsANonceOfItsOwn() throws Exception {
        AtomicReference<RandomNonces> meeting = new AtomicReference<>();
        AtomicReference<byte[]> second = new AtomicReference<>();
        RandomNonces sharing = new RandomNonces(
                size -> {
                    if (size > SIZE) {
                        Thread other = new Thread(() -> {
                            byte[] out = new byte[SIZE];
                            meeting.get().next(out, 0);
                            second.set(out);
                        });
                        other.start();
                        join(other);
                    }
                    return draw(size);
                },
                clock::get,
                (sweep, delayNanos) -> {});
        meeting.set(sharing);
        byte[] first = new byte[SIZE];
        sharing.next(first, 0);

        assertThat(second.get()).isNotNull().isNotEqualTo(first).isNotEqualTo(new byte[SIZE]);
        assertThat(draws).hasValue(2);
        assertThat(untouched(sharing.bytesAhead())).isEqualTo(63);
    }

    @Test
    @Timeout(60)
    void whoDiscardsKeepsNobodyFromDrawingABatch() {
        Thread other = new Thread(nonces::discardAll);
        other.start();
        join(other);
        next();
        next();

        assertThat(draws).hasValue(1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
