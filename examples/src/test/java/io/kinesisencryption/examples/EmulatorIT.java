// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kinesisencryption.examples.support.ProgramJar;
import io.kinesisencryption.examples.support.ProgramJar.Result;
import io.kinesisencryption.examples.support.ProgramJar.Running;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Runs {@code put} and {@code tail} against a Kinesis emulator over HTTP, and lets the AWS Encryption SDK for JavaScript read what the stream stores.
 * Skipped where Node.js is missing.
 */
class EmulatorIT {
    private static final String NAMESPACE = "interoperability";
    private static final String KEY_NAME = "key-1";
    private static final int LINES = 5_000;
    private static final long SEED = 20261124L;
    private static final long SCRIPT_TIMEOUT_MINUTES = 3;

    private static Path nodeFolder;
    private static KinesisLocal emulator;
    private static KinesisClient client;

    @TempDir
    private Path folder;

    private final byte[] key = randomBytes(new Random(SEED), 32);
    private Path keyFile;
    private ProgramJar program;

    @BeforeAll
    static void startEmulator() throws IOException, InterruptedException {
        nodeFolder = NodePackages.install();
        emulator = KinesisLocal.start(nodeFolder);
        client = emulator.client();
    }

    @AfterAll
    static void stopEmulator() {
        if (emulator != null) {
            client.close();
            emulator.close();
        }
    }

    @BeforeEach
    void prepare() throws IOException {
        keyFile = Files.write(folder.resolve("key"), key);
        program = ProgramJar.in(folder)
                .environment("AWS_ACCESS_KEY_ID", "any")
                .environment("AWS_SECRET_ACCESS_KEY", "any");
    }

    @Test
    void linesComeBackAndTheEncryptionSdkForJavaScriptReadsTheStoredRecords() throws Exception {
        createStream("orders", 4);
        List<byte[]> lines = lines(LINES);
        Path input = write(lines);
        Result put = program.run(command("put", "orders", keyFile, "--input", input.toString()));
        assertThat(put.errLines()).isEmpty();
        assertThat(put.exitCode()).isZero();
        assertThat(put.lastOutLine()).startsWith("put 5000 records of ").endsWith(" into 4 shards of orders");

        Result tail = program.run(command("tail", "orders", keyFile, "--from", "trim-horizon", "--until-caught-up"));
        assertThat(tail.errLines()).isEmpty();
        assertThat(tail.exitCode()).isZero();
        List<String> printed = split(tail.outBytes());
        assertThat(printed)
                .containsExactlyInAnyOrderElementsOf(
                        lines.stream().map(EmulatorIT::text).toList());

        Map<String, List<Record>> stored = storedByShard("orders");
        assertThat(stored).hasSize(4);
        stored.forEach((shard, records) -> {
            List<String> inTheShard = records.stream()
                    .map(record -> text(lines.get(lineNumber(record) - 1)))
                    .toList();
            Set<String> members = new HashSet<>(inTheShard);
            assertThat(printed.stream().filter(members::contains).toList())
                    .as("the order of %s", shard)
                    .isEqualTo(inTheShard);
        });
        assertThatJavaScriptReads(stored.values().stream().flatMap(List::stream).toList(), lines);
    }

    @Test
    void linesThatWerePutTogetherComeBackOneByOne() throws Exception {
        createStream("batches", 2);
        List<byte[]> lines = lines(LINES);
        Path input = write(lines);
        Result put = program.run(
                command("put", "batches", keyFile, "--input", input.toString(), "--batch", "--linger", "50"));
        assertThat(put.errLines()).isEmpty();
        assertThat(put.exitCode()).isZero();
        assertThat(put.lastOutLine())
                .matches("put 5000 records of \\d+ bytes in \\d+ aggregates into 2 shards of batches");

        Result tail = program.run(command("tail", "batches", keyFile, "--from", "trim-horizon", "--until-caught-up"));
        assertThat(tail.errLines()).isEmpty();
        assertThat(split(tail.outBytes()))
                .containsExactlyInAnyOrderElementsOf(
                        lines.stream().map(EmulatorIT::text).toList());
        int stored =
                storedByShard("batches").values().stream().mapToInt(List::size).sum();
        assertThat(put.lastOutLine()).contains(" in %d aggregates ".formatted(stored));
        assertThat(stored).isLessThan(LINES / 5);
    }

    /** As in {@code tail | head -1}. */
    @Test
    void tailEndsQuietlyWhenWhoeverReadsItsOutputIsGone() throws Exception {
        createStream("headed", 1);
        Path input = write(lines(LINES));
        assertThat(program.run(command("put", "headed", keyFile, "--input", input.toString()))
                        .exitCode())
                .isZero();
        Running tail = program.start(command("tail", "headed", keyFile, "--from", "trim-horizon"));
        try {
            try (InputStream out = tail.process().getInputStream()) {
                assertThat(out.read()).isEqualTo('{');
            }

            assertThat(tail.exitCode()).isZero();
            assertThat(tail.errLines()).isEmpty();
        } finally {
            tail.process().destroyForcibly();
        }
    }

    @Test
    void aWrongKeyIsToldInOneLine() throws IOException, InterruptedException {
        createStream("wrong-key", 1);
        Path input = write(lines(10));
        assertThat(program.run(command("put", "wrong-key", keyFile, "--input", input.toString()))
                        .exitCode())
                .isZero();
        Path otherKey = Files.write(folder.resolve("other-key"), randomBytes(new Random(SEED + 1), 32));
        Result tail =
                program.run(command("tail", "wrong-key", otherKey, "--from", "trim-horizon", "--until-caught-up"));
        assertFailedAt(tail, "AUTHENTICATION_FAILED");
        assertThat(tail.outBytes()).isEmpty();
    }

