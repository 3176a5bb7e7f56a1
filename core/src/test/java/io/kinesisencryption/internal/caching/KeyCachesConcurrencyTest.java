// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caches under real threads. Latches order what must be ordered; no time decides anything. */
@Timeout(240)
class KeyCachesConcurrencyTest {
    private static final String ORDERS = "orders";
    private static final String SHARD = "shard";

    private final FakeKeyService kms = new FakeKeyService();
    private final RecordedEvents events = new RecordedEvents();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch release = new CountDownLatch(1);

    /** Of tests before this one, whose owners may be open still. */
    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();

    private KeyLoads loads;
    private EncryptionKeys<String, FakeKey> encryption;
    private DecryptionKeys<String, FakeKey> decryption;

    KeyCachesConcurrencyTest() {
        make(KeyCacheOptions.DEFAULTS);
    }

    private void make(KeyCacheOptions options) {
        if (loads != null) {
            loads.close();
        }
        loads = new KeyLoads(options);
        encryption = new EncryptionKeys<>(options, loads, kms, events);
        decryption = new DecryptionKeys<>(options, loads, kms, UnaryOperator.identity(), events);
    }

    @AfterEach
    void everyKeyIsDestroyedNoneWasMisusedAndNoThreadIsLeft() throws Exception {
        encryption.close();
        decryption.close();
        loads.close();
        threads.shutdownNow();
        assertThat(threads.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("kinesis-encryption-") && !threadsBefore.contains(thread)) {
                // A pool has ended a moment before its last thread has, which may still destroy what it loaded too
                // late.
                thread.join();
            }
        }
        assertThat(kms.keys).noneMatch(FakeKey::wasMisused);
        assertThat(kms.undestroyed()).isZero();
    }

    private void holdLoads() {
        kms.behave(identity -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new TransientKeyException("The call was interrupted", e);
            }
        });
    }

    private int encrypt() {
        return encryption.use(ORDERS, 1, 1, (key, n) -> key.use(n, n), 1);
    }

    private int decrypt(String identity) {
        return decryption.use(
                SHARD,
                identity,
                any -> {},
                (key, asked) -> {
                    assertThat(key.identity).isEqualTo(asked);
                    return key.use();
                },
                identity);
    }

    private <T> List<Future<T>> start(int count, Callable<T> work) {
        List<Future<T>> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            running.add(threads.submit(work));
        }
        return running;
    }

    private void untilMissed(int count) {
        while (events.misses.get() < count) {
            Thread.onSpinWait();
        }
    }

    private void untilLoading() {
        while (kms.running.get() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void manyThreadsOnAColdKeyThatEncryptsMakeOneCall() throws Exception {
        holdLoads();
        List<Future<Integer>> users = start(64, this::encrypt);
        untilMissed(64);
        release.countDown();
        for (Future<Integer> user : users) {
            assertThat(user.get()).isZero();
        }
        assertThat(kms.loads()).isEqualTo(1);
        assertThat(kms.last().records).hasValue(64);
    }

    @Test
    void manyThreadsOnAColdKeyThatDecryptsMakeOneCall() throws Exception {
        holdLoads();
        List<Future<Integer>> users = start(64, () -> decrypt("a"));
        untilMissed(64);
        release.countDown();
        for (Future<Integer> user : users) {
            assertThat(user.get()).isZero();
        }
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void theFailureOfALoadReachesAllWhoWait() throws Exception {
        AssertionError error = new AssertionError("a bug");
        kms.behave(identity -> {
            untilMissed(32);
            throw error;
        });
        List<Future<Integer>> users = start(16, this::encrypt);
        users.addAll(start(16, () -> decrypt("a")));
        for (Future<Integer> user : users) {
            assertThatThrownBy(user::get)
                    .cause()
                    .isInstanceOf(PermanentKeyException.class)
                    .hasCause(error);
        }
        assertThat(kms.loads()).isEqualTo(2);
    }

    @Test
    void anInterruptOfOneWhoEncryptsEndsItsWaitAndNotTheLoadOfOthers() throws Exception {
        interruptSome(this::encrypt);
    }

    @Test
    void anInterruptOfOneWhoDecryptsEndsItsWaitAndNotTheLoadOfOthers() throws Exception {
        interruptSome(() -> decrypt("a"));
    }

    private void interruptSome(Callable<Integer> use) throws Exception {
        holdLoads();
        List<Thread> toInterrupt = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger stillInterrupted = new AtomicInteger();
        List<Future<Integer>> interrupted = start(4, () -> {
            toInterrupt.add(Thread.currentThread());
            try {
                return use.call();
            } catch (KinesisEncryptionException e) {
                stillInterrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                throw e;
            }
        });
        List<Future<Integer>> others = start(4, use);
        untilMissed(8);

        toInterrupt.forEach(Thread::interrupt);

        for (Future<Integer> user : interrupted) {
            assertThatThrownBy(user::get)
                    .cause()
                    .isInstanceOf(TransientKeyException.class)
                    .hasMessageStartingWith("Interrupted");
        }
        assertThat(stillInterrupted).hasValue(4);
        assertThat(others).noneMatch(Future::isDone);
        release.countDown();
        for (Future<Integer> user : others) {
            assertThat(user.get()).isZero();
        }
        assertThat(kms.loads()).isEqualTo(1);
    }

    @Test
    void underContentionNoKeyIsUsedPastItsCapByCount() throws Exception {
        make(KeyCacheOptions.builder()
                .maxRecordsPerKey(5_000)
                .loadsPerSecond(10_000)
                .build());
        AtomicLong used = new AtomicLong();
        List<Future<Void>> users = start(8, () -> {
            Random random = new Random(Thread.currentThread().getId());
            for (int i = 0; i < 50_000; i++) {
                int records = 1 + random.nextInt(5);
                encryption.use(ORDERS, records, 0, (key, n) -> key.use(n, 0), records);
                used.addAndGet(records);
            }
            return null;
        });
        for (Future<Void> user : users) {
            user.get();
        }
        assertThat(kms.keys).allSatisfy(key -> assertThat(key.records.get()).isLessThanOrEqualTo(5_000));
        assertThat(kms.keys.stream().mapToLong(key -> key.records.get()).sum()).isEqualTo(used.get());
    }

    @Test
    void whateverIsRotatedDiscardedOrEvictedNoKeyIsUsedAfterItsDestruction() throws Exception {
        make(KeyCacheOptions.builder()
                .maxCachedKeys(4)
                .loadsPerSecond(10_000)
                .maxRecordsPerKey(1_000)
                .build());
        List<Future<Void>> users = start(6, () -> {
            Random random = new Random(Thread.currentThread().getId());
            for (int i = 0; i < 3_000; i++) {
                encrypt();
                decrypt("key " + random.nextInt(8));
                if (i % 30 == 0) {
                    disturb(random.nextInt(4));
                }
            }
            return null;
        });
        for (Future<Void> user : users) {
            user.get();
        }
    }

    private void disturb(int how) {
        switch (how) {
            case 0 -> encryption.rotateNow();
            case 1 -> encryption.discardAll();
            case 2 -> decryption.discardAll();
            default ->
                assertThat(decryption.prefetch(SHARD, List.of("key 1", "key 5", "key 7")))
                        .isEmpty();
        }
    }

    @Test
    void closingWhileALoadRunsEndsTheWaitsAndDestroysTheKey() throws Exception {
        holdLoads();
        List<Future<Integer>> users = start(4, this::encrypt);
        users.addAll(start(4, () -> decrypt("a")));
        untilMissed(8);
        untilLoading();
        encryption.close();
        decryption.close();
        for (Future<Integer> user : users) {
            assertThatThrownBy(user::get).cause().isInstanceOf(IllegalStateException.class);
        }
        release.countDown();
    }

    @Test
    void closingTheLoadsInterruptsTheCallThatRuns() throws Exception {
        holdLoads();
        List<Future<Integer>> users = start(2, this::encrypt);
        untilLoading();
        loads.close();
        for (Future<Integer> user : users) {
            assertThatThrownBy(user::get).cause().isInstanceOf(TransientKeyException.class);
        }
        assertThat(kms.running).hasValue(0);
    }

    @Test
    void aWaitOnARealClockIsBounded() {
        make(KeyCacheOptions.builder().maxWait(Duration.ofMillis(100)).build());
        holdLoads();
        assertThatThrownBy(this::encrypt)
                .isInstanceOf(TransientKeyException.class)
                .hasMessageEndingWith("(maxWait)");
        assertThatThrownBy(() -> decrypt("a")).isInstanceOf(TransientKeyException.class);
        assertThat(decryption.prefetch(SHARD, List.of("a", "b"))).containsOnlyKeys("a", "b");
        release.countDown();
    }

    @Test
    void loadsRunOnDaemonThreadsThatTakeNothingFromTheirCause() {
        ThreadLocal<String> request = new InheritableThreadLocal<>();
        request.set("of a request");
        List<String> seen = new ArrayList<>();
        kms.behave(identity -> seen.add(
                Thread.currentThread().getName() + Thread.currentThread().isDaemon() + request.get()));
        encrypt();
        assertThat(seen).containsExactly("kinesis-encryption-keys-1truenull");
    }
}
