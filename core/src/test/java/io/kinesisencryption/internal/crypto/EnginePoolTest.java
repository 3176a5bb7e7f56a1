// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.SeededRandom;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EnginePoolTest {
    private final AtomicInteger made = new AtomicInteger();
    private final EnginePool<Object> pool = new EnginePool<>(() -> {
        made.incrementAndGet();
        return new Object();
    });

    @Test
    void anEngineIsMadeOnceAndUsedAgain() throws Exception {
        Object engine = pool.take();
        pool.giveBack(engine);

        assertThat(pool.take()).isSameAs(engine);
        assertThat(made).hasValue(1);
    }

    @Test
    void nobodyGetsAnEngineThatAnotherHolds() throws Exception {
        Set<Object> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            assertThat(held.add(pool.take())).isTrue();
        }
    }

    @Test
    void whateverNumberIsGivenBackByWhateverThreadsFewAreKept() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            threads.add(new Thread(() -> pool.giveBack(new Object())));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(pool.idle()).isBetween(1, EnginePool.CAPACITY);
        pool.discardAll();
        assertThat(pool.idle()).isZero();
    }

    @Test
    void whatCannotBeMadeIsTheCallersError() {
        EnginePool<Object> none = new EnginePool<>(() -> {
            throw new NoSuchAlgorithmException("none");
        });
        assertThatThrownBy(none::take).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aClosedBlinderKeepsNoEngineThatKnowsItsKey() throws Exception {
        KeyBlinder blinder = new KeyBlinder(SeededRandom.create().bytes(32));
        Set<String> pseudonyms = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            pseudonyms.add(blinder.partitionKey("key"));
        }
        assertThat(pseudonyms).hasSize(1);
        assertThat(blinder.idleMacs()).isEqualTo(1);

        blinder.close();
        assertThat(blinder.idleMacs()).isZero();
        assertThatThrownBy(() -> blinder.hashKeyHigh("key")).isInstanceOf(IllegalStateException.class);
        assertThat(blinder.idleMacs()).isZero();
    }
}
