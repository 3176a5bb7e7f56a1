// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.concurrent.TimeUnit;

/**
 * How fast aggregates go to one shard: as fast as they come until the shard throttles, then at a rate that falls by a part with each throttling
 * and rises by a constant while there is none, and again without a limit once it is far above what a shard takes. Not thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">1 MB and 1,000 records a second for each shard</a>
 */
final class ShardPace {
    /** What a shard takes in a second. */
    private static final double SHARD_BYTES_PER_SECOND = 1024 * 1024;

    /** A record counts as so many bytes at least: the shard's bytes by its records. */
    private static final double LEAST_BYTES = SHARD_BYTES_PER_SECOND / 1000;

    private static final double FIRST_RATE = 0.8 * SHARD_BYTES_PER_SECOND;
    private static final double LEAST_RATE = SHARD_BYTES_PER_SECOND / 32;
    private static final double UNLIMITED_FROM = 4 * SHARD_BYTES_PER_SECOND;
    private static final double FALL = 0.7;
    private static final double RISE_PER_SECOND = SHARD_BYTES_PER_SECOND / 16;
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Throttlings that come together are one. */
    private static final long FALL_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private double bytesPerSecond = Double.POSITIVE_INFINITY;
    private long freeNanos;
    private long changedNanos;
    private long fellNanos;

    /** The shard has refused a record for its throughput. */
    void throttled(long nowNanos) {
        if (!limited()) {
            bytesPerSecond = FIRST_RATE;
            freeNanos = nowNanos;
        } else if (nowNanos - fellNanos >= FALL_EVERY_NANOS) {
            bytesPerSecond = Math.max(LEAST_RATE, bytesPerSecond * FALL);
        } else {
            return;
        }
        fellNanos = nowNanos;
        changedNanos = nowNanos;
    }

    /** The shard has taken a record. */
    void took(long nowNanos) {
        if (limited()) {
            bytesPerSecond += RISE_PER_SECOND * (nowNanos - changedNanos) / NANOS_PER_SECOND;
            changedNanos = nowNanos;
            if (bytesPerSecond >= UNLIMITED_FROM) {
                bytesPerSecond = Double.POSITIVE_INFINITY;
            }
        }
    }

    /** How long an aggregate has to wait before it may be sent. */
    long waitNanos(long nowNanos) {
        return limited() ? Math.max(0, freeNanos - nowNanos) : 0;
    }

    /** An aggregate is sent. */
    void sends(long nowNanos, int sizeBytes) {
        if (limited()) {
            long start = freeNanos - nowNanos > 0 ? freeNanos : nowNanos;
            freeNanos = start + (long) (Math.max(sizeBytes, LEAST_BYTES) / bytesPerSecond * NANOS_PER_SECOND);
        }
    }

    boolean limited() {
        return bytesPerSecond != Double.POSITIVE_INFINITY;
    }

    double bytesPerSecond() {
        return bytesPerSecond;
    }
}
