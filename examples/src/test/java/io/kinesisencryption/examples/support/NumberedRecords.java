// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import io.kinesisencryption.UserRecord;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Records that carry their numbers, from 0, and that a process makes again from the seed alone: half of them have a key of their own, most of the
 * others one of a thousand keys, a few of which are frequent, and one in twenty has no key. Immutable.
 */
public record NumberedRecords(long seed, int count) {
    private static final int REPEATED_KEYS = 1_000;
    private static final int LEAST_BYTES = 12;
    private static final int MOST_BYTES = 60;

    /** The record of a number. */
    public UserRecord of(int number) {
        Random random = new Random(seed * 1_000_003 + number);
        // The first of neighbouring seeds are alike.
        random.nextLong();
        byte[] data = new byte[LEAST_BYTES + random.nextInt(MOST_BYTES - LEAST_BYTES + 1)];
        random.nextBytes(data);
        ByteBuffer.wrap(data).putInt(number);
        int kind = random.nextInt(20);
        String key;
        if (kind == 0) {
            key = null;
        } else if (kind <= 10) {
            key = "order-" + Integer.toHexString(number);
        } else {
            key = "customer-" + (int) (REPEATED_KEYS * Math.pow(random.nextDouble(), 3));
        }
        return UserRecord.of(key, data);
    }

    /** The number that a record carries. */
    public static int numberOf(UserRecord record) {
        return ByteBuffer.wrap(record.data()).getInt();
    }
}
