// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** The data keys that a batch lacks are loaded before its first record is opened. */
@Timeout(240)
class PrefetchTest {
    private static final int RECORDS = 4;

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());

    private KinesisEncryption reader() {
        return KinesisEncryption.builder()
                .keyring(keyring)
                .keyCache(KeyCacheOptions.builder()
                        .loadsPerSecond(10_000)
                        .maxConcurrentLoads(RECORDS)
                        .build())
                .build();
    }

    /** Each under a data key of its own. */
    private KinesisClientRecord[] batch() {
        return IntStream.rangeClosed(1, RECORDS)
                .mapToObj(number -> Records.sealedAlone(keyring, number, "order " + number))
                .toArray(KinesisClientRecord[]::new);
    }

    /** No call is answered before all are there: one after the other they would wait for ever. */
    @Test
    void theMissesOfABatchAreLoadedSideBySide() {
        KinesisClientRecord[] batch = batch();
        CyclicBarrier all = new CyclicBarrier(RECORDS);
        kms.resetCalls();
        kms.onEachCall(call -> await(all));
        try (KinesisEncryption reader = reader()) {
            Wrapped wrapped = new Wrapped(reader);

            wrapped.shard.process(batch);

            assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 2", "order 3", "order 4");
            assertThat(kms.callCount("Decrypt")).isEqualTo(RECORDS);
            assertThat(wrapped.holds.events()).isEmpty();
        }
    }

    private static void await(CyclicBarrier all) {
        try {
            all.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("The calls came one after the other", e);
        }
    }

    @Test
    void whatCannotBeHadOrIsNoEnvelopeIsToldWhenItIsOpened() {
        KinesisClientRecord[] batch = batch();
        byte[] cut = Arrays.copyOf(RecordOpener.stored(batch[1]).data(), 50);
        batch[1] = Records.stored(2, cut);
        batch[2] = Records.stored(3, "plaintext".getBytes(UTF_8));
        RecordingSink sink = new RecordingSink();
        try (KinesisEncryption reader = reader()) {
            Wrapped wrapped = Wrapped.under(
                    FailurePolicies.builder().deadLetterBadRecords(sink).build(), reader);

            wrapped.shard.process(batch);

            assertThat(wrapped.application.delivered()).containsExactly("order 1", "order 4");
            assertThat(sink.sequenceNumbers()).containsExactly(Records.sequenceNumber(2), Records.sequenceNumber(3));
            assertThat(sink.letters().get(0).data()).isEqualTo(cut);
        }
    }

    @Test
    void aClosedEncryptionHoldsTheFirstRecord() {
        KinesisClientRecord[] batch = batch();
        KinesisEncryption reader = reader();
        reader.close();
        Wrapped wrapped = new Wrapped(reader);
        wrapped.time.during(1, wrapped.factory::stopWaiting);

        wrapped.shard.process(batch);

        assertThat(wrapped.application.batches).isEmpty();
        assertThat(wrapped.holds.holds().get(0).sequenceNumber()).isEqualTo(Records.sequenceNumber(1));
    }
}
