// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * A record in a shard's log, with the SDK's own immutable record ready to be handed out again and again.
 *
 * @param sizeBytes data and UTF-8 partition key, as the service counts a record
 */
record StoredEntry(
        long ordinal,
        long arrivalMillis,
        int sizeBytes,
        @Nullable String explicitHashKey,
        Record record) {}
