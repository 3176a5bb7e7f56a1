// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue of queues: each group is served in its own order, and the groups take turns. So whoever fills one group delays only what comes behind
 * in that group. A group that was charged for more than it took misses as many turns, as long as others wait. Not thread-safe.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
    private static final class Group<T> {
        final ArrayDeque<T> waiting = new ArrayDeque<>();
        int turnsToMiss;
    }

    /** Those that have something waiting, and those that still have turns to miss. None where nothing waits: no turn is owed to anybody then. */
    private final Map<Object, Group<T>> groups = new LinkedHashMap<>();

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** How many groups are remembered, for whatever reason. */
    int groups() {
        return groups.size();
    }

    int sizeOf(Object group) {
        Group<T> waiting = groups.get(group);
        return waiting == null ? 0 : waiting.waiting.size();
    }

    void add(Object group, T waiting) {
        groupOf(group).waiting.add(waiting);
        size++;
    }

    /** Has a group miss a turn. Only if others are waiting: where nobody is kept waiting nothing is owed. */
    void missTurn(Object group) {
        if (size > sizeOf(group)) {
            groupOf(group).turnsToMiss++;
        }
    }

    private Group<T> groupOf(Object group) {
        return groups.computeIfAbsent(group, g -> new Group<>());
    }

    /** Takes the first of the group whose turn it is, and sends the group to the end. */
    @Nullable
    T poll() {
        if (size == 0) {
            return null;
        }
        while (true) {
            Map.Entry<Object, Group<T>> first = groups.entrySet().iterator().next();
            Group<T> group = first.getValue();
            groups.remove(first.getKey());
            T taken = null;
            if (group.turnsToMiss > 0) {
                group.turnsToMiss--;
            } else {
                taken = group.waiting.poll();
            }
            if (!group.waiting.isEmpty() || group.turnsToMiss > 0) {
                groups.put(first.getKey(), group);
            }
            if (taken != null) {
                size--;
                if (size == 0) {
                    groups.clear();
                }
                return taken;
            }
        }
    }
}
