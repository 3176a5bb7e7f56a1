// SPDX-License-Identifier: Apache-2.0
/**
 * What the in-memory services have in common. {@link io.kinesisencryption.testkit.Faults} is how a test makes one of them misbehave,
 * {@link io.kinesisencryption.testkit.InjectedFault} the handle of a fault that is in force, and
 * {@link io.kinesisencryption.testkit.MutableClock} a time that passes only when the test says so. The services themselves are in the packages
 * {@code kinesis}, {@code kms} and {@code dynamodb}.
 */
@NullMarked
package io.kinesisencryption.testkit;

import org.jspecify.annotations.NullMarked;
