// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.node.NodeScript;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The codec against aws-kinesis-agg for Node.js, both ways. */
class NodeAggregatesIT {
    private static final int ROUNDS = 50;

    private final SeededRandom random = SeededRandom.create();
    private final RandomRecords source = new RandomRecords(random);
    private final List<List<AggregatedUserRecord>> batches = new ArrayList<>();

    @Test
    void whatIsWrittenHereIsReadThere() throws IOException, InterruptedException {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        List<String> requests = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(100), false);
            batches.add(records);
            records.forEach(writer::add);
            requests.add("deaggregate " + base64(writer.toByteArray()));
            writer.clear();
        }
        List<String> answers = NodeScript.run("aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(answers.get(round)).as(random.toString()).isEqualTo(lineOf(asItReadsThem(batches.get(round))));
        }
    }

    @Test
    void whatIsWrittenThereIsReadHere() throws IOException, InterruptedException {
        List<String> requests = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(60), false).stream()
                    .map(NodeAggregatesIT::asItsAggregatorKeepsIt)
                    .toList();
            batches.add(records);
            requests.add("aggregate " + lineOf(records));
        }
        List<String> answers = NodeScript.run("aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] aggregate = Base64.getDecoder().decode(answers.get(round));
            RandomRecords.assertSame(
                    new AggregateReader().read(aggregate, AggregateFraming.KPL, true), batches.get(round), random);
        }
    }

    /** Its tables are JavaScript objects, which put keys that look like numbers of 32 bits before all others, whatever their index says. */
    private static AggregatedUserRecord asItsAggregatorKeepsIt(AggregatedUserRecord record) {
        String explicitHashKey = record.explicitHashKey() == null ? null : "0" + record.explicitHashKey();
        return AggregatedUserRecord.of("k" + record.partitionKey(), explicitHashKey, record.data());
    }

    /** It takes a missing index for the index 0, so a record without an explicit hash key seems to have the aggregate's first one. */
    private static List<AggregatedUserRecord> asItReadsThem(List<AggregatedUserRecord> records) {
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

    private static String lineOf(List<AggregatedUserRecord> records) {
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

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
