// SPDX-License-Identifier: Apache-2.0
/**
 * An AWS KMS in memory, behind the AWS SDK's own {@link software.amazon.awssdk.services.kms.KmsClient}, for tests.
 *
 * <p>{@link io.kinesisencryption.testkit.kms.InMemoryKms} holds keys, aliases, access rules and call counters and hands out clients;
 * {@link io.kinesisencryption.testkit.kms.KmsFault} says how its calls fail. Nothing here opens a connection, and nothing here protects a
 * secret that matters: keys live in this process and die with it.
 */
@NullMarked
package io.kinesisencryption.testkit.kms;

import org.jspecify.annotations.NullMarked;
