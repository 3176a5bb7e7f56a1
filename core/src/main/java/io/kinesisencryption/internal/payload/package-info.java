// SPDX-License-Identifier: Apache-2.0
/**
 * What stands inside an envelope: aggregates of user records in the protobuf of the Kinesis Producer Library, and zstd compression of a whole
 * payload. No cipher and no AWS type. Every length is checked against its bound and against the bytes that are left before anything is
 * allocated. Not for applications.
 */
@NullMarked
package io.kinesisencryption.internal.payload;

import org.jspecify.annotations.NullMarked;
