// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A stream on its way from plaintext to encryption. */
class PlaintextRecordsTest {
    private final List<EncryptionListener.Failure> failures = new ArrayList<>();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Records.rawAes())
            .listener(new EncryptionListener() {
                @Override
                public void onFailure(Failure failure) {
                    failures.add(failure);
                }
            })
            .build();

    @AfterEach
    void close() {
        encryption.close();
    }

    private Wrapped under(PlaintextPolicy policy) {
        return Wrapped.under(FailurePolicies.builder().plaintext(policy).build(), encryption);
    }

    private static KinesisClientRecord plaintext(int number, String text) {
        return Records.stored(number, text.getBytes(UTF_8));
    }

    private KinesisClientRecord sealed(int number) {
        return Records.sealed(encryption, number, "order " + number);
    }

    @Test
    void bothKindsAreDeliveredAsTheyCome() {
        Wrapped wrapped = under(PlaintextPolicy.ACCEPT);
        KinesisClientRecord bare = plaintext(1, "{\"order\":1}");

        wrapped.shard.process(bare, sealed(2), plaintext(3, ""), sealed(4));

        assertThat(wrapped.application.delivered()).containsExactly("{\"order\":1}", "order 2", "", "order 4");
        assertThat(wrapped.application.batches.get(0).records().get(0)).isEqualTo(bare);
        assertThat(wrapped.holds.plaintext()).isEqualTo(2);
        assertThat(failures).as("an accepted record is no failure").isEmpty();
    }

    @Test
    void plaintextIsHandedOverFromItsBeginning() {
        Wrapped wrapped = under(PlaintextPolicy.ACCEPT);
        KinesisClientRecord record = plaintext(1, "{\"order\":1}");
        // As the decoder of Glue leaves it.
        record.data().position(record.data().limit());

        wrapped.shard.process(record);

        assertThat(wrapped.application.delivered()).containsExactly("{\"order\":1}");
    }

    @Test
    void aRecordWithoutDataIsPlaintext() {
        Wrapped wrapped = under(PlaintextPolicy.ACCEPT);
        KinesisClientRecord record = plaintext(1, "").toBuilder().data(null).build();

        // KCL's own task does not get as far.
        wrapped.processor.processRecords(
                ProcessRecordsInput.builder().records(List.of(record)).build());

        assertThat(wrapped.application.batches.get(0).records()).containsExactly(record);
    }

    @Test
    void aggregatesThatKclTookApartKeepTheirNumbersAndCheckpointsGoInside() throws Exception {
        Wrapped wrapped = under(PlaintextPolicy.ACCEPT);
        List<KinesisClientRecord> parts = new ArrayList<>();
        for (int sub = 0; sub < 3; sub++) {
            parts.add(plaintext(1, "part " + sub).toBuilder()
                    .aggregated(true)
                    .subSequenceNumber(sub)
                    .build());
        }
        // One of them is encrypted: a batching producer of plaintext around a drop-in encryptor.
        parts.set(1, parts.get(1).toBuilder().data(sealed(1).data()).build());

        wrapped.shard.process(parts.toArray(KinesisClientRecord[]::new));

        assertThat(wrapped.application.delivered()).containsExactly("part 0", "order 1", "part 2");
        assertThat(wrapped.application.batches.get(0).records())
                .extracting(KinesisClientRecord::subSequenceNumber)
                .containsExactly(0L, 1L, 2L);
        wrapped.application.batches.get(0).checkpointer().checkpoint(Records.sequenceNumber(1), 1);
        assertThat(wrapped.shard.checkpoint()).isEqualTo(new ExtendedSequenceNumber(Records.sequenceNumber(1), 1L));
    }

    @Test
    void anAggregateThatKclCannotTakeApartIsDeliveredAsKclDoes() {
        byte[] broken = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2, 1, 2, 3};
        List<KinesisClientRecord> byKcl = new AggregatorUtil().deaggregate(List.of(Records.stored(1, broken)));
        Wrapped wrapped = under(PlaintextPolicy.ACCEPT);

        wrapped.shard.process(byKcl.toArray(KinesisClientRecord[]::new));

        assertThat(wrapped.application.batches.get(0).records().get(0).data()).isEqualTo(ByteBuffer.wrap(broken));
    }

    @Test
    void bytesThatBeginLikeAnEnvelopeAreNeverPlaintext() {
        byte[] compact = {(byte) 0xFE, 'K', 'E'};
        byte[] unknownVersion = {(byte) 0xFE, 'K', 'E', 9, 1, 0};
        byte[] message = {2, 4, 0x78, 0};
        byte[] oldMessage = {1, (byte) 0x80, 0};
        List<ErrorCode> codes = new ArrayList<>();
        for (byte[] bytes : List.of(compact, unknownVersion, message, oldMessage)) {
            Wrapped wrapped = under(PlaintextPolicy.ACCEPT);
            wrapped.factory.stopWaiting();
            wrapped.shard.process(Records.stored(1, bytes));
            assertThat(wrapped.application.batches).isEmpty();
            codes.add(wrapped.holds.holds().get(0).code());
        }
        assertThat(codes)
                .containsExactly(
                        ErrorCode.MALFORMED_ENVELOPE,
                        ErrorCode.UNSUPPORTED_VERSION,
                        ErrorCode.MALFORMED_ENVELOPE,
                        ErrorCode.UNSUPPORTED_VERSION);
    }

    @Test
    void afterTheCutOverPlaintextIsABadRecord() {
        // The record of number n arrives n seconds after the start.
        Wrapped wrapped = Wrapped.under(
                FailurePolicies.builder()
                        .plaintext(PlaintextPolicy.acceptBefore(SimulatedTime.START.plusSeconds(3)))
                        .skipBadRecords()
                        .build(),
                encryption);

        wrapped.shard.process(
                plaintext(1, "1"),
                plaintext(2, "2"),
                plaintext(3, "3"),
                sealed(4),
                plaintext(2, "unknown").toBuilder()
                        .approximateArrivalTimestamp(null)
                        .build());

        assertThat(wrapped.application.delivered()).containsExactly("1", "2", "order 4");
        assertThat(wrapped.holds.passed()).containsExactly("SKIPPED PLAINTEXT_RECORD", "SKIPPED PLAINTEXT_RECORD");
    }

    /** Consumers accept plaintext first, then producers encrypt, then consumers reject it; and back. Nothing is lost at any step. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamGoesFromPlaintextToEncryptionAndBack(boolean back) {
        List<String> delivered = new ArrayList<>();
        ExtendedSequenceNumber checkpoint = ExtendedSequenceNumber.TRIM_HORIZON;
        PlaintextPolicy[] steps = {
            PlaintextPolicy.ACCEPT,
            PlaintextPolicy.ACCEPT,
            PlaintextPolicy.acceptBefore(SimulatedTime.START.plusSeconds(6)),
            back ? PlaintextPolicy.ACCEPT : PlaintextPolicy.REJECT
        };
        for (int step = 0; step < steps.length; step++) {
            Wrapped owner = new Wrapped(
                    encryption,
                    null,
                    FailurePolicies.builder().plaintext(steps[step]).build(),
                    null,
                    checkpoint);
            owner.application.onBatch = input -> RecordingApplication.checkpoint(input.checkpointer());
            int first = 2 * step + 1;
            boolean firstIsPlain = step < 2 || (back && step == 3);
            boolean secondIsPlain = step == 0 || (back && step == 3);
            owner.shard.process(
                    firstIsPlain ? plaintext(first, "order " + first) : sealed(first),
                    secondIsPlain ? plaintext(first + 1, "order " + (first + 1)) : sealed(first + 1));
            delivered.addAll(owner.application.delivered());
            checkpoint = owner.shard.checkpoint();
            assertThat(owner.holds.events()).as("step %d", step).isEmpty();
        }
        assertThat(delivered)
                .containsExactly(
                        "order 1", "order 2", "order 3", "order 4", "order 5", "order 6", "order 7", "order 8");
    }
}
