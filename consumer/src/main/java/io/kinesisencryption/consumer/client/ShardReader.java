// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import org.jspecify.annotations.Nullable;

/** Where a consumer reads: one shard, from iterator to iterator or for one subscription. Thread-safe. */
final class ShardReader {
    private static final String UNKNOWN = "unknown";

    private final @Nullable String shardId;
    private final RecordDecryptor decryptor;
    private final PassedOver passedOver;

    /** The lowest hash key of the shard; null until it is asked for. */
    private volatile @Nullable String hashKey;

    ShardReader(RecordDecryptor decryptor, @Nullable String shardId, FailurePolicies policies) {
        this.decryptor = decryptor;
        this.shardId = shardId;
        this.passedOver = new PassedOver(policies);
    }

    StreamIdentity stream() {
        return decryptor.stream();
    }

    /** Null if the iterator came from elsewhere. */
    @Nullable
    String shardId() {
        return shardId;
    }

    /** The shard's id, or a word in its place. */
    String shardName() {
        return shardId == null ? UNKNOWN : shardId;
    }

    RecordDecryptor decryptor() {
        return decryptor;
    }

    PassedOver passedOver() {
        return passedOver;
    }

    @Nullable
    String hashKey() {
        return hashKey;
    }

    void hashKey(String found) {
        hashKey = found;
    }
}
