// SPDX-License-Identifier: Apache-2.0
/**
 * Metrics by Micrometer, for applications that have {@code io.micrometer:micrometer-core} on their class path. Nothing else of this library
 * refers to it.
 */
@NullMarked
package io.kinesisencryption.micrometer;

import org.jspecify.annotations.NullMarked;
