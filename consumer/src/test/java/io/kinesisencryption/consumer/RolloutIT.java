// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static io.kinesisencryption.suite.AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
import static io.kinesisencryption.suite.AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.LiveTraffic.Producer;
import io.kinesisencryption.consumer.LiveTraffic.Writer;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/**
 * Changes of a stream that producers write to all the while, step by step as the documentation lists them, and back. Each step of the consumers is a
 * restart of the scheduler on the same lease table; producers change one by one. In each run of a scheduler every key's numbers come without a gap and
 * without one twice; it begins where the run before ended, or before that where a checkpoint was not written in time.
 */
@Timeout(900)
class RolloutIT extends SchedulerFixture {
    private static final Path ROLLOUT = Path.of("..", "docs", "rollout.md");
    private static final Path KEYRINGS = Path.of("..", "docs", "keyrings.md");
    private static final EncryptorOptions MESSAGES = EncryptorOptions.DEFAULTS;
    private static final EncryptorOptions COMPACT =
            EncryptorOptions.builder().format(EnvelopeFormat.COMPACT).build();
    private static final Predicate<byte[]> PLAINTEXT = data -> !EnvelopeInfo.recognises(data);

    private final LiveTraffic traffic = new LiveTraffic();
    private final List<KinesisEncryption> owners = new ArrayList<>();
    private final List<Deliveries> runs = new ArrayList<>();

    private Iterator<String> documentedSteps;
    private RunningScheduler scheduler;
    private DecryptingShardRecordProcessorFactory factory;
    private Deliveries run;

    @AfterEach
    void end() {
        traffic.close();
        if (scheduler != null) {
            scheduler.close();
        }
        owners.forEach(KinesisEncryption::close);
    }

    // What the steps are made of.

    /** The numbered steps below a heading of the documentation. */
    private void follow(Path document, String heading) throws IOException {
        String text = Files.readString(document);
        assertThat(text).contains("\n## " + heading + "\n");
        String section = text.substring(text.indexOf("\n## " + heading + "\n") + 4);
        int end = section.indexOf("\n## ");
        documentedSteps = (end < 0 ? section : section.substring(0, end))
                .lines()
                .filter(line -> line.matches("\\d+\\. .*"))
                .map(line -> line.replaceFirst("\\d+\\. ", "").replaceAll("[`*]", ""))
                .iterator();
    }

    /** Says what is done next: it must be what the documentation says. */
    private void step(String what) {
        assertThat(documentedSteps).as("a step of the documentation").hasNext();
        assertThat(documentedSteps.next()).startsWith(what);
    }

    private KinesisEncryption owner(Keyring keyring, AlgorithmSuite... suites) {
        KinesisEncryption.Builder builder = KinesisEncryption.builder().keyring(keyring);
        if (suites.length > 0) {
            builder.acceptedSuites(suites);
        }
        KinesisEncryption owner = builder.build();
        owners.add(owner);
        return owner;
    }

    private Keyring key(String arn) {
        return Keyrings.awsKms(arn, kms.client());
    }

    private void consumers(KinesisEncryption encryption) throws Exception {
        consumers(encryption, PlaintextPolicy.REJECT);
    }

    private void consumers(KinesisEncryption encryption, PlaintextPolicy plaintext) throws Exception {
        stopConsumers();
        run = newRun();
        factory = DecryptingShardRecordProcessorFactory.builder(run::processor, encryption)
                .listener(holds)
                .failurePolicies(FailurePolicies.builder().plaintext(plaintext).build())
                .build();
        startConsumers(factory);
    }

    /** The application as it was before this library. */
    private void bareConsumers() throws Exception {
        stopConsumers();
        run = newRun();
        startConsumers(run::processor);
    }

    private Deliveries newRun() {
        Deliveries next = new Deliveries();
        runs.add(next);
        return next;
    }

    private void startConsumers(ShardRecordProcessorFactory processors) {
        scheduler = RunningScheduler.start(kinesis, dynamoDb, Records.ORDERS.name(), application, processors);
    }

