// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.UserRecord;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** The checks of a user record's keys, before it is accepted: one bad key must not cost the others in its aggregate. */
final class UserRecords {
    private static final int MAX_PARTITION_KEY_CHARACTERS = 256;

    /** As many as 2^128 - 1 has. */
    private static final int MAX_HASH_KEY_DIGITS = 39;

    private static final int HASH_KEY_BITS = 128;

    private UserRecords() {}

    /**
     * The size of the record's keys in UTF-8.
     *
     * @throws IllegalArgumentException if one of them is none
     * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html">PutRecordsRequestEntry</a>
     */
    static int keysSizeBytes(UserRecord record) {
        return partitionKeySizeBytes(record.partitionKey())
                + (record.explicitHashKey() == null
                        ? 0
                        : record.explicitHashKey().length());
    }

    private static int partitionKeySizeBytes(@Nullable String partitionKey) {
        if (partitionKey == null) {
            return 0;
        }
        if (partitionKey.isEmpty() || partitionKey.length() > 2 * MAX_PARTITION_KEY_CHARACTERS) {
            throw wrongLength(partitionKey.length());
        }
        int sizeBytes = 0;
        int characters = 0;
        for (int i = 0; i < partitionKey.length(); i++) {
            char unit = partitionKey.charAt(i);
            characters++;
            if (unit < 0x80) {
                sizeBytes++;
            } else if (unit < 0x800) {
                sizeBytes += 2;
            } else if (!Character.isSurrogate(unit)) {
                sizeBytes += 3;
            } else if (Character.isHighSurrogate(unit)
                    && i + 1 < partitionKey.length()
                    && Character.isLowSurrogate(partitionKey.charAt(i + 1))) {
                sizeBytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException(
                        "The partition key holds half a surrogate pair at index %d, so it is no text".formatted(i));
            }
        }
        if (characters > MAX_PARTITION_KEY_CHARACTERS) {
            throw wrongLength(characters);
        }
        return sizeBytes;
    }

    private static IllegalArgumentException wrongLength(int characters) {
        return new IllegalArgumentException("The partition key has %d characters; it must have from 1 to %d"
                .formatted(characters, MAX_PARTITION_KEY_CHARACTERS));
    }

    /**
     * The first 64 bits of an explicit hash key.
     *
     * @throws IllegalArgumentException if it is not a decimal number of 128 bits
     */
    static long hashKeyHigh(String explicitHashKey) {
        boolean digits = !explicitHashKey.isEmpty() && explicitHashKey.length() <= MAX_HASH_KEY_DIGITS;
        for (int i = 0; digits && i < explicitHashKey.length(); i++) {
            digits = explicitHashKey.charAt(i) >= '0' && explicitHashKey.charAt(i) <= '9';
        }
        BigInteger value = digits ? new BigInteger(explicitHashKey) : null;
        if (value == null || value.bitLength() > HASH_KEY_BITS) {
            throw new IllegalArgumentException(
                    "The explicit hash key, of %d characters, is not a decimal number from 0 to 2^128 - 1"
                            .formatted(explicitHashKey.length()));
        }
        return value.shiftRight(Long.SIZE).longValue();
    }
}
