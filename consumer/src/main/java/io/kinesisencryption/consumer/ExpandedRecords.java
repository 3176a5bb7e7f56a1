// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * The records of a shard that hold several user records, and where a checkpoint in the middle of one has to go instead: before it. KCL knows such a
 * record as one. Were it given a place inside, it would take the record for done after a restart, and the rest would be lost; so the whole record is
 * delivered again. Thread-safe.
 */
final class ExpandedRecords {
    /** Records that are remembered for an application that checkpoints late. Where one is forgotten, a checkpoint that far back does nothing. */
    static final int MAX_REMEMBERED = 100_000;

    /**
     * A record that holds several user records.
     *
     * @param position its own position, which is reached with its last user record
     * @param count how many user records it holds
     * @param before the position of the record before it; null where the processor began
     */
    private record Expanded(
            ExtendedSequenceNumber position,
            int count,
            @Nullable ExtendedSequenceNumber before) {}

    private final Map<String, Expanded> bySequenceNumber = new LinkedHashMap<>();
    private @Nullable ExtendedSequenceNumber forgotten;

    /**
     * Remembers a record, before any of its user records is handed over.
     *
     * @param position the record's own
     * @param count how many user records it holds, at least two
     * @param before the position of the record before it, or null if there is none
     */
    synchronized void add(ExtendedSequenceNumber position, int count, @Nullable ExtendedSequenceNumber before) {
        // One that comes again after others has lost its place: there is nothing safe in front of it.
        boolean inOrder = before == null || precedes(before, position);
        bySequenceNumber.putIfAbsent(position.sequenceNumber(), new Expanded(position, count, inOrder ? before : null));
        if (bySequenceNumber.size() > MAX_REMEMBERED) {
            Iterator<Expanded> oldest = bySequenceNumber.values().iterator();
            forgotten = oldest.next().position;
            oldest.remove();
        }
    }

    /** As KCL compares them; but not by way of numbers of two hundred bits where the digits alone tell. */
    private static boolean precedes(ExtendedSequenceNumber before, ExtendedSequenceNumber position) {
        String digits = before.sequenceNumber();
        int length = digits == null ? 0 : digits.length();
        if (length > 0 && length == position.sequenceNumber().length() && ShardPosition.isNumber(before)) {
            int order = digits.compareTo(position.sequenceNumber());
            return order < 0 || (order == 0 && before.subSequenceNumber() < position.subSequenceNumber());
        }
        return before.compareTo(position) < 0;
    }

    /** Forgets the records that no checkpoint can go back to; but not the last one, which can be what an application names at the end of the shard. */
    synchronized void committed(ExtendedSequenceNumber checkpoint) {
        Iterator<Expanded> oldest = bySequenceNumber.values().iterator();
        while (bySequenceNumber.size() > 1 && oldest.next().position.compareTo(checkpoint) < 0) {
            oldest.remove();
        }
    }

    /**
     * Where a checkpoint at a user record goes.
     *
     * @param named the position that the application names
     * @return a position that KCL knows; null if there is none that is safe
     */
    synchronized @Nullable ExtendedSequenceNumber roundedDown(ExtendedSequenceNumber named) {
        if (named.isSentinelCheckpoint()) {
            return named;
        }
        Expanded expanded = bySequenceNumber.get(named.sequenceNumber());
        if (expanded != null) {
            return named.subSequenceNumber() >= expanded.count - 1 ? expanded.position : expanded.before;
        }
        return forgotten != null && named.compareTo(forgotten) <= 0 ? null : named;
    }

    /** For tests. */
    synchronized int size() {
        return bySequenceNumber.size();
    }
}
