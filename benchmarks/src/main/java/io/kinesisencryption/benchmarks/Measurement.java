// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one fork of one benchmark measured, for each operation.
 *
 * @param nanos time on the wall
 * @param cpuNanos processor time of the benchmark's thread
 * @param allocatedBytes what it allocated
 * @param heapBytes what the loaded keys took, or 0
 */
record Measurement(double nanos, double cpuNanos, double allocatedBytes, double heapBytes) {
    static Measurement sum(List<Measurement> parts) {
        return new Measurement(
                sum(parts, Measurement::nanos),
                sum(parts, Measurement::cpuNanos),
                sum(parts, Measurement::allocatedBytes),
                sum(parts, Measurement::heapBytes));
    }

    private static double sum(List<Measurement> parts, ToDoubleFunction<Measurement> part) {
        return parts.stream().mapToDouble(part).sum();
    }
}
