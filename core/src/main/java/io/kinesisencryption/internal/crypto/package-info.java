// SPDX-License-Identifier: Apache-2.0
/**
 * Ciphers, key derivation and nonces of the COMPACT format: the one package that uses {@code javax.crypto}. Keys leave it only as capabilities
 * that seal and open. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.crypto;

import org.jspecify.annotations.NullMarked;
