// SPDX-License-Identifier: Apache-2.0
/**
 * What the in-memory services have in common: {@link io.kinesisencryption.testkit.MutableClock} is a time that passes only when the test says
 * so. The services themselves are in the packages {@code kinesis}, {@code kms} and {@code dynamodb}.
 */
@NullMarked
package io.kinesisencryption.testkit;

import org.jspecify.annotations.NullMarked;
