// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/** A point of the 128-bit hash key space, unsigned: the high and the low 64 bits. */
record HashKey(long high, long low) implements Comparable<HashKey> {
    static final HashKey MIN = new HashKey(0, 0);
    static final HashKey MAX = new HashKey(-1, -1);

    private static final Pattern DECIMAL = Pattern.compile("0|([1-9]\\d{0,38})");

    /** The MD5 of a partition key's UTF-8 bytes, read as a big-endian number. */
    static HashKey ofPartitionKey(byte[] partitionKeyUtf8) {
        ByteBuffer digest = ByteBuffer.wrap(md5().digest(partitionKeyUtf8));
        return new HashKey(digest.getLong(), digest.getLong());
    }

    static boolean isDecimal(String text) {
        return DECIMAL.matcher(text).matches();
    }

    /** Whether a {@linkplain #isDecimal decimal} number lies within the hash key space. */
    static boolean isInRange(String decimal) {
        return new BigInteger(decimal).bitLength() <= 128;
    }

    static HashKey of(BigInteger value) {
        return new HashKey(value.shiftRight(64).longValue(), value.longValue());
    }

    BigInteger toBigInteger() {
        byte[] bytes =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        return new BigInteger(1, bytes);
    }

    HashKey next() {
        return low == -1 ? new HashKey(high + 1, 0) : new HashKey(high, low + 1);
    }

    HashKey previous() {
        return low == 0 ? new HashKey(high - 1, -1) : new HashKey(high, low - 1);
    }

    @Override
    public int compareTo(HashKey other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return toBigInteger().toString();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Kinesis maps partition keys with MD5, which this JVM does not offer", e);
        }
    }
}
