// SPDX-License-Identifier: Apache-2.0
/**
 * What a command tells its user when it cannot go on.
 */
@NullMarked
package io.kinesisencryption.examples.failure;

import org.jspecify.annotations.NullMarked;
