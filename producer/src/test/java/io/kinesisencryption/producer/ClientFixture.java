// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** A stream, a key, and clients that encrypt with it; what their listener was told; and a clock that stands still. */
abstract class ClientFixture {
    static final String STREAM = "orders";
    static final EncryptorOptions COMPACT =
            EncryptorOptions.builder().format(EnvelopeFormat.COMPACT).build();
    static final int MEBIBYTE = 1024 * 1024;
    static final int FIVE_MEBIBYTES = 5 * MEBIBYTE;

    final InMemoryKms kms = InMemoryKms.create();
    final String keyArn = kms.createKey();
    final InMemoryKinesis kinesis = InMemoryKinesis.create();
    final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(keyArn, kms.client()))
            .build();
    final AtomicLong nowNanos = new AtomicLong();
    final Events events = new Events();

    private final List<Client> clients = new ArrayList<>();

    ClientFixture() {
        kinesis.createStream(STREAM, 2);
    }

    @AfterEach
    void close() {
        clients.forEach(Client::close);
        encryption.close();
    }

    final Client client(Flavour flavour) {
        return client(flavour, options -> {});
    }

    final Client client(Flavour flavour, Consumer<EncryptingClientBuilder<?>> options) {
        return client(flavour, null, options);
    }

    /** A client of the format that takes little time, for requests of many records. */
    final Client compact(Flavour flavour) {
        return client(flavour, options -> options.encryptorOptions(COMPACT));
    }

    final Client client(Flavour flavour, Duration clientTimeout, Consumer<EncryptingClientBuilder<?>> options) {
        Client client = flavour.wrap(kinesis, encryption, clientTimeout, builder -> {
            builder.listener(events);
            builder.nanoClock(nowNanos::get);
            options.accept(builder);
        });
        clients.add(client);
        return client;
    }

    static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    static SdkBytes bytes(long count) {
        return SdkBytes.fromByteArrayUnsafe(new byte[Math.toIntExact(count)]);
    }

    static PutRecordsRequestEntry entry(String partitionKey, SdkBytes data) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(data)
                .build();
    }

    /** Small records of one partition key, so that the stream keeps their order. */
    static List<PutRecordsRequestEntry> orders(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("one key", bytes(order(i))))
                .toList();
    }

    static String order(int index) {
        return "order " + index;
    }

    final String opened(StoredRecord record) {
        return new String(
                encryption
                        .decryptor(StreamIdentity.of(STREAM))
                        .decrypt(KinesisRecord.of(
                                record.partitionKey(), null, record.data().asByteArray()))
                        .get(0)
                        .data(),
                StandardCharsets.UTF_8);
    }

    final List<String> storedOrders() {
        return kinesis.storedRecords(STREAM).stream().map(this::opened).toList();
    }

    /** What the envelope and the partition key "p" add to the data of a record. */
    final int overheadBytes(Client client) {
        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes(0)));
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        return stored.get(stored.size() - 1).data().asByteArrayUnsafe().length + 1;
    }

    /** Collects the calls of PutRecords as they arrive; no fault applies to them. */
    final List<KinesisRequest> calls(Consumer<KinesisRequest> onEach) {
        List<KinesisRequest> calls = new CopyOnWriteArrayList<>();
        kinesis.faults().inject(KinesisFault.internalFailure("PutRecords").when(request -> {
            calls.add(request);
            onEach.accept(request);
            return false;
        }));
        return calls;
    }

    static List<String> errorCodes(PutRecordsResponse response) {
        return response.records().stream()
                .map(r -> r.errorCode() == null ? "" : r.errorCode())
                .toList();
    }

    /** All that a listener was told. */
    static final class Events implements ProducerListener {
        final List<RequestEncrypted> encrypted = new CopyOnWriteArrayList<>();
        final List<RequestSplit> split = new CopyOnWriteArrayList<>();
        final List<PartFailed> partsFailed = new CopyOnWriteArrayList<>();
        final List<RecordRefused> refused = new CopyOnWriteArrayList<>();
        final List<RecordLimitRead> limitsRead = new CopyOnWriteArrayList<>();
        final List<RecordLimitUnknown> limitsUnknown = new CopyOnWriteArrayList<>();
        final List<Thread> encryptionThreads = new CopyOnWriteArrayList<>();

        @Override
        public void onRequestEncrypted(RequestEncrypted event) {
            encrypted.add(event);
            encryptionThreads.add(Thread.currentThread());
        }

        @Override
        public void onRequestSplit(RequestSplit event) {
            split.add(event);
        }

        @Override
        public void onPartFailed(PartFailed event) {
            partsFailed.add(event);
        }

        @Override
        public void onRecordRefused(RecordRefused event) {
            refused.add(event);
        }

        @Override
        public void onRecordLimitRead(RecordLimitRead event) {
            limitsRead.add(event);
        }

        @Override
        public void onRecordLimitUnknown(RecordLimitUnknown event) {
            limitsUnknown.add(event);
        }
    }
}
