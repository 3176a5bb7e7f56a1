// SPDX-License-Identifier: Apache-2.0
/**
 * Data keys kept between records: one current key for each stream that is written to, many keys for the streams that are read, and the limits on
 * how often a key service is asked for them. Knows no envelope format: a key is a {@link io.kinesisencryption.internal.materials.LeasedKey}, an
 * identity is whatever a format says is one. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.caching;

import org.jspecify.annotations.NullMarked;
