// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.line.Line;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * Searches stored records for plaintext lines, every line at every offset, in time linear in the bytes searched.
 *
 * <p>The lines are sorted, and the first eight bytes of each are looked up as one number. A window of eight bytes slides over a record; where it
 * meets such a number, one binary search finds the longest line that stands there: among sorted strings, each one that is a prefix of a text is also a
 * prefix of the last one that is not greater than the text, so it is enough to know for each line the longest other line that it begins with.
 * Immutable and thread-safe.
 */
final class PlaintextScan {
    /** Shorter lines cannot be told from chance: a line of seven bytes is found in 2^56 random places, one of six in 2^48. */
    static final int SHORTEST_LINE_BYTES = Long.BYTES;

    private static final int NONE = -1;

    private final byte[][] lines;
    private final int notSearched;
    private final int searched;

    /** For each line the longest other line that it begins with. */
    private final int[] longestPrefix;

    /** An open hash table from the first eight bytes to the group of lines that begin with them. */
    private final long[] windows;

    /** The group's first line, or {@link #NONE} for a free slot. */
    private final int[] groupStart;

    /** The line after the group's last. */
    private final int[] groupEnd;

    PlaintextScan(Collection<Line> input) {
        byte[][] candidates = input.stream()
                .map(Line::data)
                .filter(data -> data.length >= SHORTEST_LINE_BYTES)
                .toArray(byte[][]::new);
        this.searched = candidates.length;
        this.notSearched = input.size() - candidates.length;
        this.lines = sortedWithoutRepetitions(candidates);
        this.longestPrefix = longestPrefixes(lines);
        int slots = Integer.highestOneBit(Math.max(4, lines.length * 2)) * 4;
        this.windows = new long[slots];
        this.groupStart = new int[slots];
        this.groupEnd = new int[slots];
        Arrays.fill(groupStart, NONE);
        index();
    }

    /** How many lines are searched for, repetitions counted. */
    int searchedLines() {
        return searched;
    }

    /** How many lines are too short to be searched for. */
    int notSearchedLines() {
        return notSearched;
    }

    /**
     * Looks for a line that stands in a record, not wholly inside its first bytes.
     *
     * @param record what the stream stores
     * @param clearHeaderBytes the length of the part that an envelope leaves readable, whose bytes are no secret: an input line may happen to equal
     *     the stream's name
     * @return the offset of the first line found, or nothing
     */
    OptionalInt find(byte[] record, int clearHeaderBytes) {
        long window = 0;
        for (int i = 0; i < record.length; i++) {
            window = (window << Byte.SIZE) | (record[i] & 0xFF);
            if (i >= SHORTEST_LINE_BYTES - 1) {
                int slot = slotOf(window);
                int offset = i - (SHORTEST_LINE_BYTES - 1);
                if (groupStart[slot] != NONE && offset + longestAt(record, offset, slot) > clearHeaderBytes) {
                    return OptionalInt.of(offset);
                }
            }
        }
        return OptionalInt.empty();
    }

    /** The length of the longest line of the slot's group that stands at an offset, or a number below every header length. */
    private int longestAt(byte[] record, int offset, int slot) {
        int low = groupStart[slot];
        int high = groupEnd[slot];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(lines[middle], 0, lines[middle].length, record, offset, record.length) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int line = low - 1;
        while (line >= groupStart[slot] && !standsAt(lines[line], record, offset)) {
            line = longestPrefix[line];
        }
        return line >= groupStart[slot] ? lines[line].length : Integer.MIN_VALUE / 2;
    }

    private static boolean standsAt(byte[] line, byte[] record, int offset) {
        return line.length <= record.length - offset
                && Arrays.equals(line, 0, line.length, record, offset, offset + line.length);
    }

    private void index() {
        for (int start = 0; start < lines.length; ) {
            long window = firstWindow(lines[start]);
            int end = start + 1;
            while (end < lines.length && firstWindow(lines[end]) == window) {
                end++;
            }
            int slot = slotOf(window);
            windows[slot] = window;
            groupStart[slot] = start;
            groupEnd[slot] = end;
            start = end;
        }
    }

    /** Where a window is, or the free slot where it would be. */
    private int slotOf(long window) {
        int slot = (int) ((window * 0x9E3779B97F4A7C15L) >>> 32) & (windows.length - 1);
        while (groupStart[slot] != NONE && windows[slot] != window) {
            slot = (slot + 1) & (windows.length - 1);
        }
        return slot;
    }

    private static long firstWindow(byte[] line) {
        long window = 0;
        for (int i = 0; i < SHORTEST_LINE_BYTES; i++) {
            window = (window << Byte.SIZE) | (line[i] & 0xFF);
        }
        return window;
    }

    private static byte[][] sortedWithoutRepetitions(byte[][] candidates) {
        Arrays.sort(candidates, Arrays::compareUnsigned);
        int count = 0;
        for (byte[] candidate : candidates) {
            if (count == 0 || !Arrays.equals(candidate, candidates[count - 1])) {
                candidates[count++] = candidate;
            }
        }
        return Arrays.copyOf(candidates, count);
    }

    /** A stack holds the lines that the current one may still begin with, each one a prefix of the next. */
    private static int[] longestPrefixes(byte[][] sorted) {
        int[] longest = new int[sorted.length];
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < sorted.length; i++) {
            while (!open.isEmpty() && !standsAt(sorted[open.getLast()], sorted[i], 0)) {
                open.removeLast();
            }
            longest[i] = open.isEmpty() ? NONE : open.getLast();
            open.addLast(i);
        }
        return longest;
    }
}
