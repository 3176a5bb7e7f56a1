// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue<String> queue = new FairQueue<>();

    private void add(String group, int count) {
        for (int i = 0; i < count; i++) {
            queue.add(group, group + i);
        }
    }

    private List<String> poll(int count) {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(queue.poll());
        }
        return taken;
    }

    @Test
    void groupsTakeTurnsAndEachKeepsItsOrder() {
        add("a", 3);
        add("b", 1);

        assertThat(poll(5)).containsExactly("a0", "b0", "a1", "a2", null);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void aGroupMissesTheTurnsThatItIsCharged() {
        add("a", 3);
        add("b", 4);
        queue.missTurn("a");
        queue.missTurn("a");

        assertThat(poll(7)).containsExactly("b0", "b1", "a0", "b2", "a1", "b3", "a2");
    }

    /** Its last load is taken and makes further calls: what it sends next does not come first for that. */
    @Test
    void aGroupThatHasNothingWaitingIsChargedAllTheSame() {
        add("b", 3);
        queue.missTurn("a");
        queue.missTurn("a");
        assertThat(queue.size()).isEqualTo(3);
        add("a", 1);

        assertThat(poll(4)).containsExactly("b0", "b1", "b2", "a0");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void whereNobodyElseWaitsNothingIsOwed() {
        add("a", 2);
        queue.missTurn("a");
        add("b", 1);

        assertThat(poll(3)).containsExactly("a0", "b0", "a1");
    }

    @Test
    void turnsThatAreLeftToMissDoNotHoldUpAGroupThatIsAlone() {
        add("a", 1);
        add("b", 1);
        for (int i = 0; i < 100; i++) {
            queue.missTurn("a");
        }

        assertThat(poll(3)).containsExactly("b0", "a0", null);
    }

    @Test
    void whatIsOwedIsForgottenWhenTheQueueRunsEmpty() {
        add("b", 1);
        for (int i = 0; i < 100; i++) {
            queue.missTurn("a");
        }
        assertThat(poll(2)).containsExactly("b0", null);
        add("a", 1);
        add("b", 300);

        assertThat(poll(3)).containsExactly("a0", "b0", "b1");
    }

    /** Groups are objects of callers, which would be kept alive. */
    @Test
    void noGroupIsKeptWhenTheQueueRunsEmpty() {
        add("a", 1);
        add("b", 2);
        queue.missTurn("a");
        for (int i = 0; i < 10; i++) {
            queue.missTurn("c");
        }
        assertThat(queue.groups()).isEqualTo(3);

        assertThat(poll(3)).containsExactly("b0", "a0", "b1");

        assertThat(queue.groups()).isZero();
        assertThat(queue.sizeOf("a")).isZero();
        queue.missTurn("c");
        assertThat(queue.groups()).isZero();
    }
}
