// SPDX-License-Identifier: Apache-2.0
/**
 * Writing to and reading from a stream with the plain operations of the service: PutRecords with retries, and GetRecords over every shard.
 */
@NullMarked
package io.kinesisencryption.examples.stream;

import org.jspecify.annotations.NullMarked;
