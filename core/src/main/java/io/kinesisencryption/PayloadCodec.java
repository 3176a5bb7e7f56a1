// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.AggregateWriter;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.internal.payload.ZstdCompressor;
import io.kinesisencryption.internal.payload.ZstdDecompressor;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between user records and the plaintext of an envelope. Thread-safe. */
final class PayloadCodec {
    /** No Kinesis record has an empty partition key, so this stands for none where a format asks for one. */
    private static final String NO_KEY = "";

    private static final AggregateReader AGGREGATES = new AggregateReader();
    private static final ZstdDecompressor DECOMPRESSOR = new ZstdDecompressor();

    private PayloadCodec() {}

    /** The payload of some user records, not compressed. */
    static Payload encode(EnvelopeFormat format, PayloadKind kind, List<UserRecord> records) {
        return kind == PayloadKind.RECORD ? Payload.of(records.get(0).data()) : aggregate(format, records);
    }

    /** A payload as one zstd frame. */
    static Payload compress(Payload payload) {
        return Payload.of(new ZstdCompressor().compress(payload.toByteArray()));
    }

    /**
     * The user records of a payload that was authenticated.
     *
     * @param sealed begins with the payload, and is no longer if that is not a plain aggregate
     * @param partitionKey that of the record that it came in, which is the user record's where the payload has none; likewise the explicit hash key
     */
    static <T> List<T> decode(
            EnvelopeFormat format,
            PayloadShape shape,
            byte[] sealed,
            int sizeBytes,
            @Nullable String partitionKey,
            @Nullable String explicitHashKey,
            UserRecordFactory<T> factory) {
        boolean compressed = shape.compression() == Compression.ZSTD;
        byte[] payload = compressed ? DECOMPRESSOR.decompress(sealed) : sealed;
        if (shape.kind() == PayloadKind.RECORD) {
            return List.of(factory.make(partitionKey, explicitHashKey, payload));
        }
        return AGGREGATES.read(
                payload,
                compressed ? payload.length : sizeBytes,
                framing(format),
                false,
                (key, hashKey, data, tags) -> factory.make(key.isEmpty() ? null : key, hashKey, data));
    }

    private static Payload aggregate(EnvelopeFormat format, List<UserRecord> records) {
        AggregateWriter writer = new AggregateWriter(framing(format), records.size());
        for (UserRecord record : records) {
            String partitionKey = record.partitionKey();
            writer.add(partitionKey == null ? NO_KEY : partitionKey, record.explicitHashKey(), record.data());
        }
        return writer;
    }

    private static AggregateFraming framing(EnvelopeFormat format) {
        return format == EnvelopeFormat.COMPACT ? AggregateFraming.BARE : AggregateFraming.KPL;
    }
}
