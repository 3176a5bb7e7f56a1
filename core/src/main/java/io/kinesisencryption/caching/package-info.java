// SPDX-License-Identifier: Apache-2.0
/**
 * How long and how much data keys are used, and how many are kept.
 */
@NullMarked
package io.kinesisencryption.caching;

import org.jspecify.annotations.NullMarked;
