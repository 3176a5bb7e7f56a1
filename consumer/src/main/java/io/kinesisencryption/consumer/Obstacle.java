// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.policy.HoldReason;

/**
 * What keeps a shard from going on.
 *
 * @param reason what it means
 * @param error what was thrown
 */
record Obstacle(HoldReason reason, Throwable error) {}
