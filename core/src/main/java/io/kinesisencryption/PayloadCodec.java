// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.AggregateTag;
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

    /** The payload of some user records. */
    static Payload encode(EnvelopeFormat format, PayloadShape shape, List<UserRecord> records) {
        Payload payload =
                shape.kind() == PayloadKind.RECORD ? Payload.of(records.get(0).data()) : aggregate(format, records);
        return shape.compression() == Compression.ZSTD
                ? Payload.of(new ZstdCompressor().compress(payload.toByteArray()))
                : payload;
    }

    /**
     * The user records of a payload that was authenticated.
     *
     * @param sealed begins with the payload, and is no longer if that is not a plain aggregate
     * @param wire the record that it came in, whose keys are the user record's where the payload has none
     */
    static List<UserRecord> decode(
            EnvelopeFormat format, PayloadShape shape, byte[] sealed, int sizeBytes, KinesisRecord wire) {
        boolean compressed = shape.compression() == Compression.ZSTD;
        byte[] payload = compressed ? DECOMPRESSOR.decompress(sealed) : sealed;
        if (shape.kind() == PayloadKind.RECORD) {
            return List.of(UserRecord.of(wire.partitionKey(), wire.explicitHashKey(), payload));
        }
        return AGGREGATES.read(
                payload, compressed ? payload.length : sizeBytes, framing(format), false, PayloadCodec::userRecord);
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

    private static UserRecord userRecord(
            String partitionKey, @Nullable String explicitHashKey, byte[] data, List<AggregateTag> tags) {
        return UserRecord.of(partitionKey.isEmpty() ? null : partitionKey, explicitHashKey, data);
    }
}
