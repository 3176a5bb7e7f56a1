// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.junit.jupiter.api.Test;

class LeasedKeyTest {
    private static final class Key implements LeasedKey {
        private static final Leases<Key> LEASES =
                new Leases<>(AtomicIntegerFieldUpdater.newUpdater(Key.class, "leases"), Key::destroy);

        private final AtomicInteger destroyed = new AtomicInteger();

        @SuppressWarnings("UnusedVariable")
        private volatile int leases;

        @Override
        public boolean tryLease() {
            return LEASES.tryTake(this);
        }

        @Override
        public void release() {
            LEASES.end(this);
        }

        @Override
        public void close() {
            LEASES.close(this);
        }

        private void destroy() {
            destroyed.incrementAndGet();
        }
    }

    @Test
    void anIdleKeyIsDestroyedWhenItIsClosed() {
        Key key = new Key();
        key.close();
        key.close();

        assertThat(key.destroyed).hasValue(1);
        assertThat(key.tryLease()).isFalse();
    }

    @Test
    void aKeyInUseIsDestroyedWithItsLastLease() {
        Key key = new Key();
        assertThat(key.tryLease()).isTrue();
        assertThat(key.tryLease()).isTrue();
        key.close();
        assertThat(key.tryLease()).isFalse();
        key.release();
        assertThat(key.destroyed).hasValue(0);

        key.release();

        assertThat(key.destroyed).hasValue(1);
    }

    @Test
    void endingALeaseTwiceIsAnError() {
        Key key = new Key();
        assertThat(key.tryLease()).isTrue();
        key.release();

        assertThatIllegalStateException().isThrownBy(key::release);
    }

    @Test
    void underContentionAKeyIsNeverDestroyedWhileItIsLeased() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            for (int round = 0; round < 200; round++) {
                Key key = new Key();
                AtomicBoolean usedAfterDestruction = new AtomicBoolean();
                List<Callable<Void>> users = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    users.add(() -> {
                        while (key.tryLease()) {
                            if (key.destroyed.get() != 0) {
                                usedAfterDestruction.set(true);
                            }
                            key.release();
                        }
                        return null;
                    });
                }
                users.add(() -> {
                    key.close();
                    return null;
                });
                List<Future<Void>> running = new ArrayList<>();
                users.forEach(user -> running.add(threads.submit(user)));
                for (Future<Void> future : running) {
                    future.get();
                }
                assertThat(usedAfterDestruction).isFalse();
                assertThat(key.destroyed).hasValue(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
