// SPDX-License-Identifier: Apache-2.0
/**
 * Input as lines: one record a line, bytes as they are, and the partition key that a line gets.
 */
@NullMarked
package io.kinesisencryption.examples.line;

import org.jspecify.annotations.NullMarked;
