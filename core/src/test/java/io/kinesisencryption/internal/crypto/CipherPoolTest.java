// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

class CipherPoolTest {
    private final CipherPool pool = new CipherPool(new JcaAlgorithms(null));
    private final long owner = CipherPool.newOwner();
    private final long another = CipherPool.newOwner();

    private Cipher useOnce(long whose, int hash) throws Exception {
        int place = pool.take(whose, hash);
        Cipher cipher = pool.cipher(place);
        pool.giveBack(place, whose);
        return cipher;
    }

    @Test
    void noTwoOwnersHaveTheSameNumber() {
        assertThat(another).isNotEqualTo(owner);
    }

    @Test
    void anOwnerGetsItsOwnCipherBack() throws Exception {
        Cipher own = useOnce(owner, 7);
        Cipher others = useOnce(another, 7);

        assertThat(others).isNotSameAs(own);
        assertThat(useOnce(owner, 7)).isSameAs(own);
        assertThat(useOnce(another, 7)).isSameAs(others);
    }

    @Test
    void aCipherInUseIsNeverHandedOut() throws Exception {
        Set<Cipher> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 20; i++) {
            assertThat(inUse.add(pool.cipher(pool.take(i % 2 == 0 ? owner : another, 7))))
                    .isTrue();
        }
    }

    @Test
    void anOwnerKeepsAFewAndNoMore() {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            taken.add(pool.take(owner, 7));
        }
        for (int place : taken) {
            pool.giveBack(place, owner);
        }

        assertThat(pool.idle()).isEqualTo(8);
    }

    @Test
    void whereThePlacesAreTakenAnIdleCipherChangesHands() throws Exception {
        Set<Cipher> idle = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            places.add(pool.take(another, 7));
            idle.add(pool.cipher(places.get(i)));
        }
        places.forEach(place -> pool.giveBack(place, another));
        Cipher stolen = useOnce(owner, 7);

        assertThat(idle).contains(stolen);
        assertThat(useOnce(owner, 7)).isSameAs(stolen);
    }

    @Test
    void whereAllPlacesButOneAreInUseTheCipherOfThatOneChangesHands() throws Exception {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            places.add(pool.take(another, 7));
        }
        for (int place : places) {
            Cipher idle = pool.cipher(place);
            pool.giveBack(place, another);

            int taken = pool.take(owner, 7);
            assertThat(pool.cipher(taken)).isSameAs(idle);
        }
    }

    @Test
    void aCipherThatThrewIsNotHandedOutAgainAndItsPlaceIs() throws Exception {
        int place = pool.take(owner, 7);
        Cipher broken = pool.cipher(place);
        pool.drop(place);

        assertThat(pool.idle()).isZero();
        int next = pool.take(owner, 7);
        assertThat(next).isEqualTo(place);
        assertThat(pool.cipher(next)).isNotSameAs(broken);
    }

    @Test
    void manyOwnersKeepABoundedNumber() throws Exception {
        for (int hash = 0; hash < 100_000; hash++) {
            useOnce(CipherPool.newOwner(), hash * 0x9E3779B9);
        }

        assertThat(pool.idle()).isEqualTo(CipherPool.CAPACITY);
        pool.discardAll();
        assertThat(pool.idle()).isZero();
    }

    @Test
    void discardingDropsTheOwnersCiphersOnly() throws Exception {
        Cipher own = useOnce(owner, 7);
        Cipher others = useOnce(another, 7);
        pool.discard(owner, 7);

        assertThat(pool.idle()).isEqualTo(1);
        assertThat(useOnce(owner, 7)).isNotSameAs(own).isNotSameAs(others);
        assertThat(useOnce(another, 7)).isSameAs(others);
    }

    @Test
    void discardingEverythingLeavesACipherInUseToWhoUsesIt() throws Exception {
        int place = pool.take(owner, 7);
        Cipher used = pool.cipher(place);
        pool.discardAll();

        assertThat(pool.cipher(place)).isSameAs(used);
        assertThat(pool.cipher(pool.take(owner, 7))).isNotSameAs(used);
    }
}
