// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.internal.caching.KeyLoads.Kind;
import io.kinesisencryption.internal.caching.KeyLoads.Waiting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys that were opened here before, and new ones: who of them goes first. */
class LoadOrderTest {
    private static final KeyLoads.Load NONE = new KeyLoads.Load() {
        @Override
        public void run() {
            throw new AssertionError("nothing is loaded here");
        }

        @Override
        public void refuse(KeyFailure failure) {
            throw new AssertionError("nothing is refused here");
        }
    };

    private final LoadOrder order = new LoadOrder(1_500);

    private void add(Kind kind, int count) {
        for (int i = 0; i < count; i++) {
            order.add(new Waiting(kind, "shard", NONE, 0));
        }
    }

    private void chargeNew(int calls) {
        for (int i = 0; i < calls; i++) {
            order.chargeCall(Kind.NEW, "garbage");
        }
    }

    private List<Kind> poll(int count) {
        List<Kind> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Waiting next = order.pollDecryption();
            assertThat(next).isNotNull();
            taken.add(next.kind());
        }
        return taken;
    }

    private void assertThatKnownGoBeforeTheNewOne(int count) {
        assertThat(poll(count)).containsOnly(Kind.KNOWN);
        assertThat(poll(1)).containsExactly(Kind.NEW);
    }

    @Test
    void threeKnownKeysGoBeforeANewOne() {
        add(Kind.NEW, 2);
        add(Kind.KNOWN, 10);

        assertThatKnownGoBeforeTheNewOne(3);
        assertThatKnownGoBeforeTheNewOne(3);
    }

    @Test
    void eachFurtherCallOfANewKeyLetsThreeKnownOnesGoFirst() {
        add(Kind.NEW, 2);
        add(Kind.KNOWN, 30);
        chargeNew(2);

        assertThatKnownGoBeforeTheNewOne(3 + 2 * 3);
        assertThatKnownGoBeforeTheNewOne(3);
    }

    @Test
    void whatIsDueToKnownKeysIsForgottenWhenNoneOfThemWaits() {
        add(Kind.NEW, 2);
        add(Kind.KNOWN, 1);
        chargeNew(100);
        assertThat(poll(2)).containsExactly(Kind.KNOWN, Kind.NEW);
        add(Kind.KNOWN, 100);

        assertThatKnownGoBeforeTheNewOne(3);
    }

    @Test
    void knownKeysThatComeOneByOneDoNotKeepANewOneWaiting() {
        add(Kind.NEW, 1);
        for (int i = 0; i < 3; i++) {
            add(Kind.KNOWN, 1);
            assertThat(poll(1)).containsExactly(Kind.KNOWN);
        }
        add(Kind.KNOWN, 1);

        assertThat(poll(2)).containsExactly(Kind.NEW, Kind.KNOWN);
    }

    /** Whoever sends garbage one by one, each costing eight calls, gains nothing by it. */
    @Test
    void whatIsDueToKnownKeysIsWorkedOffAndNotForgottenWhileNoNewOneWaits() {
        add(Kind.KNOWN, 100);
        chargeNew(7);
        assertThat(poll(1)).containsExactly(Kind.KNOWN);
        add(Kind.NEW, 1);
        assertThatKnownGoBeforeTheNewOne(3 + 7 * 3 - 1);

        chargeNew(100);
        assertThat(poll(62)).containsOnly(Kind.KNOWN);
        add(Kind.NEW, 1);
        add(Kind.KNOWN, 10);
        assertThatKnownGoBeforeTheNewOne(3);
    }
}