    private void stopConsumers() throws Exception {
        if (scheduler != null) {
            if (factory != null) {
                factory.stopWaiting();
            }
            assertThat(scheduler.shutdown(EXIT)).isTrue();
            scheduler.close();
            scheduler = null;
            factory = null;
        }
    }

    /** What a run delivered so far, by key. */
    private static Map<String, List<Integer>> numbersOf(Deliveries run) {
        Map<String, List<Integer>> numbers = new TreeMap<>();
        for (String data : run.all()) {
            int colon = data.indexOf(':');
            assertThat(data).matches("producer-\\d-key-\\d:\\d+");
            numbers.computeIfAbsent(data.substring(0, colon), key -> new ArrayList<>())
                    .add(Integer.parseInt(data.substring(colon + 1)));
        }
        return numbers;
    }

    /**
     * Checks all runs, once they are over: a scheduler that has ended may leave a batch to its threads.
     *
     * @param delivered for each key, how many records the runs have delivered; filled
     * @return how many were delivered again
     */
    private int account(Map<String, Integer> delivered) {
        int[] again = {0};
        for (int i = 0; i < runs.size(); i++) {
            String as = "run " + i;
            numbersOf(runs.get(i)).forEach((key, numbers) -> {
                int before = delivered.getOrDefault(key, 0);
                int first = numbers.get(0);
                assertThat(first).as("the first of %s in %s", key, as).isLessThanOrEqualTo(before);
                assertThat(numbers)
                        .as("%s in %s", key, as)
                        .containsExactlyElementsOf(IntStream.range(first, first + numbers.size())
                                .boxed()
                                .toList());
                again[0] += Math.min(before, first + numbers.size()) - first;
                delivered.put(key, Math.max(before, first + numbers.size()));
            });
        }
        return again[0];
    }

    /** Waits until a record of every key that was put after this call is delivered. */
    private void awaitTraffic() throws Exception {
        Map<String, Integer> wanted = traffic.sent();
        Await.until(
                "every key goes on",
                () -> {
                    Map<String, List<Integer>> numbers = numbersOf(run);
                    traffic.sent();
                    return wanted.size() > 0
                            && wanted.entrySet().stream()
                                    .allMatch(key -> numbers.getOrDefault(key.getKey(), List.of()).stream()
                                            .anyMatch(number -> number > key.getValue()));
                },
                () -> wanted + ", of which were delivered " + run.all().size() + ", holds " + holds.events());
    }

    /** Waits until the checkpoint of every shard has passed all that was ever stored of a kind, none of which must come any more. */
    private void awaitConsumed(Predicate<byte[]> kind) throws Exception {
        Map<String, BigInteger> last = new TreeMap<>();
        for (StoredRecord record : kinesis.storedRecords(Records.ORDERS.name())) {
            if (kind.test(record.data().asByteArray())) {
                last.put(record.shardId(), new BigInteger(record.sequenceNumber()));
            }
        }
        assertThat(last).hasSize(SHARDS);
        for (Map.Entry<String, BigInteger> shard : last.entrySet()) {
            Await.until(
                    "the last record of the kind is consumed",
                    () -> new BigInteger(scheduler.checkpoint(shard.getKey())).compareTo(shard.getValue()) >= 0,
                    () -> scheduler.checkpoint(shard.getKey()) + " of " + shard);
        }
    }

    private static Predicate<byte[]> ofFormat(EnvelopeFormat format) {
        return data -> EnvelopeInfo.read(data).format() == format;
    }

    private static Predicate<byte[]> underKey(String arn) {
        return data -> EnvelopeInfo.read(data).wrappingKeys().stream().anyMatch(key -> key.contains(arn));
    }

