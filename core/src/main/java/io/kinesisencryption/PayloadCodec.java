// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.AggregateWriter;
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
    static byte[] encode(EnvelopeFormat format, PayloadShape shape, List<UserRecord> records) {
        byte[] payload = shape.kind() == PayloadKind.RECORD ? records.get(0).data() : aggregate(format, records);
        return shape.compression() == Compression.ZSTD ? new ZstdCompressor().compress(payload) : payload;
    }

    /**
     * The user records of a payload that was authenticated.
     *
     * @param wire the record that it came in, whose keys are the user record's where the payload has none
     */
    static List<UserRecord> decode(EnvelopeFormat format, PayloadShape shape, byte[] sealed, KinesisRecord wire) {
        byte[] payload = shape.compression() == Compression.ZSTD ? DECOMPRESSOR.decompress(sealed) : sealed;
        if (shape.kind() == PayloadKind.RECORD) {
            return List.of(UserRecord.of(wire.partitionKey(), wire.explicitHashKey(), payload));
        }
        return AGGREGATES.read(
                payload,
                framing(format),
                false,
                (partitionKey, explicitHashKey, data, tags) ->
                        UserRecord.of(keyOrNull(partitionKey), explicitHashKey, data));
    }

    private static byte[] aggregate(EnvelopeFormat format, List<UserRecord> records) {
        AggregateWriter writer = new AggregateWriter(framing(format));
        for (UserRecord record : records) {
            String partitionKey = record.partitionKey();
            writer.add(partitionKey == null ? NO_KEY : partitionKey, record.explicitHashKey(), record.data());
        }
        return writer.toByteArray();
    }

    private static AggregateFraming framing(EnvelopeFormat format) {
        return format == EnvelopeFormat.COMPACT ? AggregateFraming.BARE : AggregateFraming.KPL;
    }

    private static @Nullable String keyOrNull(String partitionKey) {
        return partitionKey.equals(NO_KEY) ? null : partitionKey;
    }
}
