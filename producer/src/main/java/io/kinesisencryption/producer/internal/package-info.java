// SPDX-License-Identifier: Apache-2.0
/** What the producers share. Not part of the public API. */
@NullMarked
package io.kinesisencryption.producer.internal;

import org.jspecify.annotations.NullMarked;
