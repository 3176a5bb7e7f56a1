// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Counts the records that the application is given in one call, for {@link ConsumerListener#onDelivered}. Used by one thread at a time. */
final class SliceTally {
    private final boolean heard;
    private int records;
    private int plaintextRecords;
    private int userRecords;
    private long dataSizeBytes;
    private long openingNanos;

    /**
     * Nothing is counted yet.
     *
     * @param heard whether anybody will be told: looking at each record once more is not free
     */
    SliceTally(boolean heard) {
        this.heard = heard;
    }

    /** Counts what was opened of one record. */
    void add(List<KinesisClientRecord> opened, boolean plaintext) {
        if (!heard) {
            return;
        }
        records++;
        plaintextRecords += plaintext ? 1 : 0;
        userRecords += opened.size();
        dataSizeBytes += sizeBytes(opened);
    }

    /** Counts time that opening took. */
    void opening(long nanos) {
        openingNanos += nanos;
    }

    /** Tells, once the application has returned. */
    void tell(ShardContext shard, long processingNanos, @Nullable Throwable failure) {
        if (records == 0) {
            return;
        }
        shard.environment()
                .events()
                .delivered(new Delivered(
                        shard.stream(),
                        shard.shardId(),
                        records,
                        plaintextRecords,
                        userRecords,
                        dataSizeBytes,
                        Duration.ofNanos(openingNanos),
                        Duration.ofNanos(processingNanos),
                        failure));
    }

    /** The size of the records' data, wherever the readers of their buffers stand. */
    static long sizeBytes(List<KinesisClientRecord> records) {
        long sum = 0;
        for (KinesisClientRecord record : records) {
            sum += record.data() == null ? 0 : record.data().limit();
        }
        return sum;
    }
}
