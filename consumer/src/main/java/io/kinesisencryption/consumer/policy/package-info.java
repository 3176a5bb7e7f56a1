// SPDX-License-Identifier: Apache-2.0
/**
 * What a consumer does about a record that it cannot open: options, and the decisions that follow from them. Knows nothing of the Kinesis Client
 * Library.
 */
@NullMarked
package io.kinesisencryption.consumer.policy;

import org.jspecify.annotations.NullMarked;
