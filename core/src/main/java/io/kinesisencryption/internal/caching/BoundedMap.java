// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A map that holds so many entries at most. Look-ups take no lock and write at most one flag. Which entry makes room is decided as SIEVE does it:
 * a hand walks from the oldest entry to the newest and takes the first that was not looked up since the hand last passed. So an entry that is in
 * use stays, and many that are asked for once cannot drive it out. Thread-safe.
 *
 * <p>An entry is its own node in the list, so that a full map costs about 45 bytes for each entry beside the entry and its identity.
 *
 * @param <I> what an entry is found by
 * @param <N> the entry
 * @see <a href="https://www.usenix.org/conference/nsdi24/presentation/zhang-yazhuo">SIEVE is Simpler than LRU</a>
 */
final class BoundedMap<I, N extends BoundedMap.Node<I, N>> {
    /** An entry. It is in one map at most, once. */
    abstract static class Node<I, N extends Node<I, N>> {
        final I identity;
        /** Written without a lock. A lost write makes an entry a little more likely to go, nothing else. */
        private boolean used;

        private @Nullable N newer;
        private @Nullable N older;

        Node(I identity) {
            this.identity = identity;
        }
    }

    private final int maxEntries;
    private final ConcurrentHashMap<I, N> entries = new ConcurrentHashMap<>();
    private @Nullable N newest;
    private @Nullable N oldest;
    private @Nullable N hand;
    private volatile long epoch;
    private boolean closed;

    BoundedMap(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** The entry of an identity, which is then in use. */
    @Nullable
    N get(I identity) {
        N node = entries.get(identity);
        // Written only if need be: a line that is only read is shared by all processors.
        if (node != null && !((Node<I, N>) node).used) {
            ((Node<I, N>) node).used = true;
        }
        return node;
    }

    /** The entry of an identity, without putting it to use. */
    @Nullable
    N peek(I identity) {
        return entries.get(identity);
    }

    int size() {
        return entries.size();
    }

    /** The entries there are now, in no order. */
    List<N> all() {
        return List.copyOf(entries.values());
    }

    /** Counts how often the map was cleared. */
    long epoch() {
        return epoch;
    }

    /**
     * Adds an entry, unless the map was cleared or closed since an epoch.
     *
     * @param removed gets the entry that it replaces and the one that makes room for it
     * @return whether it was added
     */
    boolean put(N node, long sinceEpoch, Collection<? super N> removed) {
        synchronized (entries) {
            if (closed || epoch != sinceEpoch) {
                return false;
            }
            N replaced = entries.remove(node.identity);
            if (replaced != null) {
                unlink(replaced);
                removed.add(replaced);
            }
            insert(node, removed);
            return true;
        }
    }

    /**
     * Adds an entry, unless there is one of its identity.
     *
     * @param removed gets the entry that makes room for it
     * @return the entry that is in the map, or null if the map is closed
     */
    @Nullable
    N putIfAbsent(N node, Collection<? super N> removed) {
        synchronized (entries) {
            if (closed) {
                return null;
            }
            N present = entries.get(node.identity);
            if (present == null) {
                insert(node, removed);
            }
            return present == null ? node : present;
        }
    }

    /** Removes an entry, if it is in the map. */
    boolean remove(N node) {
        synchronized (entries) {
            if (!entries.remove(node.identity, node)) {
                return false;
            }
            unlink(node);
            return true;
        }
    }

    /** Removes the entries that a test finds, from the oldest on. The test must be quick and must not use the map. */
    void removeIf(Predicate<? super N> test) {
        synchronized (entries) {
            N node = oldest;
            while (node != null) {
                N next = ((Node<I, N>) node).newer;
                if (test.test(node)) {
                    entries.remove(node.identity);
                    unlink(node);
                }
                node = next;
            }
        }
    }

    /** Removes everything and begins a new epoch. */
    void clear(Collection<? super N> removed) {
        synchronized (entries) {
            removed.addAll(entries.values());
            entries.clear();
            newest = null;
            oldest = null;
            hand = null;
            // Written under the lock only; volatile for those who read it without.
            long next = epoch + 1;
            epoch = next;
        }
    }

    /** Removes everything and takes nothing any more. */
    void close(Collection<? super N> removed) {
        synchronized (entries) {
            closed = true;
            clear(removed);
        }
    }

    private void insert(N node, Collection<? super N> removed) {
        if (entries.size() >= maxEntries) {
            removed.add(evict());
        }
        entries.put(node.identity, node);
        N second = newest;
        ((Node<I, N>) node).older = second;
        if (second == null) {
            oldest = node;
        } else {
            ((Node<I, N>) second).newer = node;
        }
        newest = node;
    }

    private N evict() {
        N candidate = hand == null ? oldest : hand;
        while (candidate != null && ((Node<I, N>) candidate).used) {
            ((Node<I, N>) candidate).used = false;
            N next = ((Node<I, N>) candidate).newer;
            candidate = next == null ? oldest : next;
        }
        if (candidate == null) {
            throw new IllegalStateException("A full map has no entry");
        }
        hand = candidate;
        entries.remove(candidate.identity);
        unlink(candidate);
        return candidate;
    }

    /** Takes an entry out of the list. The hand goes on to the next newer one, or, from the newest, to the oldest. */
    private void unlink(N node) {
        N newerNode = ((Node<I, N>) node).newer;
        N olderNode = ((Node<I, N>) node).older;
        if (newerNode == null) {
            newest = olderNode;
        } else {
            ((Node<I, N>) newerNode).older = olderNode;
        }
        if (olderNode == null) {
            oldest = newerNode;
        } else {
            ((Node<I, N>) olderNode).newer = newerNode;
        }
        if (hand == node) {
            hand = newerNode;
        }
        ((Node<I, N>) node).newer = null;
        ((Node<I, N>) node).older = null;
    }
}
