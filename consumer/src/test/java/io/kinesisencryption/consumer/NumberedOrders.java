// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.UserRecord;
import java.nio.ByteBuffer;
import java.util.Random;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Records that carry their numbers, from 0, and that every process makes again from the seed alone. One in twenty has no key, and the others share a
 * few hundred, some of them frequent. Immutable.
 */
record NumberedOrders(long seed, int count) {
    private static final int KEYS = 300;
    private static final int LEAST_BYTES = 12;
    private static final int MOST_BYTES = 60;
    /** One record in so many is a place where the application checkpoints. */
    private static final int RECORDS_PER_CHECKPOINT = 25;

    /** How an application checkpoints at a record. */
    enum Checkpointing {
        AT_POSITION,
        PREPARED,
        AT_SEQUENCE_NUMBER,
        LATER
    }

    /** The record of a number. */
    UserRecord of(int number) {
        Random random = random(number);
        byte[] data = new byte[LEAST_BYTES + random.nextInt(MOST_BYTES - LEAST_BYTES + 1)];
        random.nextBytes(data);
        ByteBuffer.wrap(data).putInt(number);
        String key = random.nextInt(20) == 0 ? null : "customer-" + (int) (KEYS * Math.pow(random.nextDouble(), 2));
        return UserRecord.of(key, data);
    }

    /** The number that a record carries, or -1 if it carries none of these. */
    int numberOf(KinesisClientRecord record) {
        ByteBuffer data = record.data().duplicate();
        int number = data.remaining() < Integer.BYTES ? -1 : data.getInt();
        return number < count ? Math.max(number, -1) : -1;
    }

    /** Whether a record is the one that was put, with the key that it was put with, if any. */
    boolean isIntact(KinesisClientRecord record) {
        int number = numberOf(record);
        if (number < 0) {
            return false;
        }
        UserRecord put = of(number);
        return ByteBuffer.wrap(put.data()).equals(record.data().duplicate())
                && (put.partitionKey() == null || put.partitionKey().equals(record.partitionKey()));
    }

    /** How the application checkpoints at a record; null where it does not. */
    Checkpointing checkpointing(int number) {
        Random random = random(~number);
        if (random.nextInt(RECORDS_PER_CHECKPOINT) != 0) {
            return null;
        }
        Checkpointing[] all = Checkpointing.values();
        return all[random.nextInt(all.length)];
    }

    /** How many records later the application does it, where it does it later. */
    int recordsLater(int number) {
        return 1 + random(~number).nextInt(100);
    }

    /** Whether the application takes its time after it has checkpointed at a record. */
    boolean lingers(int number) {
        return random(~number).nextInt(10_000) % 6 == 0;
    }

    private Random random(int number) {
        Random random = new Random(seed * 1_000_003 + number);
        // The first of neighbouring seeds are alike.
        random.nextLong();
        return random;
    }
}
