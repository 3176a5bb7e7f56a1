// SPDX-License-Identifier: Apache-2.0
/**
 * The batching producer: takes user records one by one, seals many of them in one envelope, and puts the envelopes into a stream. Start at
 * {@link io.kinesisencryption.producer.batching.BatchingProducer}.
 */
@NullMarked
package io.kinesisencryption.producer.batching;

import org.jspecify.annotations.NullMarked;
