// SPDX-License-Identifier: Apache-2.0
/**
 * Keyrings: which wrapping keys protect the data keys.
 */
@NullMarked
package io.kinesisencryption.keyring;

import org.jspecify.annotations.NullMarked;
