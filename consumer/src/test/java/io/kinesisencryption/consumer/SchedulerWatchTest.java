// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchedulerWatchTest {
    private final Object monitor = new Object();
    private final Thread loop = new Thread(() -> {
        synchronized (monitor) {
            monitor.notifyAll();
        }
    });

    private void awaitBlocked() throws Exception {
        Await.until("the loop is blocked", () -> loop.getState() == Thread.State.BLOCKED, loop::getState);
    }

    @Test
    void aLoopThatWaitsForThisThreadsMonitorIsSeen() throws Exception {
        synchronized (monitor) {
            loop.start();
            awaitBlocked();

            assertThat(SchedulerWatch.ofTheVirtualMachine(loop)).isTrue();
        }
        loop.join(60_000);
        assertThat(SchedulerWatch.ofTheVirtualMachine(loop)).isFalse();
    }

    @Test
    void aLoopThatWaitsForAnotherThreadIsNotThisOnesConcern() throws Exception {
        boolean[] seen = {true};
        synchronized (monitor) {
            loop.start();
            awaitBlocked();
            Thread other = new Thread(() -> seen[0] = SchedulerWatch.ofTheVirtualMachine(loop));
            other.start();
            other.join(60_000);
        }
        assertThat(seen[0]).isFalse();
    }

    @Test
    void aThreadThatRunsDoesNotWait() {
        assertThat(SchedulerWatch.ofTheVirtualMachine(Thread.currentThread())).isFalse();
    }
}
