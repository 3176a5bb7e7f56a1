// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers who reads with which shard iterator. A reader that goes from iterator to iterator has two in here: the newest, and the one that it came by,
 * which may have to serve again. Others go ten minutes after they were last used, because the service ends an iterator five minutes after it was issued, and
 * the oldest goes if there are too many. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html">GetShardIterator: the lifetime of an iterator</a>
 */
final class KnownIterators {
    static final int MAX_ITERATORS = 100_000;
    static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final class Known {
        private final ShardReader reader;
        private final @Nullable String before;
        private long usedNanos;

        Known(ShardReader reader, @Nullable String before, long usedNanos) {
            this.reader = reader;
            this.before = before;
            this.usedNanos = usedNanos;
        }
    }

    private final LongSupplier nanoTime;

    /** The one that was not used for the longest time comes first. */
    private final LinkedHashMap<String, Known> iterators = new LinkedHashMap<>(16, 0.75f, true);

    KnownIterators(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized @Nullable ShardReader find(String iterator) {
        Known known = iterators.get(iterator);
        if (known == null) {
            return null;
        }
        known.usedNanos = nanoTime.getAsLong();
        return known.reader;
    }

    synchronized void issued(String iterator, ShardReader reader) {
        add(iterator, reader, null);
    }

    /**
     * What was read with an iterator is handed out.
     *
     * @param next the one that goes on after it; null at the end of the shard
     */
    synchronized void advanced(String iterator, @Nullable String next, ShardReader reader) {
        Known used = iterators.get(iterator);
        if (next == null || next.equals(iterator)) {
            return;
        }
        if (used != null && used.before != null) {
            iterators.remove(used.before);
        }
        add(next, reader, iterator);
    }

    synchronized int size() {
        return iterators.size();
    }

    private void add(String iterator, ShardReader reader, @Nullable String before) {
        long now = nanoTime.getAsLong();
        iterators.put(iterator, new Known(reader, before, now));
        Iterator<Map.Entry<String, Known>> eldest = iterators.entrySet().iterator();
        while (eldest.hasNext()) {
            Known next = eldest.next().getValue();
            if (iterators.size() <= MAX_ITERATORS && now - next.usedNanos <= KEPT_NANOS) {
                return;
            }
            eldest.remove();
        }
    }
}
