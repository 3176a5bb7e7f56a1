// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How many bytes were ever allocated, so that a test can say how many it took to read something. A count, not a measurement of time. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocations() {}

    /** By the calling thread. */
    public static long ofThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** By all threads that are alive, those that load keys among them. What a thread allocated goes out of the sum when it ends. */
    public static long ofAllThreads() {
        long sum = 0;
        for (long allocated : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(allocated, 0);
        }
        return sum;
    }
}
