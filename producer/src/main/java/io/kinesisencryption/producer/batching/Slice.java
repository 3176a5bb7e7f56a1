// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One of the equal parts of the hash-key space. Its aggregates all go to the point in its middle, so they share a shard and keep their order
 * there, however the stream is split or merged. Not thread-safe.
 */
final class Slice {
    final String partitionKey;
    final String explicitHashKey;
    final Arrivals arrivals = new Arrivals();

    /** Aggregates that wait for the one that is under way, in their order. */
    final Queue<Aggregate> closed = new ArrayDeque<>();

    @Nullable
    Aggregate open;

    /** How many aggregates are between closing and the end of their last call. */
    int underWay;

    /** Of the shard that took this slice's last aggregate; null while no shard is known. */
    @Nullable
    ShardPace pace;

    /**
     * @param index from 0 to below {@code 2^bits}
     * @param bits how many leading bits of a hash key choose the slice
     */
    Slice(int index, int bits) {
        this.partitionKey = Integer.toString(index);
        BigInteger width = BigInteger.ONE.shiftLeft(128 - bits);
        this.explicitHashKey = width.multiply(BigInteger.valueOf(index))
                .add(width.shiftRight(1))
                .toString();
    }
}
