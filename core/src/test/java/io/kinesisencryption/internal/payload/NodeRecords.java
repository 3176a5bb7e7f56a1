// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** User records as the scripts on Node.js take and give them, and what aws-kinesis-agg makes of some. */
final class NodeRecords {
    private NodeRecords() {}

    /** Its tables are JavaScript objects, which put keys that look like numbers of 32 bits before all others, whatever their index says. */
    static AggregatedUserRecord asItsAggregatorKeepsIt(AggregatedUserRecord record) {
        String explicitHashKey = record.explicitHashKey() == null ? null : "0" + record.explicitHashKey();
        return AggregatedUserRecord.of("k" + record.partitionKey(), explicitHashKey, record.data());
    }

    /** It takes a missing index for the index 0, so a record without an explicit hash key seems to have the aggregate's first one. */
    static List<AggregatedUserRecord> asItReadsThem(List<AggregatedUserRecord> records) {
        String first = records.stream()
                .map(AggregatedUserRecord::explicitHashKey)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return records.stream()
                .map(record -> record.explicitHashKey() == null
                        ? AggregatedUserRecord.of(record.partitionKey(), first, record.data())
                        : record)
                .toList();
    }

    static String lineOf(List<AggregatedUserRecord> records) {
        return records.stream()
                .map(record -> String.join(
                        ":",
                        base64(record.partitionKey().getBytes(UTF_8)),
                        record.explicitHashKey() == null
                                ? "-"
                                : base64(record.explicitHashKey().getBytes(UTF_8)),
                        base64(record.data())))
                .collect(Collectors.joining(","));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
