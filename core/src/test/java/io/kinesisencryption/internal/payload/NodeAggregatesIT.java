// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.node.NodeScript;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
            requests.add("deaggregate " + NodeRecords.base64(writer.toByteArray()));
            writer.clear();
        }
        List<String> answers = NodeScript.run("aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(answers.get(round))
                    .as(random.toString())
                    .isEqualTo(NodeRecords.lineOf(NodeRecords.asItReadsThem(batches.get(round))));
        }
    }

    @Test
    void whatIsWrittenThereIsReadHere() throws IOException, InterruptedException {
        List<String> requests = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(60), false).stream()
                    .map(NodeRecords::asItsAggregatorKeepsIt)
                    .toList();
            batches.add(records);
            requests.add("aggregate " + NodeRecords.lineOf(records));
        }
        List<String> answers = NodeScript.run("aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] aggregate = Base64.getDecoder().decode(answers.get(round));
            RandomRecords.assertSame(
                    new AggregateReader().read(aggregate, AggregateFraming.KPL, true), batches.get(round), random);
        }
    }
}
