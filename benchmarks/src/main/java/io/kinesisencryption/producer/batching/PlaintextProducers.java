// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;

/**
 * Batching producers that put their aggregates unencrypted: what encryption costs is what the real ones take more. In the producer's own package,
 * because nobody else may have such a thing.
 */
@NullMarked
public final class PlaintextProducers {
    /** No Kinesis record has an empty partition key, so the library too writes that for none. */
    private static final String NO_KEY = "";

    private PlaintextProducers() {}

    /**
     * Builds a producer whose aggregates are the bytes that the same producer would otherwise encrypt: built, but neither encrypted nor digested.
     *
     * @param builder everything else
     * @param seen is given each aggregate's bytes, on a thread that seals; not to be changed
     * @return the producer, for the caller to close
     */
    public static BatchingProducer build(BatchingProducerBuilder builder, Consumer<byte[]> seen) {
        return builder.build((partitionKey, explicitHashKey, records) -> {
            byte[] payload = payload(records);
            seen.accept(payload);
            return KinesisRecord.of(partitionKey, explicitHashKey, payload);
        });
    }

    private static byte[] payload(List<UserRecord> records) {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE, records.size());
        for (UserRecord record : records) {
            String partitionKey = record.partitionKey();
            writer.add(partitionKey == null ? NO_KEY : partitionKey, record.explicitHashKey(), record.data());
        }
        return writer.toByteArray();
    }
}
