// SPDX-License-Identifier: Apache-2.0
/**
 * What can go wrong, as one sealed hierarchy with stable codes. A leaf: it depends on nothing, so every layer may throw these.
 */
@NullMarked
package io.kinesisencryption.error;

import org.jspecify.annotations.NullMarked;
