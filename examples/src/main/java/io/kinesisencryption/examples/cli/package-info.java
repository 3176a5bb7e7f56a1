// SPDX-License-Identifier: Apache-2.0
/**
 * The command-line program: one class for each command, and the options that commands share.
 */
@NullMarked
package io.kinesisencryption.examples.cli;

import org.jspecify.annotations.NullMarked;
