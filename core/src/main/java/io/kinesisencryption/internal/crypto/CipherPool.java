// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of ciphers, each of which remembers whose key it was used with last. A key has a few places of its own by its hash, so that a key
 * in use finds its cipher with the AES key schedule in it (making that takes longer than encrypting 1 KiB on some JDKs), while an idle key holds
 * none. No locks and no thread-locals: a place belongs to whoever took it until it is given back. Thread-safe.
 *
 * <p>Owners are numbers and a cipher stays in its place while it is used, so that taking one and giving it back writes no reference: the garbage
 * collector wants to know of each that is written into an old object.
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

    /** What {@link #take} returns where every place is in use. */
    private static final int NO_PLACE = -1;

    private static final long EMPTY = 0;
    private static final long IN_USE = -1;
    private static final AtomicLong OWNERS = new AtomicLong();

    private final JcaAlgorithms algorithms;

    /** Whose the cipher in a place is, or {@link #EMPTY}, or {@link #IN_USE}. */
    private final AtomicLongArray owners = new AtomicLongArray(CAPACITY);

    /** Written only by those who have put a place in use. */
    private final AtomicReferenceArray<@Nullable Cipher> ciphers = new AtomicReferenceArray<>(CAPACITY);

    /** Racy on purpose: it only spreads evictions. */
    private int turn;

    CipherPool(JcaAlgorithms algorithms) {
        this.algorithms = algorithms;
    }

    /** A number for an owner, another one each time in this process. */
    static long newOwner() {
        return OWNERS.incrementAndGet();
    }

    /**
     * Takes a place: one with the owner's own cipher if there is one, else an empty one, else one whose cipher is idle and another's, else none.
     *
     * @param owner whose key the cipher will be initialised with
     * @param hash the owner's, the same each time
     * @return the place, for {@link #cipher}; afterwards it is given back or dropped
     */
    int take(long owner, int hash) {
        int first = firstPlace(hash);
        int empty = NO_PLACE;
        for (int place = first; place < first + PLACES; place++) {
            long now = owners.getPlain(place);
            if (now == owner && owners.compareAndSet(place, owner, IN_USE)) {
                return place;
            }
            if (now == EMPTY && empty == NO_PLACE) {
                empty = place;
            }
        }
        if (empty != NO_PLACE && owners.compareAndSet(empty, EMPTY, IN_USE)) {
            return empty;
        }
        int last = placeToGiveUp();
        for (int i = 0; i < PLACES; i++) {
            int place = first + (last - i & PLACES - 1);
            long now = owners.get(place);
            if (now != IN_USE && owners.compareAndSet(place, now, IN_USE)) {
                return place;
            }
        }
        return NO_PLACE;
    }

    /**
     * The cipher of a place that was taken. It has to be initialised.
     *
     * @param place what {@link #take} returned
     */
    Cipher cipher(int place) throws GeneralSecurityException {
        Cipher present = place == NO_PLACE ? null : ciphers.getPlain(place);
        if (present != null) {
            return present;
        }
        Cipher cipher = algorithms.gcm();
        if (place != NO_PLACE) {
            ciphers.setPlain(place, cipher);
        }
        return cipher;
    }

    /** Gives a place back whose cipher has done its work. */
    void giveBack(int place, long owner) {
        if (place != NO_PLACE) {
            owners.setRelease(place, owner);
        }
    }

    /** Gives a place back whose cipher threw and is left to the garbage collector. */
    void drop(int place) {
        if (place != NO_PLACE) {
            ciphers.setPlain(place, null);
            owners.setRelease(place, EMPTY);
        }
    }

    /** Drops the ciphers of an owner that none of them is in use for. */
    void discard(long owner, int hash) {
        int first = firstPlace(hash);
        for (int place = first; place < first + PLACES; place++) {
            if (owners.compareAndSet(place, owner, IN_USE)) {
                drop(place);
            }
        }
    }

    /** Drops every idle cipher. */
    void discardAll() {
        for (int place = 0; place < CAPACITY; place++) {
            long owner = owners.get(place);
            if (owner != IN_USE && owner != EMPTY && owners.compareAndSet(place, owner, IN_USE)) {
                drop(place);
            }
        }
    }

    /** For tests. */
    int idle() {
        int count = 0;
        for (int place = 0; place < CAPACITY; place++) {
            long owner = owners.get(place);
            count += owner == EMPTY || owner == IN_USE ? 0 : 1;
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
