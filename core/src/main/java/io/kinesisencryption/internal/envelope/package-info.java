// SPDX-License-Identifier: Apache-2.0
/**
 * The layout of envelopes, and nothing else: no cipher and no AWS type. Every length is checked against its bound and against the bytes
 * that are left before anything is allocated. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.envelope;

import org.jspecify.annotations.NullMarked;
