// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.internal.SafeListener;
import java.util.function.BiConsumer;

/**
 * What was configured, in the engine's units.
 *
 * @param stream the stream
 * @param lingerNanos how long an aggregate waits for more records at most
 * @param maxAggregateSizeBytes what an aggregate of several records takes unsealed at most
 * @param maxAggregateRecords how many records an aggregate holds at most
 * @param maxRequestSizeBytes what a call carries at most
 * @param deliveryTimeoutNanos how long a record is tried
 * @param ordered whether records of one partition key keep their order
 * @param slices how many slices there are, or 0 if the stream decides
 * @param listener who is told
 */
record Settings(
        StreamIdentity stream,
        long lingerNanos,
        int maxAggregateSizeBytes,
        int maxAggregateRecords,
        int maxRequestSizeBytes,
        long deliveryTimeoutNanos,
        boolean ordered,
        int slices,
        SafeListener<ProducerListener> listener) {
    <E> void tell(BiConsumer<ProducerListener, E> method, E event) {
        listener.tell(method, event);
    }
}
