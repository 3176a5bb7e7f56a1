// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.internal.text.Utf8;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The table of keys that the records of an aggregate under construction refer to by index; each key is encoded once. Not thread-safe.
 *
 * <p>Sharing keys saves bytes and is never needed, so a search looks at no more than {@value #MAX_PROBES} slots and then gives up: keys that an
 * outsider chose to collide cost their aggregate some bytes, not time.
 */
final class KeyTable {
    private static final int MAX_PROBES = 16;
    private static final int HASH_MULTIPLIER = 0x9E3779B9;

    private final int fieldKey;
    private final String what;
    private byte[][] encoded;
    private String[] keys;
    private int[] hashes;
    private int count;

    /** The index of a key plus one, or 0: open addressing, a power of two of slots, never more than half full. */
    private int[] slots;

    private int shift;

    /** A key that was asked about and is not in the table, so that adding it afterwards does not encode it again. */
    private @Nullable String pending;

    private byte[] pendingBytes = {};

    /**
     * Makes an empty table.
     *
     * @param fieldKey the one byte before each entry in the protobuf
     * @param what what its entries are, for errors
     * @param expectedKeys how many it holds before it grows, from 1
     */
    KeyTable(int fieldKey, String what, int expectedKeys) {
        this.fieldKey = fieldKey;
        this.what = what;
        int capacity = expectedKeys == 1 ? 1 : Integer.highestOneBit(expectedKeys - 1) << 1;
        this.encoded = new byte[capacity][];
        this.keys = new String[capacity];
        this.hashes = new int[capacity];
        this.slots = new int[2 * capacity];
        this.shift = Integer.numberOfLeadingZeros(2 * capacity) + 1;
    }

    /** The index of a key; {@link #count} if it has to be added. */
    int indexOf(String key) {
        int hash = hash(key);
        int mask = slots.length - 1;
        int slot = hash >>> shift;
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            int index = slots[slot] - 1;
            if (index < 0) {
                break;
            }
            if (hashes[index] == hash && keys[index].equals(key)) {
                return index;
            }
            slot = (slot + 1) & mask;
        }
        return count;
    }

    /** The index that the next new key gets. */
    int count() {
        return count;
    }

    /**
     * The bytes by which a key that was not found makes the protobuf longer.
     *
     * @throws IllegalArgumentException if the key has no UTF-8
     */
    long sizeBytesOf(String key) {
        int length = encoded(key).length;
        return 1L + Varints.sizeBytes(length) + length;
    }

    /** Adds a key that was not found. */
    void add(String key) {
        byte[] bytes = encoded(key);
        if (count == keys.length) {
            grow();
        }
        keys[count] = key;
        encoded[count] = bytes;
        hashes[count] = hash(key);
        link(count);
        count++;
    }

    int write(byte[] target, int offset) {
        int position = offset;
        for (int i = 0; i < count; i++) {
            byte[] bytes = encoded[i];
            target[position++] = (byte) fieldKey;
            position = Varints.write(bytes.length, target, position);
            System.arraycopy(bytes, 0, target, position, bytes.length);
            position += bytes.length;
        }
        return position;
    }

    void clear() {
        Arrays.fill(keys, 0, count, null);
        Arrays.fill(encoded, 0, count, null);
        Arrays.fill(slots, 0);
        count = 0;
        pending = null;
        pendingBytes = new byte[0];
    }

    @SuppressWarnings("ReferenceEquality") // Another string of the same characters is merely encoded again.
    private byte[] encoded(String key) {
        if (key != pending) {
            byte[] bytes = Utf8.encode(key);
            if (bytes == null) {
                throw new IllegalArgumentException(
                        "The %s of %d characters holds half a surrogate pair, so it has no UTF-8"
                                .formatted(what, key.length()));
            }
            pending = key;
            pendingBytes = bytes;
        }
        return pendingBytes;
    }

    /** Leaves the key out of the slots if no near one is free: it is then written once more when it comes again. */
    private void link(int index) {
        int mask = slots.length - 1;
        int slot = hashes[index] >>> shift;
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (slots[slot] == 0) {
                slots[slot] = index + 1;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    private void grow() {
        int capacity = Math.multiplyExact(keys.length, 2);
        keys = Arrays.copyOf(keys, capacity);
        encoded = Arrays.copyOf(encoded, capacity);
        hashes = Arrays.copyOf(hashes, capacity);
        slots = new int[Math.multiplyExact(capacity, 2)];
        shift--;
        for (int i = 0; i < count; i++) {
            link(i);
        }
    }

    /** Multiplied, because slots are chosen by the upper bits and those of short texts' hashes hardly vary. */
    private static int hash(String key) {
        return key.hashCode() * HASH_MULTIPLIER;
    }
}
