// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What a stream stores, and whether any of it is plaintext.
 *
 * @param records how many records there are
 * @param bytes the bytes of their data
 * @param recordsByShard how many there are in each shard
 * @param searchedLines how many lines were searched for in each of them
 * @param notSearchedLines how many lines are too short to be told from chance
 * @param findings what is wrong, a line each, the first few; empty if every record is an envelope and no line was found in any
 */
record StoredCiphertext(
        long records,
        long bytes,
        Map<String, Long> recordsByShard,
        int searchedLines,
        int notSearchedLines,
        List<String> findings) {
    private static final int MAX_FINDINGS = 5;

    /** Searches every stored record for every line. */
    static StoredCiphertext examine(List<StoredRecord> stored, Collection<Line> lines) {
        PlaintextScan scan = new PlaintextScan(lines);
        Map<String, Long> recordsByShard = new TreeMap<>();
        List<String> findings = new ArrayList<>();
        long bytes = 0;
        for (StoredRecord record : stored) {
            byte[] data = record.data().asByteArrayUnsafe();
            bytes += data.length;
            recordsByShard.merge(record.shardId(), 1L, Long::sum);
            if (findings.size() < MAX_FINDINGS) {
                examine(record, data, scan, findings);
            }
        }
        return new StoredCiphertext(
                stored.size(), bytes, recordsByShard, scan.searchedLines(), scan.notSearchedLines(), findings);
    }

    private static void examine(StoredRecord record, byte[] data, PlaintextScan scan, List<String> findings) {
        int clearHeaderBytes = 0;
        try {
            clearHeaderBytes = EnvelopeInfo.read(data).headerSizeBytes();
        } catch (KinesisEncryptionException e) {
            findings.add("stored record %s of %s is not an envelope: %s"
                    .formatted(record.sequenceNumber(), record.shardId(), e.code()));
        }
        OptionalInt offset = scan.find(data, clearHeaderBytes);
        if (offset.isPresent()) {
            findings.add("a plaintext line stands at byte %d of stored record %s of %s"
                    .formatted(offset.getAsInt(), record.sequenceNumber(), record.shardId()));
        }
    }
}
