// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Opens records by decrypting them. Thread-safe. */
final class DecryptingOpener implements RecordOpener {
    private final RecordDecryptor decryptor;

    DecryptingOpener(RecordDecryptor decryptor) {
        this.decryptor = decryptor;
    }

    /** Loads the keys that are missing side by side. Their bytes are copied out of KCL's buffers here, and not again when they are opened. */
    @Override
    public Prepared prepare(List<KinesisClientRecord> batch) {
        List<KinesisRecord> records = new ArrayList<>(batch.size());
        List<KinesisClientRecord> ready = new ArrayList<>(batch.size());
        for (KinesisClientRecord stored : batch) {
            KinesisRecord record = RecordOpener.stored(stored);
            records.add(record);
            ready.add(
                    stored.data() == null
                            ? stored
                            : stored.toBuilder()
                                    .data(ByteBuffer.wrap(record.data()))
                                    .build());
        }
        return new Prepared(ready, dataKeys(records));
    }

    /** One record alone has nothing to load its key beside. */
    private int dataKeys(List<KinesisRecord> records) {
        if (records.size() == 1) {
            return EnvelopeInfo.recognises(records.get(0).data()) ? 1 : 0;
        }
        return decryptor.prefetch(records);
    }

    @Override
    public List<KinesisClientRecord> open(KinesisClientRecord stored) {
        List<UserRecord> opened = decryptor.decrypt(RecordOpener.stored(stored));
        if (opened.size() == 1) {
            return List.of(withUserRecord(stored, opened.get(0)).build());
        }
        if (stored.aggregated()) {
            // The record's own fault: whoever can write to the stream can put one inside an aggregate.
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    "A record inside an aggregate of the Kinesis Producer Library holds %d user records of its own; such records can be numbered only if they are not nested"
                            .formatted(opened.size()),
                    null);
        }
        List<KinesisClientRecord> userRecords = new ArrayList<>(opened.size());
        for (UserRecord userRecord : opened) {
            userRecords.add(withUserRecord(stored, userRecord)
                    .subSequenceNumber(userRecords.size())
                    .aggregated(true)
                    .build());
        }
        return userRecords;
    }

    private static KinesisClientRecord.KinesisClientRecordBuilder withUserRecord(
            KinesisClientRecord stored, UserRecord userRecord) {
        return stored.toBuilder()
                .partitionKey(userRecord.partitionKey())
                .explicitHashKey(userRecord.explicitHashKey())
                .data(ByteBuffer.wrap(userRecord.data()));
    }
}
