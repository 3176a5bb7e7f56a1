// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.Samples;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.node.NodeScript;
import io.kinesisencryption.suite.PayloadKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** Aggregates of format 1 against the AWS Encryption SDK for JavaScript and aws-kinesis-agg, both ways: no library of this project's is needed to read them. */
class NodeEncryptedAggregatesIT {
    private static final int ROUNDS = 40;
    private static final String NAMESPACE = "interoperability";
    private static final String KEY_NAME = "key-1";
    private static final int[] FRAME_LENGTHS = {64, 4_096, 1 << 20};

    private final SeededRandom random = SeededRandom.create();
    private final RandomRecords source = new RandomRecords(random);
    private final byte[] key = random.bytes(32);
    private final String keyWords = String.join(" ", NAMESPACE, KEY_NAME, NodeRecords.base64(key));
    private final List<List<AggregatedUserRecord>> batches = new ArrayList<>();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes(NAMESPACE, KEY_NAME, key))
            .encryptionContext(Map.of("tenant", "Größe ✓"))
            .build();

    @AfterEach
    void close() {
        encryption.close();
    }

    @Test
    void whatIsSealedHereIsReadThere() throws IOException, InterruptedException {
        RecordEncryptor encryptor = encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder().payloadKind(PayloadKind.AGGREGATE).build());
        List<String> requests = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<AggregatedUserRecord> batch = source.list(1 + random.below(100), false);
            batches.add(batch);
            List<UserRecord> records = batch.stream()
                    .map(record -> UserRecord.of(record.partitionKey(), record.explicitHashKey(), record.data()))
                    .toList();
            byte[] message = encryptor.encryptAggregate("wire", null, records).data();
            requests.add("open " + keyWords + " " + NodeRecords.base64(message));
        }

        List<String> answers = NodeScript.run("encrypted-aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            String[] contextAndRecords = answers.get(round).split(" ");
            assertThat(context(contextAndRecords[0]))
                    .as(random.toString())
                    .isEqualTo(Map.of(
                            "kinesis:stream-name", "orders", "kinesis:payload", "aggregate", "tenant", "Größe ✓"));
            assertThat(contextAndRecords[1])
                    .as(random.toString())
                    .isEqualTo(NodeRecords.lineOf(NodeRecords.asItReadsThem(batches.get(round))));
        }
    }

    private static Map<String, String> context(String base64) {
        Map<String, String> pairs = new HashMap<>();
        JsonNode.parser()
                .parse(new String(Base64.getDecoder().decode(base64), UTF_8))
                .asObject()
                .forEach((name, value) -> pairs.put(name, value.asString()));
        return pairs;
    }

    @Test
    void whatIsSealedThereIsReadHere() throws IOException, InterruptedException {
        String context = NodeRecords.base64(
                "{\"kinesis:stream-name\":\"orders\",\"kinesis:payload\":\"aggregate\"}".getBytes(UTF_8));
        List<String> requests = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<AggregatedUserRecord> batch = source.list(1 + random.below(60), false).stream()
                    .map(NodeRecords::asItsAggregatorKeepsIt)
                    .toList();
            batches.add(batch);
            String frameLength = Integer.toString(FRAME_LENGTHS[round % FRAME_LENGTHS.length]);
            requests.add(String.join(" ", "seal", keyWords, context, frameLength, NodeRecords.lineOf(batch)));
        }

        List<String> answers = NodeScript.run("encrypted-aggregates.mjs", requests);

        assertThat(answers).as(random.toString()).hasSize(ROUNDS);
        RecordDecryptor decryptor = encryption.decryptor(Samples.ORDERS);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] message = Base64.getDecoder().decode(answers.get(round));
            List<AggregatedUserRecord> opened = decryptor.decrypt(KinesisRecord.of("wire", "1", message)).stream()
                    .map(record ->
                            AggregatedUserRecord.of(record.partitionKey(), record.explicitHashKey(), record.data()))
                    .toList();
            RandomRecords.assertSame(opened, batches.get(round), random);
        }
    }
}
