// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CipherPoolTest {
    private final CipherPool pool = new CipherPool(new JcaAlgorithms(null));
    private final Object owner = new Object();

    @Test
    void anOwnerGetsItsOwnCipherBack() throws Exception {
        CipherPool.Pooled own = pool.take(owner, 7);
        pool.giveBack(own, 7);
        CipherPool.Pooled others = pool.take(new Object(), 7);

        assertThat(others).isNotSameAs(own);
        pool.giveBack(others, 7);
        assertThat(pool.take(owner, 7)).isSameAs(own);
    }

    @Test
    void aCipherInUseIsNeverHandedOut() throws Exception {
        CipherPool.Pooled first = pool.take(owner, 7);

        assertThat(pool.take(owner, 7)).isNotSameAs(first);
    }

    @Test
    void anOwnerKeepsAFewAndNoMore() throws Exception {
        List<CipherPool.Pooled> taken = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            taken.add(pool.take(owner, 7));
        }
        for (CipherPool.Pooled pooled : taken) {
            pool.giveBack(pooled, 7);
        }

        assertThat(pool.idle()).isEqualTo(8);
    }

    @Test
    void whereThePlacesAreTakenAnIdleCipherChangesHands() throws Exception {
        List<CipherPool.Pooled> idle = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            idle.add(pool.take(new Object(), 7));
        }
        idle.forEach(pooled -> pool.giveBack(pooled, 7));
        CipherPool.Pooled stolen = pool.take(owner, 7);

        assertThat(idle).contains(stolen);
        pool.giveBack(stolen, 7);
        assertThat(pool.take(owner, 7)).isSameAs(stolen);
    }

    @Test
    void manyOwnersKeepABoundedNumber() throws Exception {
        for (int hash = 0; hash < 100_000; hash++) {
            pool.giveBack(pool.take(new Object(), hash * 0x9E3779B9), hash * 0x9E3779B9);
        }

        assertThat(pool.idle()).isEqualTo(CipherPool.CAPACITY);
        pool.discardAll();
        assertThat(pool.idle()).isZero();
    }

    @Test
    void discardingDropsTheOwnersCiphersOnly() throws Exception {
        CipherPool.Pooled own = pool.take(owner, 7);
        CipherPool.Pooled others = pool.take(new Object(), 7);
        pool.giveBack(own, 7);
        pool.giveBack(others, 7);
        pool.discard(owner, 7);

        assertThat(pool.idle()).isEqualTo(1);
        assertThat(pool.take(owner, 7)).isNotSameAs(own).isNotSameAs(others);
    }
}
