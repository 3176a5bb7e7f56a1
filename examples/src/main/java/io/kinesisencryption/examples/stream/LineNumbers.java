// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import java.util.ArrayList;
import java.util.List;

/** Writes line numbers as ranges, and only so many of them. */
final class LineNumbers {
    private static final int MAX_RANGES = 20;

    private LineNumbers() {}

    /** For example {@code line 7 was} or {@code lines 1-500, 512 were}: the beginning of a sentence. */
    static String of(List<OutgoingRecord> records) {
        List<String> ranges = new ArrayList<>();
        long[] numbers = records.stream()
                .mapToLong(record -> record.line().number())
                .sorted()
                .toArray();
        for (int i = 0; i < numbers.length; ) {
            int end = i + 1;
            while (end < numbers.length && numbers[end] == numbers[end - 1] + 1) {
                end++;
            }
            ranges.add(end == i + 1 ? Long.toString(numbers[i]) : numbers[i] + "-" + numbers[end - 1]);
            i = end;
        }
        String text = String.join(", ", ranges.subList(0, Math.min(ranges.size(), MAX_RANGES)));
        if (ranges.size() > MAX_RANGES) {
            text += ", ... (%d lines in all)".formatted(numbers.length);
        }
        return numbers.length == 1 ? "line " + text + " was" : "lines " + text + " were";
    }
}