    /** What is stored from now on is all of a kind. */
    private void assertOnly(Predicate<byte[]> kind) throws Exception {
        int before = kinesis.storedRecords(Records.ORDERS.name()).size();
        Map<String, String> lastOfShard = new TreeMap<>();
        kinesis.storedRecords(Records.ORDERS.name())
                .forEach(record -> lastOfShard.put(record.shardId(), record.sequenceNumber()));
        awaitTraffic();
        List<StoredRecord> after = kinesis.storedRecords(Records.ORDERS.name()).stream()
                .filter(record -> new BigInteger(record.sequenceNumber())
                                .compareTo(new BigInteger(lastOfShard.get(record.shardId())))
                        > 0)
                .toList();
        assertThat(after.size()).as("new records after " + before).isPositive();
        assertThat(after).allMatch(record -> kind.test(record.data().asByteArray()));
    }

    /** Everything that was ever put has been delivered, and no shard has waited for anything. */
    private void assertNothingIsLost() throws Exception {
        assertThat(documentedSteps)
                .as("steps of the documentation that are left")
                .isExhausted();
        traffic.close();
        Map<String, Integer> sent = traffic.sent();
        Await.until(
                "everything is delivered",
                () -> {
                    Map<String, List<Integer>> numbers = numbersOf(run);
                    return sent.entrySet().stream()
                            .allMatch(key -> numbers.getOrDefault(key.getKey(), List.of())
                                    .contains(key.getValue() - 1));
                },
                () -> sent + ", of which were delivered " + numbersOf(run));
        stopConsumers();
        Map<String, Integer> delivered = new TreeMap<>();
        int again = account(delivered);
        assertThat(delivered).isEqualTo(sent);
        System.out.printf("%s: %s records of each key, %d delivered again%n", application, sent, again);
    }

    private Writer plain() {
        return LiveTraffic.single(kinesis.client());
    }

    private Writer kpl() {
        return LiveTraffic.kpl(kinesis.client());
    }

    private Writer dropIn(KinesisEncryption encryption, EncryptorOptions options) {
        return LiveTraffic.dropIn(kinesis, encryption, options);
    }

    private Writer batching(KinesisEncryption encryption, EncryptorOptions options) {
        return LiveTraffic.batching(kinesis, encryption, options);
    }

    // The changes.

    @Test
    void plaintextIsChangedToEncryptionAndBack() throws Exception {
        Producer first = traffic.start(plain());
        Producer second = traffic.start(kpl());
        bareConsumers();
        awaitTraffic();

        follow(ROLLOUT, "From plaintext to encryption");
        step("Consumers: wrap the record processor, with PlaintextPolicy.ACCEPT.");
        consumers(owner(key(keyArn)), PlaintextPolicy.ACCEPT);
        awaitTraffic();
        // The listener is told when the processor has taken a slice, which is after the application has seen its
        // records.
        Await.until("plaintext is told of", () -> holds.plaintext() > 0, holds::plaintext);
        step("Producers, one by one: encrypt.");
        first.change(dropIn(owner(key(keyArn)), MESSAGES));
        awaitTraffic();
        second.change(batching(owner(key(keyArn)), MESSAGES));
        awaitTraffic();
        first.change(batching(owner(key(keyArn)), COMPACT));
        Instant cutOver = Instant.now();
        assertOnly(PLAINTEXT.negate());
        step("Consumers: PlaintextPolicy.acceptBefore(time)");
        consumers(owner(key(keyArn)), PlaintextPolicy.acceptBefore(cutOver));
        awaitTraffic();
        step("Wait until no plaintext is left to be read.");
        awaitConsumed(PLAINTEXT);
        step("Consumers: PlaintextPolicy.REJECT.");
        consumers(owner(key(keyArn)));
        awaitTraffic();

        follow(ROLLOUT, "Back from encryption to plaintext");
        step("Consumers: PlaintextPolicy.ACCEPT.");
        consumers(owner(key(keyArn)), PlaintextPolicy.ACCEPT);
        awaitTraffic();
        step("Producers, one by one: stop encrypting.");
        second.change(kpl());
        awaitTraffic();
        first.change(plain());
        assertOnly(PLAINTEXT);
        step("Wait until no encrypted record is left to be read.");
        awaitConsumed(PLAINTEXT.negate());
        step("Consumers: take the wrapper away.");
        bareConsumers();
        awaitTraffic();

        assertThat(holds.events()).isEmpty();
        assertNothingIsLost();
    }

