// SPDX-License-Identifier: Apache-2.0
/**
 * The one adapter to the AWS Encryption SDK and its material providers library. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.encryptionsdk;

import org.jspecify.annotations.NullMarked;
