// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import com.github.luben.zstd.Zstd;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * What comes of one bad record between two good ones, for each kind of record and each policy: what the application saw, what was checkpointed, and what
 * the sink got. The documentation holds exactly this table.
 */
class PolicyTableTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "consumer-policies.md");
    private static final String BEGIN = "<!-- The table is checked by PolicyTableTest, which prints the right one. -->";
    private static final String END = "<!-- End of the table. -->";

    private static final Map<String, String> ROWS = new HashMap<>();

    private enum Kind {
        FLIPPED_BYTE("an altered byte"),
        WRONG_STREAM("a record of another stream"),
        DENIED_KEY("a key that is denied"),
        KEY_NOT_CONFIGURED("a key that is not configured"),
        KEY_SERVICE_DOWN("a key service that is down"),
        UNKNOWN_VERSION("an unknown version"),
        PLAINTEXT("plaintext"),
        BOMB("a zstd bomb");

        private final String name;

        Kind(String name) {
            this.name = name;
        }

        KinesisClientRecord record(Bench bench) {
            return switch (this) {
                case FLIPPED_BYTE -> Records.tampered(bench.encryption, 2, "order 2");
                case WRONG_STREAM ->
                    Records.stored(2, Records.seal(bench.encryption, StreamIdentity.of("payments"), "order 2"));
                case DENIED_KEY -> {
                    KinesisClientRecord record = Records.sealedAlone(bench.deniedKeyring(), 2, "order 2");
                    bench.kms.deny("*", bench.deniedKeyArn, "Decrypt");
                    yield record;
                }
                case KEY_NOT_CONFIGURED -> Records.sealedAlone(Records.rawAes(), 2, "order 2");
                case KEY_SERVICE_DOWN -> {
                    KinesisClientRecord record = Records.sealedAlone(bench.deniedKeyring(), 2, "order 2");
                    bench.kms
                            .faults()
                            .inject(KmsFault.unreachable("Decrypt")
                                    .when(call -> bench.deniedKeyArn.equals(call.keyId())));
                    yield record;
                }
                case UNKNOWN_VERSION -> Records.stored(2, new byte[] {(byte) 0xFE, 'K', 'E', 2, 1, 0});
                case PLAINTEXT -> Records.stored(2, "order 2".getBytes(UTF_8));
                case BOMB -> Records.stored(2, bench.bomb());
            };
        }
    }

    private enum Policy {
        HOLD("hold (default)"),
        SKIP("skip"),
        DEAD_LETTER("dead letter"),
        ACCEPT("hold, accept plaintext");

        private final String name;

        Policy(String name) {
            this.name = name;
        }

        FailurePolicies policies(RecordingSink sink) {
            FailurePolicies.Builder builder = FailurePolicies.builder();
            return switch (this) {
                case HOLD -> FailurePolicies.DEFAULTS;
                case SKIP -> builder.skipBadRecords().build();
                case DEAD_LETTER -> builder.deadLetterBadRecords(sink).build();
                case ACCEPT -> builder.plaintext(PlaintextPolicy.ACCEPT).build();
            };
        }
    }

    /** Two keys, one of which is denied or out of reach when a test wants it, and a consumer that has both. */
    private static final class Bench implements AutoCloseable {
        final InMemoryKms kms = InMemoryKms.create();
        final String keyArn = kms.createKey();
        final String deniedKeyArn = kms.createKey();
        final KinesisEncryption encryption = Records.encryption(
                Keyrings.writeWithOneReadWithAny(Keyrings.awsKms(keyArn, kms.client()), deniedKeyring()));

        Keyring deniedKeyring() {
            return Keyrings.awsKms(deniedKeyArn, kms.client());
        }

        /** An authentic record whose payload unpacks to a hundred thousand times its size. */
        byte[] bomb() {
            try (Keyring.OpenKeyring open =
                    Keyrings.awsKms(keyArn, kms.client()).open()) {
                return AwsCrypto.builder()
                        .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                        .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                        .build()
                        .encryptData(
                                open.materialProvidersKeyring(),
                                Zstd.compress(new byte[10 * 1024 * 1024], 3),
                                Map.of("kinesis:stream-name", Records.ORDERS.name(), "kinesis:compression", "zstd"))
                        .getResult();
            }
        }

        @Override
        public void close() {
            encryption.close();
        }
    }

    private static String row(Kind kind, Policy policy) {
        return ROWS.computeIfAbsent(kind + " " + policy, any -> newRow(kind, policy));
    }

    /** The row of a record between two good ones. The shard is stopped after three attempts if it waits. */
    private static String newRow(Kind kind, Policy policy) {
        try (Bench bench = new Bench()) {
            RecordingSink sink = new RecordingSink();
            KinesisClientRecord first = Records.sealed(bench.encryption, 1, "order 1");
            KinesisClientRecord third = Records.sealed(bench.encryption, 3, "order 3");
            KinesisClientRecord second = kind.record(bench);
            Wrapped wrapped = Wrapped.under(policy.policies(sink), bench.encryption);
            wrapped.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
            wrapped.time.during(3, wrapped.factory::stopWaiting);

            wrapped.shard.process(first, second, third);
            wrapped.shard.requestShutdown();

            List<Hold> holds = wrapped.holds.holds();
            String shard = holds.isEmpty()
                    ? "goes on"
                    : "waits: " + holds.get(0).reason() + ", " + holds.get(0).code();
            return "| %s | %s | %s | record %s | %s | %s |"
                    .formatted(
                            kind.name,
                            policy.name,
                            String.join(", ", wrapped.application.delivered()),
                            numberOf(wrapped.shard.checkpoint()),
                            letters(sink),
                            shard);
        }
    }

    private static int numberOf(ExtendedSequenceNumber checkpoint) {
        for (int number = 1; number <= 3; number++) {
            if (checkpoint.equals(Records.position(number))) {
                return number;
            }
        }
        throw new AssertionError("Checkpointed at " + checkpoint);
    }

    private static String letters(RecordingSink sink) {
        List<String> texts = new ArrayList<>();
        for (DeadLetter letter : sink.letters()) {
            texts.add("%s, %s".formatted(letter.isWithheld() ? "its place" : "the record", letter.code()));
        }
        return texts.isEmpty() ? "–" : String.join("; ", texts);
    }

    @Test
    void theDocumentationHoldsExactlyWhatHappens() throws IOException {
        List<String> table = new ArrayList<>();
        table.add("| record 2 is | policy | the application saw | checkpoint | the sink got | the shard |");
        table.add("|---|---|---|---|---|---|");
        for (Kind kind : Kind.values()) {
            for (Policy policy : Policy.values()) {
                table.add(row(kind, policy));
            }
        }
        String text = Files.readString(DOCUMENT);

        assertThat(text).contains(BEGIN, END);
        assertThat(text.substring(text.indexOf(BEGIN) + BEGIN.length(), text.indexOf(END))
                        .strip())
                .isEqualTo(String.join("\n", table));
    }

    /** Whatever the policy, record 1 is delivered before anything waits, and no checkpoint passes a record that is neither delivered nor passed over. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCheckpointPassesTheRecordOnlyIfItWasDeliveredOrPassedOver(Kind kind) {
        for (Policy policy : Policy.values()) {
            String row = row(kind, policy);
            boolean goesOn = row.endsWith("| goes on |");
            assertThat(row).contains("order 1").contains(goesOn ? "| record 3 |" : "| record 1 |");
            assertThat(row.contains("order 3")).as(row).isEqualTo(goesOn);
        }
    }
}
