// SPDX-License-Identifier: Apache-2.0
/**
 * Encrypts and decrypts records of Amazon Kinesis Data Streams. {@link io.kinesisencryption.KinesisEncryption} is the one owner of keys
 * that an application makes; everything else is made from it.
 */
@NullMarked
package io.kinesisencryption;

import org.jspecify.annotations.NullMarked;
