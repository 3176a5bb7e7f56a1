// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A map that holds so many entries at most. A look-up that finds its entry takes no lock and writes at most one flag; one that finds none looks again
 * under the lock. Which entry makes room is decided as SIEVE does it: a hand walks from the oldest entry to the newest and takes the first that was
 * not looked up since the hand last passed. So an entry that is in use stays, and many that are asked for once cannot drive it out. Thread-safe.
 *
 * <p>An entry is its own node in the list and in its bucket: where there are very many entries, each object on the way to one has to come from memory
 * for nearly every look-up (decision 0019).
 *
 * @param <I> what an entry is found by
 * @param <N> the entry
 * @see <a href="https://www.usenix.org/conference/nsdi24/presentation/zhang-yazhuo">SIEVE is Simpler than LRU</a>
 */
final class BoundedMap<I, N extends BoundedMap.Node<I, ?, N>> {
    private static final int FIRST_BUCKETS = 16;

    /**
     * An entry. It is in one map at most, once.
     *
     * @param <V> the class of its value
     */
    abstract static class Node<I, V, N extends Node<I, V, N>> {
        final I identity;

        /**
         * For the subclass. It stands here, before the links, for the garbage collectors that copy an object's references in this order: they then lay
         * an entry's identity and value beside it, and not all that its links lead to.
         */
        volatile @Nullable V value;

        private final int hash;

        /** Written without a lock. A lost write makes an entry a little more likely to go, nothing else. */
        private boolean used;

        /**
         * Leads from a newer entry to an older one of the same bucket, in every table, so that a walk ends. Stays when the entry is removed, for a
         * look-up that is just there: a removed entry must never be put into a map again.
         */
        private volatile @Nullable N nextInBucket;

        private @Nullable N newer;
        private @Nullable N older;

        Node(I identity, @Nullable V value) {
            this.identity = identity;
            this.value = value;
            this.hash = spread(identity.hashCode());
        }
    }

    private final int maxEntries;
    private final Object lock = new Object();

    /** As many as a power of two, each with its entries one after another. */
    private volatile AtomicReferenceArray<@Nullable N> buckets = new AtomicReferenceArray<>(FIRST_BUCKETS);

    /** Written under the lock only, like the epoch. */
    private volatile int size;

    private volatile long epoch;
    private @Nullable N newest;
    private @Nullable N oldest;
    private @Nullable N hand;
    private boolean closed;