    @Test
    void aPlaintextRecordIsToldInOneLineAfterTheRecordsBeforeIt() throws IOException, InterruptedException {
        createStream("plaintext", 1);
        List<byte[]> lines = lines(10);
        Path input = write(lines);
        assertThat(program.run(command("put", "plaintext", keyFile, "--input", input.toString()))
                        .exitCode())
                .isZero();
        client.putRecord(r -> r.streamName("plaintext")
                .partitionKey("key")
                .data(SdkBytes.fromUtf8String("a record that nobody encrypted")));
        Result tail = program.run(command("tail", "plaintext", keyFile, "--from", "trim-horizon", "--until-caught-up"));
        assertFailedAt(tail, "PLAINTEXT_RECORD");
        assertThat(split(tail.outBytes()))
                .containsExactlyInAnyOrderElementsOf(
                        lines.stream().map(EmulatorIT::text).toList());
    }

    private static void assertFailedAt(Result tail, String code) throws IOException {
        assertThat(tail.exitCode()).isEqualTo(1);
        assertThat(tail.errLines())
                .singleElement()
                .asString()
                .matches("kinesis-encryption tail: shard shardId-\\d+, sequence number \\d+: " + code + ": .*");
    }

    private void assertThatJavaScriptReads(List<Record> records, List<byte[]> lines) throws Exception {
        ObjectMapper json = new ObjectMapper();
        Base64.Encoder base64 = Base64.getEncoder();
        Path input = folder.resolve("messages.json");
        Path output = folder.resolve("plaintexts.json");
        Path log = folder.resolve("decrypt.log");
        json.writeValue(
                input.toFile(),
                Map.of(
                        "key",
                        base64.encodeToString(key),
                        "namespace",
                        NAMESPACE,
                        "name",
                        KEY_NAME,
                        "messages",
                        records.stream()
                                .map(record ->
                                        base64.encodeToString(record.data().asByteArray()))
                                .toList()));
        Process script = new ProcessBuilder(
                        "node", nodeFolder.resolve("decrypt.js").toString(), input.toString(), output.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(script.waitFor(SCRIPT_TIMEOUT_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            script.destroyForcibly();
        }
        assertThat(script.exitValue()).as(Files.readString(log)).isZero();
        JsonNode decrypted = json.readTree(output.toFile());
        assertThat(decrypted).hasSize(records.size());
        for (int i = 0; i < records.size(); i++) {
            JsonNode message = decrypted.get(i);
            assertThat(message.get("plaintext").binaryValue()).isEqualTo(lines.get(lineNumber(records.get(i)) - 1));
            assertThat(message.get("encryptionContext").toString()).isEqualTo("{\"kinesis:stream-name\":\"orders\"}");
        }
    }

    private String[] command(String command, String stream, Path keyOfCommand, String... more) {
        List<String> args = new ArrayList<>(List.of(
                command,
                "--stream",
                stream,
                "--region",
                "us-east-1",
                "--endpoint-url",
                emulator.endpoint().toString(),
                "--raw-aes-key",
                keyOfCommand.toString(),
                "--key-namespace",
                NAMESPACE,
                "--key-name",
                KEY_NAME));
        args.addAll(Arrays.asList(more));
        return args.toArray(String[]::new);
    }

    private static void createStream(String name, int shards) {
        client.createStream(r -> r.streamName(name).shardCount(shards));
        client.waiter().waitUntilStreamExists(r -> r.streamName(name));
    }

    private static Map<String, List<Record>> storedByShard(String stream) {
        Map<String, List<Record>> stored = new HashMap<>();
        for (Shard shard : client.listShards(r -> r.streamName(stream)).shards()) {
            List<Record> records = new ArrayList<>();
            String iterator = client.getShardIterator(r -> r.streamName(stream)
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            GetRecordsResponse page = client.getRecords(request(iterator));
            while (!page.records().isEmpty()) {
                records.addAll(page.records());
                page = client.getRecords(request(page.nextShardIterator()));
            }
            stored.put(shard.shardId(), records);
        }
        return stored;
    }

    private static GetRecordsRequest request(String iterator) {
        return GetRecordsRequest.builder().shardIterator(iterator).build();
    }

    /** The partition key is the number of the line. */
    private static int lineNumber(Record record) {
        return Integer.parseInt(record.partitionKey());
    }

    private Path write(List<byte[]> lines) throws IOException {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            input.write(line);
            input.write('\n');
        }
        return Files.write(folder.resolve("input"), input.toByteArray());
    }

    /** Lines that are all different, some of them no text. */
    private static List<byte[]> lines(int count) throws IOException {
        Random random = new Random(SEED);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            line.write(("{\"line\":" + i + ",\"text\":\"Größe\"}").getBytes(UTF_8));
            line.write(randomBytes(random, random.nextInt(200)));
            lines.add(line.toByteArray());
        }
        return lines;
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int i = 0; i < length; i++) {
            bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
        }
        return bytes;
    }

    private static List<String> split(byte[] printed) {
        String text = text(printed);
        assertThat(text).endsWith("\n");
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    /** One character for each byte, so that strings compare as bytes do. */
    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
