// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;

/** A range of hash keys, both ends included. */
record HashRange(HashKey start, HashKey end) {

    private static final BigInteger SPACE = BigInteger.ONE.shiftLeft(128);

    /** The whole space in {@code count} parts of equal size; the last takes the remainder, as the service does it. */
    static List<HashRange> partition(int count) {
        BigInteger size = SPACE.divide(BigInteger.valueOf(count));
        List<HashRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            HashKey start = HashKey.of(size.multiply(BigInteger.valueOf(i)));
            HashKey end = i == count - 1
                    ? HashKey.MAX
                    : HashKey.of(size.multiply(BigInteger.valueOf(i + 1L))).previous();
            ranges.add(new HashRange(start, end));
        }
        return ranges;
    }

    /** Whether {@code key} can start the upper half of a split: above one plus the start, below the end. */
    boolean canSplitAt(HashKey key) {
        return key.compareTo(start) > 0 && key.compareTo(start.next()) > 0 && key.compareTo(end) < 0;
    }

    HashRange below(HashKey key) {
        return new HashRange(start, key.previous());
    }

    HashRange from(HashKey key) {
        return new HashRange(key, end);
    }

    /** Whether {@code upper} begins right after this range. */
    boolean isFollowedBy(HashRange upper) {
        return !end.equals(HashKey.MAX) && end.next().equals(upper.start);
    }

    HashRange joinedWith(HashRange upper) {
        return new HashRange(start, upper.end);
    }

    HashKey middle() {
        return HashKey.of(
                start.toBigInteger().add(end.toBigInteger()).add(BigInteger.ONE).shiftRight(1));
    }

    BigInteger size() {
        return end.toBigInteger().subtract(start.toBigInteger()).add(BigInteger.ONE);
    }

    HashKeyRange toSdk() {
        return HashKeyRange.builder()
                .startingHashKey(start.toString())
                .endingHashKey(end.toString())
                .build();
    }
}
