// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryDeserializer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Decodes by the AWS Glue Schema Registry as KCL's {@code SchemaRegistryDecoder} does, which gives a record its schema and the data without the registry's
 * header. Where that one logs a failure and goes on with the record as it is, this throws. The only class that needs the registry's own on the class path.
 * Thread-safe as far as the deserializer is.
 */
final class GlueSchemaDecoder implements SchemaDecoder {
    private final GlueSchemaRegistryDeserializer deserializer;

    GlueSchemaDecoder(GlueSchemaRegistryDeserializer deserializer) {
        this.deserializer = Objects.requireNonNull(deserializer, "deserializer");
    }

    @Override
    public List<KinesisClientRecord> decode(List<KinesisClientRecord> records) {
        List<KinesisClientRecord> decoded = new ArrayList<>(records.size());
        for (KinesisClientRecord record : records) {
            // Plaintext that KCL was given a deserializer for is decoded already.
            decoded.add(record.data() == null || record.schema() != null ? record : decode(record));
        }
        return decoded;
    }

    private KinesisClientRecord decode(KinesisClientRecord record) {
        byte[] bytes = exactly(record.data());
        try {
            if (!deserializer.canDeserialize(bytes)) {
                return record;
            }
            return record.toBuilder()
                    .schema(deserializer.getSchema(bytes))
                    .data(ByteBuffer.wrap(deserializer.getData(bytes)))
                    .build();
        } catch (Throwable e) {
            throw new SchemaException(e);
        }
    }

    /** What was decrypted has such an array already. */
    private static byte[] exactly(ByteBuffer data) {
        if (data.hasArray() && data.arrayOffset() == 0 && data.position() == 0 && data.array().length == data.limit()) {
            return data.array();
        }
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return bytes;
    }
}
