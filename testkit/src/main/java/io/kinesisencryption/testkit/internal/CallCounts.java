// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each operation of an in-memory service was called. Thread-safe. */
public final class CallCounts {
    private final OperationNames names;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /**
     * Counts that stand at zero.
     *
     * @param names the operations there are
     */
    public CallCounts(OperationNames names) {
        this.names = names;
    }

    /**
     * Counts one call.
     *
     * @param operation the operation's name
     */
    public void add(String operation) {
        counts.computeIfAbsent(operation, name -> new LongAdder()).increment();
    }

    /**
     * The count of one operation.
     *
     * @param operation the operation's name
     * @return the calls since the start or the last reset
     * @throws IllegalArgumentException if the service has no operation of that name
     */
    public long count(String operation) {
        LongAdder count = counts.get(names.require(operation));
        return count == null ? 0 : count.sum();
    }

    /**
     * The counts of all operations that were called.
     *
     * @return an unmodifiable copy, by name
     */
    public Map<String, Long> counts() {
        Map<String, Long> copy = new TreeMap<>();
        counts.forEach((operation, count) -> copy.put(operation, count.sum()));
        return Collections.unmodifiableMap(copy);
    }

    /** Sets every count to zero. */
    public void reset() {
        counts.clear();
    }
}
