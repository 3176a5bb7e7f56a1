// SPDX-License-Identifier: Apache-2.0
/**
 * Encrypting clients for Amazon Kinesis Data Streams: they take the place of the SDK's own and encrypt every record that is written.
 */
@NullMarked
package io.kinesisencryption.producer;

import org.jspecify.annotations.NullMarked;
