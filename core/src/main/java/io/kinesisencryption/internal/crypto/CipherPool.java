// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of ciphers, each of which remembers whose key it was used with last. A key has a few places of its own by its hash, so that a key
 * in use finds its cipher with the AES key schedule in it (making that takes longer than encrypting 1 KiB on some JDKs), while an idle key holds
 * none. No locks and no thread-locals: a cipher belongs to whoever took it until it is given back. Thread-safe.
 */
final class CipherPool {
    /**
     * Ciphers that are kept: about 1.3 KiB each with the JDK's provider. Enough for some hundreds of keys in turn, and few enough to stay in a
     * processor's cache when there are more: one for each key was tried, and cost as much as the key schedules that it saved (decision 0019).
     */
    static final int CAPACITY = 512;

    /** The places of one key, which it shares with other keys: so many ciphers are kept for it at most. */
    private static final int PLACES = 8;

    /** How many ciphers change hands for each that is not in the last place of its key. */
    private static final int STAY = 16;

    private final JcaAlgorithms algorithms;
    private final AtomicReferenceArray<@Nullable Pooled> places = new AtomicReferenceArray<>(CAPACITY);

    /** Racy on purpose: it only spreads evictions. */
    private int turn;

    CipherPool(JcaAlgorithms algorithms) {
        this.algorithms = algorithms;
    }

    /** A cipher and whose it is. Used by one thread at a time. */
    static final class Pooled {
        private final Cipher cipher;
        private Object owner;

        private Pooled(Cipher cipher, Object owner) {
            this.cipher = cipher;
            this.owner = owner;
        }

        Cipher cipher() {
            return cipher;
        }
    }

    /**
     * Takes a cipher: the owner's own if there is one, else an idle one of another, else a new one. It has to be initialised.
     *
     * @param owner whose key it will be initialised with
     * @param hash the owner's, the same each time
     */
    Pooled take(Object owner, int hash) throws GeneralSecurityException {
        int first = firstPlace(hash);
        boolean full = true;
        for (int i = first; i < first + PLACES; i++) {
            Pooled pooled = places.get(i);
            if (pooled == null) {
                full = false;
            } else if (pooled.owner == owner && places.compareAndSet(i, pooled, null)) {
                // It may have changed hands before it was taken.
                pooled.owner = owner;
                return pooled;
            }
        }
        if (full) {
            Pooled other = places.getAndSet(first + placeToGiveUp(), null);
            if (other != null) {
                other.owner = owner;
                return other;
            }
        }
        return new Pooled(algorithms.gcm(), owner);
    }

    /** Gives a cipher back that has done its work without an exception; one that threw is left to the garbage collector. */
    void giveBack(Pooled pooled, int hash) {
        int first = firstPlace(hash);
        for (int i = first; i < first + PLACES; i++) {
            if (places.get(i) == null) {
                // If another thread has taken the place meanwhile, its cipher is lost, which is cheaper than to exclude
                // it.
                places.setRelease(i, pooled);
                return;
            }
        }
    }

    /** Drops the ciphers of an owner that none of them is in use for. */
    void discard(Object owner, int hash) {
        int first = firstPlace(hash);
        for (int i = first; i < first + PLACES; i++) {
            Pooled pooled = places.get(i);
            if (pooled != null && pooled.owner == owner) {
                places.compareAndSet(i, pooled, null);
            }
        }
    }

    /** Drops every idle cipher. */
    void discardAll() {
        for (int i = 0; i < CAPACITY; i++) {
            places.set(i, null);
        }
    }

    /** For tests. */
    int idle() {
        int count = 0;
        for (int i = 0; i < CAPACITY; i++) {
            count += places.get(i) == null ? 0 : 1;
        }
        return count;
    }

    /**
     * Nearly always the last: where there are too many keys for their places, most pass through that one, whose cipher stays in the processor's
     * nearest cache, and the others keep theirs. Now and then one of those goes, so that no key stays for ever.
     */
    private int placeToGiveUp() {
        int now = turn++;
        return now % STAY == 0 ? now / STAY & PLACES - 1 : PLACES - 1;
    }

    private static int firstPlace(int hash) {
        return hash & CAPACITY - 1 & -PLACES;
    }
}
