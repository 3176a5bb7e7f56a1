// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.function.DoubleSupplier;

/**
 * What the holds of a factory's shards share.
 *
 * @param timer by which they wait
 * @param random numbers from 0 (inclusive) to 1 (exclusive) for jitter; thread-safe
 * @param events who is told
 */
record HoldEnvironment(HoldTimer timer, DoubleSupplier random, HoldEvents events) {}
