// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.math.BigInteger;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sequence numbers of one stream: 186-bit numbers with the version and the shard at the places where the service's own
 * (and KCL's check of them) have them, 56 decimal digits long. From the top: version 2 (4 bits), creation time of the stream
 * in seconds (36), incarnation (16), ordinal (64), arrival time in seconds (32), shard index (32), a constant (4). The
 * ordinal counts through the whole stream, so numbers rise within a shard and a child's exceed its parents'.
 */
final class SequenceNumbers {
    private static final Pattern DECIMAL = Pattern.compile("0|([1-9]\\d{0,128})");
    private static final int VERSION = 2;
    private static final int TOTAL_BITS = 186;

    private final long creationSeconds;
    private final int incarnation;
    private final AtomicLong lastOrdinal = new AtomicLong();

    /**
     * @param incarnation tells streams of the same creation time apart, modulo 65,536
     */
    SequenceNumbers(Instant streamCreation, long incarnation) {
        this.creationSeconds = streamCreation.getEpochSecond() & 0xF_FFFF_FFFFL;
        this.incarnation = (int) (incarnation & 0xFFFF);
    }

    long nextOrdinal() {
        return lastOrdinal.incrementAndGet();
    }

    long lastOrdinal() {
        return lastOrdinal.get();
    }

    String format(long ordinal, int shardIndex, long epochSecond) {
        long top = ((long) VERSION << 56) | (creationSeconds << 20) | ((long) incarnation << 4) | (ordinal >>> 60);
        long middle = (ordinal << 4) | ((epochSecond >>> 28) & 0xF);
        long bottom = (epochSecond << 36) | ((shardIndex & 0xFFFF_FFFFL) << 4) | VERSION;
        return Decimal192.toString(top, middle, bottom);
    }

    static boolean isDecimal(String text) {
        return DECIMAL.matcher(text).matches();
    }

    /** The shard and ordinal of a decimal sequence number, or null if it is none of this stream. */
    @Nullable
    Position parse(String decimal) {
        BigInteger value = new BigInteger(decimal);
        if (value.bitLength() != TOTAL_BITS) {
            return null;
        }
        long top = value.shiftRight(128).longValue();
        long middle = value.shiftRight(64).longValue();
        long bottom = value.longValue();
        boolean ours = top >>> 56 == VERSION
                && ((top >>> 20) & 0xF_FFFF_FFFFL) == creationSeconds
                && ((top >>> 4) & 0xFFFF) == incarnation;
        return ours ? new Position((top << 60) | (middle >>> 4), (int) ((bottom >>> 4) & 0xFFFF_FFFFL)) : null;
    }

    /** What a sequence number says about its place. */
    record Position(long ordinal, int shardIndex) {}
}
