// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;

/**
 * Tells whether KCL's loop waits for a thread that delivers. Just after it has subscribed to a shard, the loop takes the monitor of the shard's consumer
 * once more ({@code ShardConsumer.initializeComplete}, KCL 2.x and 3.x), and the thread that delivers keeps that monitor while a batch is
 * processed. If the first batch is quicker than the loop and then held, the loop stands still for all shards: none is started, none is shut down.
 */
@FunctionalInterface
interface SchedulerWatch {
    /**
     * Whether a thread is blocked by the calling one.
     *
     * @param scheduler the thread of KCL's loop
     * @return whether it waits for a monitor that the calling thread owns
     */
    boolean waitsForThisThread(Thread scheduler);

    /** Asks the virtual machine. Virtual threads are not seen, nor is anything where the platform's management module is left out. */
    static boolean ofTheVirtualMachine(Thread scheduler) {
        if (scheduler.getState() != Thread.State.BLOCKED) {
            return false;
        }
        try {
            ThreadInfo blocked = ManagementFactory.getThreadMXBean().getThreadInfo(scheduler.getId());
            return blocked != null
                    && blocked.getLockOwnerId() == Thread.currentThread().getId();
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }
}
