// SPDX-License-Identifier: Apache-2.0
/**
 * Encrypting clients for Amazon Kinesis Data Streams, synchronous and asynchronous: they take the place of the SDK's own and encrypt every record that is
 * written, unless a rule says otherwise.
 */
@NullMarked
package io.kinesisencryption.producer;

import org.jspecify.annotations.NullMarked;
