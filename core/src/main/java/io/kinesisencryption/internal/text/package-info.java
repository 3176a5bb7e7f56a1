// SPDX-License-Identifier: Apache-2.0
/** Texts as bytes, the same way in every format. Not part of the public surface. */
@NullMarked
package io.kinesisencryption.internal.text;

import org.jspecify.annotations.NullMarked;