    BoundedMap(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /**
     * The entry of an identity, which is then in use. For callers who look again if they get none: it may be overlooked while others come and go. The
     * identity goes no further, so that a compiler can do without the object.
     */
    @Nullable
    N getQuickly(I identity) {
        return use(find(identity));
    }

    /** The entry of an identity, which is then in use. */
    @Nullable
    N get(I identity) {
        return use(peek(identity));
    }

    private @Nullable N use(@Nullable N node) {
        // Written only if need be: a line that is only read is shared by all processors.
        if (node != null && !((Node<I, ?, N>) node).used) {
            ((Node<I, ?, N>) node).used = true;
        }
        return node;
    }

    /** The entry of an identity, without putting it to use. */
    @Nullable
    N peek(I identity) {
        N node = find(identity);
        if (node != null) {
            return node;
        }
        // The entry may have moved to a bucket of a larger table meanwhile.
        synchronized (lock) {
            return find(identity);
        }
    }

    int size() {
        return size;
    }

    /** The entries there are now, from the oldest on. */
    List<N> all() {
        synchronized (lock) {
            List<N> all = new ArrayList<>(size);
            for (N node = oldest; node != null; node = ((Node<I, ?, N>) node).newer) {
                all.add(node);
            }
            return all;
        }
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
        synchronized (lock) {
            if (closed || epoch != sinceEpoch) {
                return false;
            }
            N replaced = find(node.identity);
            if (replaced != null) {
                delete(replaced);
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
        synchronized (lock) {
            if (closed) {
                return null;
            }
            N present = find(node.identity);
            if (present == null) {
                insert(node, removed);
            }
            return present == null ? node : present;
        }
    }

    /** Removes an entry, if it is in the map. */
    boolean remove(N node) {
        synchronized (lock) {
            if (find(node.identity) != node) {
                return false;
            }
            delete(node);
            return true;
        }
    }

    /** Removes the entries that a test finds, from the oldest on. The test must be quick and must not use the map. */
    void removeIf(Predicate<? super N> test) {
        synchronized (lock) {
            N node = oldest;
            while (node != null) {
                N next = ((Node<I, ?, N>) node).newer;
                if (test.test(node)) {
                    delete(node);
                }
                node = next;
            }
        }
    }

    /** Removes everything and begins a new epoch. */
    void clear(Collection<? super N> removed) {
        synchronized (lock) {
            removed.addAll(all());
            buckets = new AtomicReferenceArray<>(FIRST_BUCKETS);
            size = 0;
            newest = null;
            oldest = null;
            hand = null;
            long next = epoch + 1;
            epoch = next;
        }
    }

    /** Removes everything and takes nothing any more. */
    void close(Collection<? super N> removed) {
        synchronized (lock) {
            closed = true;
            clear(removed);
        }
    }

    private void insert(N node, Collection<? super N> removed) {
        if (size >= maxEntries) {
            removed.add(evict());
        }
        if (size >= buckets.length()) {
            grow();
        }
        putIntoBucket(buckets, node);
        int larger = size + 1;
        size = larger;
        N second = newest;
        ((Node<I, ?, N>) node).older = second;
        if (second == null) {
            oldest = node;
        } else {
            ((Node<I, ?, N>) second).newer = node;
        }
        newest = node;
    }

    private N evict() {
        N candidate = hand == null ? oldest : hand;
        while (candidate != null && ((Node<I, ?, N>) candidate).used) {
            ((Node<I, ?, N>) candidate).used = false;
            N next = ((Node<I, ?, N>) candidate).newer;
            candidate = next == null ? oldest : next;
        }
        if (candidate == null) {
            throw new IllegalStateException("A full map has no entry");
        }
        hand = candidate;
        delete(candidate);
        return candidate;
    }

    /** The entry of an identity. Without the lock it may be overlooked, but one that is found is right. */
    private @Nullable N find(I identity) {
        int hash = spread(identity.hashCode());
        AtomicReferenceArray<@Nullable N> table = buckets;
        N node = table.get(hash & table.length() - 1);
        while (node != null && (((Node<I, ?, N>) node).hash != hash || !identity.equals(node.identity))) {
            node = ((Node<I, ?, N>) node).nextInBucket;
        }
        return node;
    }

    /** Twice as many buckets. Who is looking for an entry meanwhile may be led into a bucket of another, but to the end of it. */
    private void grow() {
        AtomicReferenceArray<@Nullable N> larger = new AtomicReferenceArray<>(2 * buckets.length());
        for (N node = oldest; node != null; node = ((Node<I, ?, N>) node).newer) {
            putIntoBucket(larger, node);
        }
        buckets = larger;
    }

    private static <I, N extends Node<I, ?, N>> void putIntoBucket(AtomicReferenceArray<@Nullable N> table, N node) {
        int bucket = ((Node<I, ?, N>) node).hash & table.length() - 1;
        ((Node<I, ?, N>) node).nextInBucket = table.get(bucket);
        table.set(bucket, node);
    }

    /** Takes an entry that is in the map out of it. */
    private void delete(N node) {
        int bucket = ((Node<I, ?, N>) node).hash & buckets.length() - 1;
        N first = buckets.get(bucket);
        N next = ((Node<I, ?, N>) node).nextInBucket;
        if (first == node) {
            buckets.set(bucket, next);
        } else {
            N before = Objects.requireNonNull(first);
            while (((Node<I, ?, N>) before).nextInBucket != node) {
                before = Objects.requireNonNull(((Node<I, ?, N>) before).nextInBucket);
            }
            ((Node<I, ?, N>) before).nextInBucket = next;
        }
        int smaller = size - 1;
        size = smaller;
        unlink(node);
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 16;
    }

    /** Takes an entry out of the list. The hand goes on to the next newer one, or, from the newest, to the oldest. */
    private void unlink(N node) {
        N newerNode = ((Node<I, ?, N>) node).newer;
        N olderNode = ((Node<I, ?, N>) node).older;
        if (newerNode == null) {
            newest = olderNode;
        } else {
            ((Node<I, ?, N>) newerNode).older = olderNode;
        }
        if (olderNode == null) {
            oldest = newerNode;
        } else {
            ((Node<I, ?, N>) olderNode).newer = newerNode;
        }
        if (hand == node) {
            hand = newerNode;
        }
        ((Node<I, ?, N>) node).newer = null;
        ((Node<I, ?, N>) node).older = null;
    }
}
