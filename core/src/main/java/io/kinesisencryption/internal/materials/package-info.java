// SPDX-License-Identifier: Apache-2.0
/**
 * The encryption context: what a writer binds to a record and what a reader demands of one; and data keys as things that are leased, used and
 * destroyed. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.materials;

import org.jspecify.annotations.NullMarked;
