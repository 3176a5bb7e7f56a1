// SPDX-License-Identifier: Apache-2.0
/**
 * Kinesis clients that decrypt what they read, for consumers without the Kinesis Client Library and for what stands below it.
 */
@NullMarked
package io.kinesisencryption.consumer.client;

import org.jspecify.annotations.NullMarked;
