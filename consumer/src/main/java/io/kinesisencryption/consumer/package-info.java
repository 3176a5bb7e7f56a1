// SPDX-License-Identifier: Apache-2.0
/**
 * Decrypts in a consumer that is built on the Kinesis Client Library. An application wraps its record processor factory in a
 * {@link io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory} and changes nothing else.
 */
@NullMarked
package io.kinesisencryption.consumer;

import org.jspecify.annotations.NullMarked;
