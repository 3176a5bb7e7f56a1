// SPDX-License-Identifier: Apache-2.0
/**
 * An in-memory Amazon Kinesis Data Streams behind the AWS SDK's own {@code KinesisClient} and {@code KinesisAsyncClient}, for
 * tests of producers and consumers. {@link io.kinesisencryption.testkit.kinesis.InMemoryKinesis} is the entrance: it makes
 * streams and clients, shows what a stream stores, counts calls and carries the injectable
 * {@linkplain io.kinesisencryption.testkit.kinesis.KinesisFault faults}. It keeps the service's limits, error codes, sequence
 * numbers, shard lineage and retention, reads the time from a {@code java.time.Clock}, and opens no socket.
 */
@NullMarked
package io.kinesisencryption.testkit.kinesis;

import org.jspecify.annotations.NullMarked;
