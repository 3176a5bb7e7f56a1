// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Decodes what a schema registry's serializer has encoded, once it is decrypted: KCL itself does so before, when it sees nothing but ciphertext. */
@FunctionalInterface
interface SchemaDecoder {
    /** Leaves everything as it is. */
    SchemaDecoder NONE = records -> records;

    /**
     * Decodes the user records of one record.
     *
     * @param records what was opened
     * @return as many records; those that no such serializer has encoded as they are
     * @throws SchemaException if one of them cannot be decoded
     */
    List<KinesisClientRecord> decode(List<KinesisClientRecord> records);
}
