// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

/** Where records go that cannot be opened. Must be thread-safe: shards call it side by side. */
@FunctionalInterface
public interface DeadLetterSink {
    /**
     * Keeps a dead letter. The shard waits for this call, and its checkpoint passes the record only after it has returned: it must not return before the
     * letter is safe. Give it a timeout, because nothing but an interrupt ends it from outside.
     *
     * <p>The same letter may come again, after a failure, a restart or a lost lease, so keep it by its {@link DeadLetter#name()}.
     *
     * @param letter the letter, which may be kept
     * @throws Exception if it could not be kept. Anything that is thrown holds the shard, and the record is tried again.
     */
    void put(DeadLetter letter) throws Exception;
}
