// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a demonstration found.
 *
 * @param text the report, of several lines, without the verdict
 * @param verdict one line that begins with {@code OK} or {@code FAILED}
 * @param successful whether every record came back byte for byte and the stream stored none of them in plaintext
 */
public record DemoReport(String text, String verdict, boolean successful) {
    private static final int HEX_BYTES = 48;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MAX_PROBLEMS = 10;

    static DemoReport of(
            DemoOptions options,
            String stream,
            List<OutgoingRecord> records,
            Deliveries.Outcome outcome,
            InMemoryKinesis kinesis,
            Map<String, Long> kmsCalls,
            long startNanos) {
        List<StoredRecord> stored = kinesis.storedRecords(stream);
        StoredCiphertext ciphertext = StoredCiphertext.examine(
                stored, records.stream().map(OutgoingRecord::line).toList());
        long plaintextBytes = records.stream()
                .mapToLong(record -> record.line().data().length)
                .sum();
        List<String> problems = new ArrayList<>(outcome.differences());
        problems.addAll(ciphertext.findings());
        if (stored.size() != outcome.kinesisRecords()) {
            problems.add("the stream stores %d Kinesis records, and acknowledged %d"
                    .formatted(stored.size(), outcome.kinesisRecords()));
        }
        Text text = new Text();
        text.row("Input", "%,d %s", records.size(), options.source());
        text.row(
                "Records",
                options.batching() == null
                        ? "%,d sent, %,d stored, %,d came back, %,d duplicates"
                        : "%,d sent, %,d aggregates stored, %,d came back, %,d duplicates",
                outcome.sent(),
                stored.size(),
                outcome.returned(),
                outcome.duplicates());
        text.row("Format", "%s", options.encryptorOptions().format());
        text.row(
                "Bytes",
                "%,d plaintext in, %,d ciphertext stored, %,d plaintext out",
                plaintextBytes,
                ciphertext.bytes(),
                outcome.returnedBytes());
        overhead(text, options, stored.size(), outcome.sent(), ciphertext.bytes() - plaintextBytes);
        shards(text, options, ciphertext.recordsByShard(), outcome.returnedByShard());
        text.row("KMS calls", "%s", calls(kmsCalls));
        ciphertext(text, stored, ciphertext);
        text.row("Time", "%s", times(outcome, startNanos));
        problems.stream().limit(MAX_PROBLEMS).forEach(problem -> text.row("Problem", "%s", problem));
        return new DemoReport(
                text.toString(), problems.isEmpty() ? okay(outcome) : "FAILED " + problems.get(0), problems.isEmpty());
    }

    private static String okay(Deliveries.Outcome outcome) {
        return "OK %d records came back byte for byte, and the stream stored only ciphertext"
                .formatted(outcome.returned());
    }

    /** What the envelopes add; that of an aggregate is shared by its records. */
    private static void overhead(Text text, DemoOptions options, int stored, long sent, long bytes) {
        if (stored == 0 || sent == 0) {
            return;
        }
        if (options.batching() == null) {
            text.row("Overhead", "%,d bytes a record", bytes / stored);
        } else {
            text.row(
                    "Aggregates",
                    "%,.1f records in each; records that come together wait for each other %d ms at most",
                    (double) sent / stored,
                    options.batching().linger().toMillis());
            text.row("Overhead", "%,.1f bytes a record, %,d bytes an aggregate", (double) bytes / sent, bytes / stored);
        }
    }

    private static void shards(Text text, DemoOptions options, Map<String, Long> stored, Map<String, Long> returned) {
        String what = options.batching() == null ? "stored" : "aggregates stored";
        text.row("Shards", "%d of %d hold records", stored.size(), options.shards());
        stored.forEach((shard, count) ->
                text.row("", "%s  %,d %s, %,d came back", shard, count, what, returned.getOrDefault(shard, 0L)));
    }

    private static String calls(Map<String, Long> kmsCalls) {
        StringJoiner calls = new StringJoiner(", ");
        kmsCalls.forEach((operation, count) -> calls.add(String.format(Locale.ROOT, "%s %,d", operation, count)));
        return kmsCalls.isEmpty() ? "none" : calls.toString();
    }

    private static void ciphertext(Text text, List<StoredRecord> stored, StoredCiphertext ciphertext) {
        if (!stored.isEmpty()) {
            StoredRecord sample = stored.get(0);
            byte[] data = sample.data().asByteArrayUnsafe();
            int shown = Math.min(data.length, HEX_BYTES);
            text.row("Ciphertext", "the first %d of %,d bytes that %s stores:", shown, data.length, sample.shardId());
            text.row("", "%s", HexFormat.of().formatHex(data, 0, shown));
        }
        text.row(
                "Search",
                "%s of %,d plaintext lines occurs in the %,d bytes of any stored record",
                ciphertext.findings().isEmpty() ? "none" : "at least one",
                ciphertext.searchedLines(),
                ciphertext.bytes());
        if (ciphertext.notSearchedLines() > 0) {
            text.row(
                    "",
                    "%,d lines of fewer than %d bytes were not searched for: they occur by chance",
                    ciphertext.notSearchedLines(),
                    PlaintextScan.SHORTEST_LINE_BYTES);
        }
    }

    private static String times(Deliveries.Outcome outcome, long startNanos) {
        if (outcome.firstReturnNanos() == 0) {
            return "no record came back";
        }
        return String.format(
                Locale.ROOT,
                "first decrypted record after %.1f s, last after %.1f s",
                (outcome.firstReturnNanos() - startNanos) / NANOS_PER_SECOND,
                (outcome.lastReturnNanos() - startNanos) / NANOS_PER_SECOND);
    }

    /** Rows of a label and a value. */
    private static final class Text {
        private final StringBuilder lines = new StringBuilder();

        void row(String label, String format, Object... values) {
            lines.append(String.format(Locale.ROOT, "%-12s", label))
                    .append(String.format(Locale.ROOT, format, values))
                    .append(System.lineSeparator());
        }

        @Override
        public String toString() {
            return lines.toString();
        }
    }
}
