// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import java.util.List;

/** Makes one Kinesis record of many user records. Thread-safe; may block on the key service. */
@FunctionalInterface
interface Sealer {
    /**
     * Seals them.
     *
     * @throws io.kinesisencryption.error.KinesisEncryptionException if that is not possible
     */
    KinesisRecord seal(String partitionKey, String explicitHashKey, List<UserRecord> records);
}
