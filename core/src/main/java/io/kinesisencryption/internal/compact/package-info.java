// SPDX-License-Identifier: Apache-2.0
/**
 * COMPACT records over cached data keys: the format, its ciphers and the caches put together. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.compact;

import org.jspecify.annotations.NullMarked;
