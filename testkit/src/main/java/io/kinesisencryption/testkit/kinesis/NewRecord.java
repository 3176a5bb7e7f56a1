// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A validated record on its way into a shard.
 *
 * @param sizeBytes data and UTF-8 partition key, as the service counts a record
 * @param hashKey the point of the hash key space that picks the shard
 */
record NewRecord(
        String partitionKey, @Nullable String explicitHashKey, SdkBytes data, int sizeBytes, HashKey hashKey) {}
