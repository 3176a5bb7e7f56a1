// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The processor time of this process, those of the garbage collector and of the compiler included. On Linux from the scheduler, thread by thread and to
 * the nanosecond: the JDK's own figure goes by hundredths of a second, too coarse for turns that are short enough to take turns often.
 */
final class CpuClock {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final com.sun.management.OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Long> beforeNanos;
    private final long coarseNanos;

    private CpuClock() {
        this.beforeNanos = byThread();
        this.coarseNanos = SYSTEM.getProcessCpuTime();
    }

    static CpuClock start() {
        return new CpuClock();
    }

    /** What the process took since this was started. */
    long nanos() {
        if (beforeNanos.isEmpty()) {
            return SYSTEM.getProcessCpuTime() - coarseNanos;
        }
        long sum = 0;
        for (Map.Entry<String, Long> thread : byThread().entrySet()) {
            long before = beforeNanos.getOrDefault(thread.getKey(), 0L);
            // A thread with less than before is another one.
            sum += thread.getValue() - (before > thread.getValue() ? 0 : before);
        }
        return sum;
    }

    static long nanosOfThisThread() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** What the live threads took that have a text in their names. */
    static long nanosOfThreads(String name) {
        long nanos = 0;
        for (long id : THREADS.getAllThreadIds()) {
            ThreadInfo thread = THREADS.getThreadInfo(id);
            if (thread != null && thread.getThreadName().contains(name)) {
                nanos += Math.max(0, THREADS.getThreadCpuTime(id));
            }
        }
        return nanos;
    }

    /** Empty where there is no such scheduler. */
    private static Map<String, Long> byThread() {
        Map<String, Long> nanos = new HashMap<>();
        if (!Files.isReadable(
                TASKS.resolve(Long.toString(ProcessHandle.current().pid()) + "/schedstat"))) {
            return nanos;
        }
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                try {
                    String words = Files.readString(task.resolve("schedstat"), StandardCharsets.US_ASCII);
                    nanos.put(task.getFileName().toString(), Long.valueOf(words.substring(0, words.indexOf(' '))));
                } catch (NoSuchFileException e) {
                    // It has ended.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nanos;
    }
}
