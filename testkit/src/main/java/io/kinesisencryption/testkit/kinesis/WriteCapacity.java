// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

/**
 * A shard's write capacity: two tanks of one second's worth, 1 MiB and 1,000 records, that refill at a steady rate by the
 * service's clock. A record larger than the tank needs a full one and leaves a debt behind, which is how the service lets a
 * large record burst. Not thread-safe: its shard locks.
 */
final class WriteCapacity {
    static final int BYTES_PER_SECOND = 1024 * 1024;
    static final int RECORDS_PER_SECOND = 1_000;

    private static final double MILLIS_PER_SECOND = 1_000.0;

    private double bytes = BYTES_PER_SECOND;
    private double records = RECORDS_PER_SECOND;
    private long refilledAtMillis;

    WriteCapacity(long nowMillis) {
        this.refilledAtMillis = nowMillis;
    }

    boolean tryTake(int sizeBytes, long nowMillis) {
        refill(nowMillis);
        if (records < 1 || bytes < Math.min(sizeBytes, BYTES_PER_SECOND)) {
            return false;
        }
        records -= 1;
        bytes -= sizeBytes;
        return true;
    }

    private void refill(long nowMillis) {
        if (nowMillis <= refilledAtMillis) {
            return;
        }
        double seconds = (nowMillis - refilledAtMillis) / MILLIS_PER_SECOND;
        bytes = Math.min(BYTES_PER_SECOND, bytes + seconds * BYTES_PER_SECOND);
        records = Math.min(RECORDS_PER_SECOND, records + seconds * RECORDS_PER_SECOND);
        refilledAtMillis = nowMillis;
    }
}
