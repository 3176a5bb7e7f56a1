// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.support.NumberedRecords;
import io.kinesisencryption.examples.support.PuttingProcess;
import io.kinesisencryption.examples.support.ReadBack;
import io.kinesisencryption.examples.support.StoredStream;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Kills a process in the middle of putting records with the batching producer. Skipped where Node.js is missing. */
class KilledProducerIT {
    private static final long SEED = Long.getLong("killed.producer.seed", 20261202L);
    private static final int RECORDS = 100_000;
    private static final int SHARDS = 2;
    private static final int EXIT_CODE_OF_KILL_9 = 128 + 9;
    private static final long TIMEOUT_MINUTES = 5;

    private static KinesisLocal emulator;
    private static KinesisClient client;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startEmulator() throws IOException, InterruptedException {
        emulator = KinesisLocal.start(NodePackages.install());
        client = emulator.client();
    }

    @AfterAll
    static void stopEmulator() {
        if (emulator != null) {
            client.close();
            emulator.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRecordThatWasAcknowledgedBeforeAKillIsInTheStream(EnvelopeFormat format) throws Exception {
        String stream = "killed-" + format.name().toLowerCase(Locale.ROOT).replace('_', '-');
        client.createStream(r -> r.streamName(stream).shardCount(SHARDS));
        client.waiter().waitUntilStreamExists(r -> r.streamName(stream));
        NumberedRecords records = new NumberedRecords(SEED, RECORDS);
        // Somewhere between a tenth and nine tenths of the records.
        int killAfter =
                RECORDS / 10 + new Random(SEED + (format == EnvelopeFormat.COMPACT ? 1 : 0)).nextInt(RECORDS * 8 / 10);

        BitSet acknowledged;
        try (PuttingProcess producer = PuttingProcess.start(folder, emulator.endpoint(), stream, format, records)) {
            awaitAcknowledged(producer, killAfter);
            assertThat(producer.kill()).isEqualTo(EXIT_CODE_OF_KILL_9);
            acknowledged = producer.acknowledged();
        }

        try (KinesisEncryption encryption =
                KinesisEncryption.builder().keyring(PuttingProcess.keyring()).build()) {
            ReadBack readBack = ReadBack.of(
                    StoredStream.read(client, stream),
                    encryption.decryptor(StreamIdentity.of(stream)),
                    format,
                    records);
            System.out.printf(
                    "killed after %d acknowledged records of %d, %s (seed %d): %d are stored, %d duplicates%n",
                    acknowledged.cardinality(), RECORDS, format, SEED, readBack.records(), readBack.duplicates());
            assertThat(acknowledged.cardinality())
                    .as("the kill came in the middle")
                    .isBetween(killAfter, RECORDS - 1);
            assertThat(acknowledged.stream().filter(number -> readBack.copies(number) == 0))
                    .as("acknowledged and not in the stream (seed %d)", SEED)
                    .isEmpty();
            readBack.assertEachKeyInOrder();
            readBack.assertEachKeyWithoutAGap();
        }
    }

    private static void awaitAcknowledged(PuttingProcess producer, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(TIMEOUT_MINUTES);
        while (producer.acknowledgedCount() < count) {
            assertThat(producer.isRunning()).as(producer.log()).isTrue();
            assertThat(System.nanoTime()).as(producer.log()).isLessThan(deadline);
            Thread.sleep(1);
        }
    }
}