    @Test
    void theFormatIsChangedAndChangedBack() throws Exception {
        AlgorithmSuite messages = AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
        AlgorithmSuite compact = COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
        Producer first = traffic.start(dropIn(owner(key(keyArn)), MESSAGES));
        Producer second = traffic.start(batching(owner(key(keyArn)), MESSAGES));
        consumers(owner(key(keyArn), messages));
        awaitTraffic();

        changeFormat(first, second, EnvelopeFormat.AWS_ENCRYPTION_SDK, COMPACT, compact);
        changeFormat(first, second, EnvelopeFormat.COMPACT, MESSAGES, messages);

        assertThat(holds.events()).isEmpty();
        assertNothingIsLost();
    }

    private void changeFormat(
            Producer first, Producer second, EnvelopeFormat from, EncryptorOptions options, AlgorithmSuite suite)
            throws Exception {
        follow(ROLLOUT, "Another format");
        step("Consumers: accept the suites of both formats.");
        consumers(owner(key(keyArn), AES_256_GCM_HKDF_SHA512_COMMIT_KEY, COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY));
        awaitTraffic();
        step("Producers, one by one: write the new format.");
        first.change(dropIn(owner(key(keyArn)), options));
        awaitTraffic();
        second.change(batching(owner(key(keyArn)), options));
        assertOnly(ofFormat(options.format()));
        step("Wait until no record of the old format is left to be read.");
        awaitConsumed(ofFormat(from));
        step("Consumers: accept the suite of the new format alone, if you like.");
        consumers(owner(key(keyArn), suite));
        awaitTraffic();
    }

    @Test
    void theKeyIsChangedAndChangedBack() throws Exception {
        Producer first = traffic.start(dropIn(owner(key(keyArn)), MESSAGES));
        Producer second = traffic.start(batching(owner(key(keyArn)), COMPACT));
        consumers(owner(key(keyArn)));
        awaitTraffic();

        changeKey(first, second, keyArn, poisonKeyArn);
        changeKey(first, second, poisonKeyArn, keyArn);

        assertThat(holds.events()).isEmpty();
        assertNothingIsLost();
    }

    private void changeKey(Producer first, Producer second, String from, String to) throws Exception {
        follow(KEYRINGS, "Changing the key");
        step("Grant the consumers Decrypt on the new key, and the producers GenerateDataKey.");
        step("Deploy every consumer with both: writeWithOneReadWithAny(old, fresh).");
        consumers(owner(Keyrings.writeWithOneReadWithAny(key(from), key(to))));
        awaitTraffic();
        step(
                "When the last consumer is out, deploy the producers with writeWithOneReadWithAny(fresh, old), or with fresh alone");
        first.change(dropIn(owner(key(to)), MESSAGES));
        awaitTraffic();
        second.change(batching(owner(Keyrings.writeWithOneReadWithAny(key(to), key(from))), COMPACT));
        assertOnly(underKey(to));
        step("Wait until the last record under the old key has left the stream");
        awaitConsumed(underKey(from));
        step("Deploy the consumers with fresh alone.");
        consumers(owner(key(to)));
        awaitTraffic();
    }

    /** What the order is for. */
    @Test
    void aProducerThatGoesFirstHoldsItsShardsUntilTheConsumersFollowAndLosesNothing() throws Exception {
        Producer first = traffic.start(dropIn(owner(key(keyArn)), MESSAGES));
        consumers(owner(key(keyArn)));
        awaitTraffic();

        first.change(dropIn(owner(key(poisonKeyArn)), MESSAGES));
        awaitHold();
        assertThat(holds.holds()).extracting(ConsumerListener.Hold::reason).containsOnly(HoldReason.KEY_REFUSED);
        consumers(owner(Keyrings.writeWithOneReadWithAny(key(poisonKeyArn), key(keyArn))));
        awaitTraffic();

        documentedSteps = List.<String>of().iterator();
        assertNothingIsLost();
    }
}
