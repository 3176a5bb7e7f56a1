// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

/** How far apart records come, by a mean in which the newest count most. Not thread-safe. */
final class Arrivals {
    /** How much the newest gap counts in the mean. */
    private static final double NEWEST = 0.2;

    /** With fewer records than this the mean says nothing. */
    private static final int ENOUGH = 3;

    private long lastNanos;
    private int count;
    private double meanGapNanos;

    /** A record has come. A gap longer than the longest of interest counts as that, so that a pause is soon forgotten. */
    void arrived(long nanos, long longestGapNanos) {
        if (count > 0) {
            long gap = Math.max(0, Math.min(nanos - lastNanos, longestGapNanos));
            meanGapNanos = count == 1 ? gap : meanGapNanos + NEWEST * (gap - meanGapNanos);
        }
        count = Math.min(count + 1, ENOUGH);
        lastNanos = nanos;
    }

    /** The mean time between two records, or a guess where too few have come. */
    double meanGapNanos(double guess) {
        return count < ENOUGH ? guess : meanGapNanos;
    }
}
