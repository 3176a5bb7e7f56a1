// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue of queues: each group is served in its own order, and the groups take turns. So whoever fills one group delays only what comes behind
 * in that group. Not thread-safe.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
    private final Map<Object, ArrayDeque<T>> groups = new LinkedHashMap<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    int sizeOf(Object group) {
        ArrayDeque<T> queue = groups.get(group);
        return queue == null ? 0 : queue.size();
    }

    void add(Object group, T waiting) {
        groups.computeIfAbsent(group, g -> new ArrayDeque<>()).add(waiting);
        size++;
    }

    /** Takes the first of the group whose turn it is, and sends the group to the end. */
    @Nullable
    T poll() {
        Iterator<Map.Entry<Object, ArrayDeque<T>>> turn = groups.entrySet().iterator();
        if (!turn.hasNext()) {
            return null;
        }
        Map.Entry<Object, ArrayDeque<T>> first = turn.next();
        Object group = first.getKey();
        ArrayDeque<T> queue = first.getValue();
        turn.remove();
        T taken = queue.remove();
        size--;
        if (!queue.isEmpty()) {
            groups.put(group, queue);
        }
        return taken;
    }
}
