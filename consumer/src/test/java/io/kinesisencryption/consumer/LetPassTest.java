// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** An operator lets single records pass that a shard waits at. */
class LetPassTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());
    private final KinesisEncryption encryption = Records.encryption(keyring);
    private final Wrapped wrapped = new Wrapped(encryption);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        encryption.close();
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    private KinesisClientRecord bad(int number) {
        return Records.tampered(encryption, number, "order " + number);
    }

    private void letPass(String stream, int number) {
        wrapped.factory.letPass(stream, KclShard.SHARD_ID, Records.sequenceNumber(number));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "orders")
    void theNamedRecordPassesAndTheNextBadOneIsHeldAgain(String stream) {
        wrapped.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
        wrapped.time.during(2, () -> letPass(stream, 2)).during(4, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), bad(2), sealed(3), bad(4), sealed(5));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3");
        assertThat(wrapped.shard.checkpoint()).isEqualTo(Records.position(3));
        assertThat(wrapped.holds.passed()).containsExactly("LET_PASS AUTHENTICATION_FAILED");
        assertThat(wrapped.holds.events())
                .containsSubsequence("PASSED_OVER AUTHENTICATION_FAILED", "HALTED AUTHENTICATION_FAILED");
        // The second wait was ended by the call, not by time.
        assertThat(wrapped.time.now()).isEqualTo(SimulatedTime.START.plusSeconds(2 * 60));
    }

    @Test
    void eachCallCountsOnce() {
        wrapped.time.during(1, () -> letPass("orders", 2)).during(3, wrapped.factory::stopWaiting);

        wrapped.shard.process(bad(2));
        // KCL may hand a record over again.
        wrapped.shard.process(bad(2));

        assertThat(wrapped.holds.passed()).hasSize(1);
        assertThat(wrapped.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
    }

    @Test
    void aRecordMayBeNamedBeforeAnyShardWaitsAtIt() {
        letPass("orders", 2);

        wrapped.shard.process(sealed(1), bad(2), sealed(3));

        assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 3");
        assertThat(wrapped.time.waits()).isEmpty();
    }

    @Test
    void aNamedRecordThatOpensIsDelivered() {
        letPass("orders", 1);

        wrapped.shard.process(sealed(1));

        assertThat(wrapped.application.delivered()).containsExactly("order 1");
    }

    @Test
    void otherRecordsShardsAndStreamsStayHeld() {
        letPass("payments", 2);
        letPass("orders", 3);
        wrapped.factory.letPass("orders", "shardId-000000000001", Records.sequenceNumber(2));
        wrapped.time.during(3, wrapped.factory::stopWaiting);

        wrapped.shard.process(sealed(1), bad(2));

        assertThat(wrapped.holds.passed()).isEmpty();
        assertThat(wrapped.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
    }

    @Test
    void aRecordWhoseKeyIsGoneForEverPassesToo() {
        KinesisClientRecord record = Records.sealedAlone(keyring, 2, "order 2");
        kms.deny("*", keyArn, "Decrypt");
        wrapped.time.during(3, () -> letPass(null, 2));

        wrapped.shard.process(record);

        assertThat(wrapped.holds.passed()).containsExactly("LET_PASS KEY_DENIED");
    }

    @Test
    void aSinkIsOfferedTheRecordButNeedNotTakeIt() {
        RecordingSink working = new RecordingSink();
        RecordingSink broken = new RecordingSink().failing(new IOException("down"), new OutOfMemoryError("simulated"));
        for (RecordingSink sink : new RecordingSink[] {working, broken}) {
            Wrapped under = Wrapped.under(
                    FailurePolicies.builder().deadLetterBadRecords(sink).build(), encryption);
            KinesisClientRecord record = Records.sealedAlone(keyring, 2, "order 2");
            kms.deny("*", keyArn, "Decrypt");
            under.time.during(1, () -> under.factory.letPass("orders", KclShard.SHARD_ID, Records.sequenceNumber(2)));

            under.shard.process(record);

            assertThat(under.holds.passed()).containsExactly("LET_PASS KEY_DENIED" + (sink == working ? " kept" : ""));
            kms.clearAccessRules();
        }
        assertThat(working.letters()).hasSize(1);
        assertThat(broken.letters()).isEmpty();
    }

    @Test
    void aLineOfTheFileIsReadAtTheNextAttemptAndCountsForThatRecordAlone() throws IOException {
        Path file = directory.resolve("let-pass");
        Wrapped withFile =
                new Wrapped(encryption, null, FailurePolicies.DEFAULTS, file, ExtendedSequenceNumber.TRIM_HORIZON);
        withFile.time
                .during(2, () -> write(file, "# lost by a bug\n\n  orders\t%s   %s \nnonsense\n", 2))
                .during(5, withFile.factory::stopWaiting);

        withFile.shard.process(sealed(1), bad(2), sealed(3));
        withFile.shard.process(bad(2));
        assertThat(withFile.holds.passed()).hasSize(2);
        withFile.shard.process(bad(4));

        assertThat(withFile.application.delivered()).containsExactly("order 1", "order 3");
        assertThat(withFile.holds.events()).endsWith("HALTED AUTHENTICATION_FAILED");
        assertThat(file).content().contains("nonsense");
    }

    private static void write(Path file, String format, int number) {
        try {
            Files.writeString(file, format.formatted(KclShard.SHARD_ID, Records.sequenceNumber(number)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileThatCannotBeReadNamesNothing() throws IOException {
        byte[] invalid = {(byte) 0xFF, '\n', (byte) 0xC3};
        Path garbage = Files.write(directory.resolve("garbage"), invalid);
        Path large = Files.writeString(
                directory.resolve("large"),
                "orders %s %s\n".formatted(KclShard.SHARD_ID, Records.sequenceNumber(1)) + "#".repeat(65_536),
                UTF_8);
        for (Path file : new Path[] {directory, garbage, large, directory.resolve("absent")}) {
            Wrapped withFile =
                    new Wrapped(encryption, null, FailurePolicies.DEFAULTS, file, ExtendedSequenceNumber.TRIM_HORIZON);
            withFile.time.during(2, withFile.factory::stopWaiting);

            withFile.shard.process(bad(1));

            assertThat(withFile.holds.passed()).as(file.toString()).isEmpty();
        }
    }

    @Test
    void namesAreCheckedAndBounded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> wrapped.factory.letPass("orders", " ", "1"))
                .withMessageContaining("' '");
        assertThatIllegalArgumentException().isThrownBy(() -> wrapped.factory.letPass("orders", "shard", ""));
        for (int i = 0; i < LetPass.MOST; i++) {
            wrapped.factory.letPass("orders", "shard", Integer.toString(i));
        }
        assertThatIllegalStateException().isThrownBy(() -> wrapped.factory.letPass("orders", "shard", "more"));
    }
}
