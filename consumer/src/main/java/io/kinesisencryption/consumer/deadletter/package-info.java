// SPDX-License-Identifier: Apache-2.0
/**
 * Records that a consumer gave up, kept as they were stored with the reason, and where they are kept. Knows nothing of the Kinesis Client Library.
 */
@NullMarked
package io.kinesisencryption.consumer.deadletter;

import org.jspecify.annotations.NullMarked;
