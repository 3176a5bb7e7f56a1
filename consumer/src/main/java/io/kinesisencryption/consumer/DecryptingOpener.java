// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecordFactory;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Opens records by decrypting them. Thread-safe. */
final class DecryptingOpener implements RecordOpener {
    private final RecordDecryptor decryptor;

    DecryptingOpener(RecordDecryptor decryptor) {
        this.decryptor = decryptor;
    }

    /** Loads the keys that are missing side by side. One record alone has nothing to load its key beside. */
    @Override
    public int prepare(List<KinesisClientRecord> batch) {
        if (batch.size() == 1) {
            return RecordOpener.isEnvelope(batch.get(0)) ? 1 : 0;
        }
        List<ByteBuffer> buffers = new ArrayList<>(batch.size());
        for (KinesisClientRecord stored : batch) {
            buffers.add(RecordOpener.data(stored));
        }
        return decryptor.prefetchBuffers(buffers);
    }

    @Override
    public List<KinesisClientRecord> open(KinesisClientRecord stored) {
        Numbering numbering = new Numbering(stored);
        List<KinesisClientRecord> opened = decryptor.decrypt(
                stored.partitionKey(), stored.explicitHashKey(), RecordOpener.data(stored), numbering);
        if (opened.size() == 1) {
            return List.of(opened.get(0).toBuilder()
                    .subSequenceNumber(stored.subSequenceNumber())
                    .aggregated(stored.aggregated())
                    .build());
        }
        if (stored.aggregated()) {
            // The record's own fault: whoever can write to the stream can put one inside an aggregate.
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    "A record inside an aggregate of the Kinesis Producer Library holds %d user records of its own; such records can be numbered only if they are not nested"
                            .formatted(opened.size()),
                    null);
        }
        return opened;
    }

    /** Makes user records that are numbered in their order, all alike but for what is their own. Used once, by one thread. */
    private static final class Numbering implements UserRecordFactory<KinesisClientRecord> {
        private final KinesisClientRecord.KinesisClientRecordBuilder builder;
        private long next;

        Numbering(KinesisClientRecord stored) {
            this.builder = stored.toBuilder().aggregated(true);
        }

        @Override
        public KinesisClientRecord make(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data) {
            return builder.subSequenceNumber(next++)
                    .partitionKey(partitionKey)
                    .explicitHashKey(explicitHashKey)
                    .data(ByteBuffer.wrap(data))
                    .build();
        }
    }
}
