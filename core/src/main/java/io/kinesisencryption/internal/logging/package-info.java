// SPDX-License-Identifier: Apache-2.0
/** What every module writes to its log alike. Not part of the public surface. */
@NullMarked
package io.kinesisencryption.internal.logging;

import org.jspecify.annotations.NullMarked;
