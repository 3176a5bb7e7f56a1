// SPDX-License-Identifier: Apache-2.0
/**
 * Names of what an envelope can be: its format and its algorithm suite.
 */
@NullMarked
package io.kinesisencryption.suite;

import org.jspecify.annotations.NullMarked;
