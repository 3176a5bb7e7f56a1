// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.RecordError;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** Requests of random sizes under random faults: what is answered as stored is stored, once, under its own number, and nothing else is. */
class PutModelTest {
    private static final int RUNS = 50;
    private static final int REQUESTS = 4;
    private static final int MOST_RECORDS = 1_600;

    @TestFactory
    Stream<DynamicTest> whatIsAnsweredIsTrue() {
        return Stream.of(Flavour.values())
                .flatMap(flavour -> IntStream.range(0, RUNS)
                        .mapToObj(
                                seed -> DynamicTest.dynamicTest(flavour + ", seed " + seed, () -> run(flavour, seed))));
    }

    private static KinesisFault anyFault(Random random) {
        KinesisFault fault = switch (random.nextInt(6)) {
            case 0 -> KinesisFault.throttled("PutRecords");
            case 1 -> KinesisFault.internalFailure("PutRecords");
            case 2 -> KinesisFault.timeout("PutRecords").afterSuccess();
            case 3 -> KinesisFault.internalFailure("PutRecords").afterSuccess();
            case 4 -> KinesisFault.failRecordsRandomly(RecordError.INTERNAL_FAILURE, random.nextDouble());
            default ->
                KinesisFault.failRecords(
                                RecordError.PROVISIONED_THROUGHPUT_EXCEEDED,
                                entry -> entry.data().asByteArrayUnsafe().length % 2 == 0)
                        .afterSuccess();
        };
        int hit = random.nextInt(6);
        AtomicInteger calls = new AtomicInteger();
        return fault.when(request -> calls.getAndIncrement() % 6 == hit);
    }

    private static void run(Flavour flavour, int seed) {
        Random random = new Random(seed);
        InMemoryKinesis kinesis = InMemoryKinesis.builder().seed(seed).build();
        kinesis.createStream("orders", 3);
        kinesis.faults().inject(anyFault(random));
        kinesis.faults().inject(anyFault(random));
        Map<String, String> numberOf = new HashMap<>();
        List<String> notThere = new ArrayList<>();
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                        .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
                        .build();
                Client client = flavour.wrap(
                        kinesis, encryption, null, options -> options.encryptorOptions(ClientFixture.COMPACT))) {
            for (int i = 0; i < REQUESTS; i++) {
                put(client, random, i, numberOf, notThere);
            }
            RecordDecryptor decryptor = encryption.decryptor(StreamIdentity.of("orders"));
            Map<String, String> stored = new HashMap<>();
            for (StoredRecord record : kinesis.storedRecords("orders")) {
                byte[] data = decryptor
                        .decrypt(KinesisRecord.of(
                                record.partitionKey(), null, record.data().asByteArray()))
                        .get(0)
                        .data();
                assertThat(stored.put(new String(data, StandardCharsets.UTF_8), record.sequenceNumber()))
                        .isNull();
            }
            assertThat(stored).containsAllEntriesOf(numberOf);
            assertThat(stored).doesNotContainKeys(notThere.toArray(String[]::new));
        }
    }

    /** Puts one request, and notes what it was told is stored and what it was told was not even sent. */
    private static void put(
            Client client, Random random, int request, Map<String, String> numberOf, List<String> notThere) {
        int count = 1 + random.nextInt(MOST_RECORDS);
        List<PutRecordsRequestEntry> entries = IntStream.range(0, count)
                .mapToObj(i -> ClientFixture.entry(
                        "key " + random.nextInt(10), ClientFixture.bytes("request " + request + ", record " + i)))
                .toList();
        PutRecordsResponse response;
        try {
            response = client.putRecords(r -> r.streamName("orders").records(entries));
        } catch (SdkException e) {
            // The first call failed; those behind it must not have been made.
            entries.stream()
                    .skip(Limits.MAX_RECORDS)
                    .forEach(entry -> notThere.add(entry.data().asUtf8String()));
            return;
        }
        assertThat(response.records()).hasSize(count);
        int failed = 0;
        for (int i = 0; i < count; i++) {
            String data = entries.get(i).data().asUtf8String();
            String errorCode = response.records().get(i).errorCode();
            if (errorCode == null) {
                numberOf.put(data, response.records().get(i).sequenceNumber());
            } else {
                failed++;
                if (response.records().get(i).errorMessage().contains("not sent")) {
                    notThere.add(data);
                }
            }
        }
        assertThat(response.failedRecordCount()).isEqualTo(failed);
    }
}
