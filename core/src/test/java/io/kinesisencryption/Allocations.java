// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** How many bytes were ever allocated, so that a test can say how many it took to read something. A count, not a measurement of time. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int ATTEMPTS = 5;

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

    /**
     * Runs a reading that may allocate no more than a bound. One that takes more is run again a few times, and must keep the bound once: what the
     * first use of a class allocates, a fuzzer's instrumentation of it among that, is not the input's.
     *
     * @param sizeBytes of the input, for the message
     */
    public static <T> T bounded(LongSupplier count, long boundBytes, int sizeBytes, Supplier<T> reading) {
        for (int attempt = 1; ; attempt++) {
            long before = count.getAsLong();
            T result = reading.get();
            long allocated = count.getAsLong() - before;
            if (allocated <= boundBytes) {
                return result;
            }
            if (attempt == ATTEMPTS) {
                throw new AssertionError("Reading %d bytes allocated %d bytes, more than the %d that it may"
                        .formatted(sizeBytes, allocated, boundBytes));
            }
        }
    }
}
