// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time that the benchmark's own threads took for each operation, which other people's work on the same machine changes less than the
 * time on the wall; and the heap that {@link KeysBenchmark} weighed.
 */
public final class CpuTimeProfiler implements InternalProfiler {
    static final String CPU_TIME = "cpu.time";
    static final String HEAP = "heap.keys";

    private static final String WORKERS = "jmh-worker";

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long beforeNanos;

    /** Made by the harness. */
    public CpuTimeProfiler() {}

    @Override
    public void beforeIteration(BenchmarkParams benchmarkParams, IterationParams iterationParams) {
        beforeNanos = cpuNanos();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmarkParams, IterationParams iterationParams, IterationResult result) {
        long nanos = cpuNanos() - beforeNanos;
        List<Result<?>> results = new ArrayList<>();
        results.add(new ScalarResult(
                CPU_TIME, (double) nanos / result.getMetadata().getAllOps(), "ns/op", AggregationPolicy.AVG));
        if (KeysBenchmark.heapBytes != 0) {
            results.add(new ScalarResult(HEAP, KeysBenchmark.heapBytes, "B", AggregationPolicy.AVG));
        }
        return results;
    }

    @Override
    public String getDescription() {
        return "Processor time of the benchmark's threads";
    }

    private long cpuNanos() {
        long nanos = 0;
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().contains(WORKERS)) {
                nanos += Math.max(0, threads.getThreadCpuTime(id));
            }
        }
        return nanos;
    }
}
