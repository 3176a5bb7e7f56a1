// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.PutFailedException;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** With compression the limits hold for what is left after it, which nobody knows beforehand. */
class CompressedPutTest extends ClientFixture {
    private static final long SEED = 20261128;

    private static EncryptorOptions zstd(EnvelopeFormat format) {
        return EncryptorOptions.builder()
                .format(format)
                .compression(Compression.ZSTD)
                .build();
    }

    private static byte[] incompressible(int sizeBytes) {
        byte[] data = new byte[sizeBytes];
        new Random(SEED).nextBytes(data);
        return data;
    }

    /** Shrinks to little more than half, so that nobody takes it for a bomb. */
    private static byte[] text(int sizeBytes) {
        return HexFormat.of().formatHex(incompressible(sizeBytes / 2)).getBytes(StandardCharsets.US_ASCII);
    }

    private static Map<String, List<String>> dataByKey(List<UserRecord> records) {
        return records.stream()
                .collect(Collectors.groupingBy(
                        UserRecord::partitionKey,
                        Collectors.mapping(
                                record -> new String(record.data(), StandardCharsets.UTF_8), Collectors.toList())));
    }

    private UserRecord onlyStored() {
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        assertThat(stored).hasSize(1);
        return opened(stored).get(0);
    }

    private List<UserRecord> opened(List<StoredRecord> stored) {
        var decryptor = encryption.decryptor(StreamIdentity.of(STREAM));
        List<UserRecord> records = new ArrayList<>();
        for (StoredRecord each : stored) {
            records.addAll(decryptor.decrypt(
                    KinesisRecord.of(each.partitionKey(), null, each.data().asByteArray())));
        }
        return records;
    }

    @ParameterizedTest
    @CsvSource({"SYNC,COMPACT", "ASYNC,COMPACT", "SYNC,AWS_ENCRYPTION_SDK", "ASYNC,AWS_ENCRYPTION_SDK"})
    void aRecordThatFitsOnlyCompressedIsTaken(Flavour flavour, EnvelopeFormat format) {
        Client client = client(flavour, options -> options.encryptorOptions(zstd(format)));
        byte[] text = text(3 * MEBIBYTE / 2);

        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(text)));

        assertThat(onlyStored().data()).isEqualTo(text);
        assertThat(client.sizeOf(STREAM, UserRecord.of("p", text))).isGreaterThan(3 * MEBIBYTE / 2);
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatDoesNotFitEvenCompressedIsRefusedByTheSizeThatItWouldHave(Flavour flavour) {
        Client client = client(flavour, options -> options.encryptorOptions(zstd(EnvelopeFormat.COMPACT)));

        assertThatThrownBy(() -> client.putRecords(r -> r.streamName(STREAM)
                        .records(
                                entry("a", SdkBytes.fromByteArray(text(3 * MEBIBYTE / 2))),
                                entry("b", SdkBytes.fromByteArray(incompressible(MEBIBYTE))))))
                .as("seed %d", SEED)
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("Record 1")
                .cause()
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.index()).isEqualTo(1);
                    assertThat(e.sizeBytes()).isBetween(MEBIBYTE + 1L, MEBIBYTE + 2_000L);
                    assertThat(e.limitBytes()).isEqualTo(MEBIBYTE);
                });
        assertThat(kinesis.callCount("PutRecords")).isZero();
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatShrinksLikeABombAndIsLargerThanAMebibyteIsNotCompressed(Flavour flavour) {
        Client client = client(flavour, options -> options.encryptorOptions(zstd(EnvelopeFormat.COMPACT)));
        byte[] zeros = new byte[MEBIBYTE];

        client.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(zeros)));

        assertThat(onlyStored().data()).isEqualTo(zeros);
        assertThatThrownBy(() -> client.putRecord(r ->
                        r.streamName(STREAM).partitionKey("p").data(SdkBytes.fromByteArray(new byte[MEBIBYTE + 1]))))
                .hasCauseInstanceOf(RecordTooLargeException.class);
    }

    @ParameterizedTest
    @EnumSource
    void requestsAreDividedByWhatIsSent(Flavour flavour) {
        Client client = client(
                flavour,
                options -> options.maxRequestSizeBytes(FIVE_MEBIBYTES).encryptorOptions(zstd(EnvelopeFormat.COMPACT)));
        List<KinesisRequest> calls = calls(call -> {});
        byte[] text = text(FIVE_MEBIBYTES / 20);

        client.putRecords(r ->
                r.streamName(STREAM).records(Collections.nCopies(20, entry("p", SdkBytes.fromByteArray(text)))));

        assertThat(calls)
                .singleElement()
                .satisfies(
                        call -> assertThat(((PutRecordsRequest) call).records()).hasSize(20));
        assertThat(opened(kinesis.storedRecords(STREAM)))
                .hasSize(20)
                .allSatisfy(record -> assertThat(record.data()).isEqualTo(text));
    }

    @ParameterizedTest
    @EnumSource
    void aBatchingProducerCompressesWholeAggregates(EnvelopeFormat format) {
        List<UserRecord> records = IntStream.range(0, 2_000)
                .mapToObj(i -> UserRecord.of(
                        "key-" + i % 7,
                        ("{\"order\": " + i + ", \"state\": \"accepted\"}").getBytes(StandardCharsets.UTF_8)))
                .toList();
        try (BatchingProducer producer = BatchingProducer.builder(kinesis.asyncClient(), encryption).stream(STREAM)
                .encryptorOptions(zstd(format))
                .build()) {
            records.forEach(record -> {
                var unused = producer.put(record);
            });
        }
        List<StoredRecord> stored = kinesis.storedRecords(STREAM);
        long storedBytes = stored.stream()
                .mapToLong(each -> each.data().asByteArrayUnsafe().length)
                .sum();
        long dataBytes = records.stream().mapToLong(each -> each.data().length).sum();
        assertThat(storedBytes).isLessThan(dataBytes * 3 / 4);
        assertThat(dataByKey(opened(stored))).isEqualTo(dataByKey(records));
    }

    @ParameterizedTest
    @EnumSource
    void aBatchingProducerRefusesWhatDoesNotFitAndTakesWhatDoesOnceItIsCompressed(EnvelopeFormat format) {
        CompletableFuture<?> large;
        CompletableFuture<?> fits;
        try (BatchingProducer producer = BatchingProducer.builder(kinesis.asyncClient(), encryption).stream(STREAM)
                .encryptorOptions(zstd(format))
                .build()) {
            large = producer.put("a", incompressible(MEBIBYTE));
            fits = producer.put("b", text(3 * MEBIBYTE / 2));
        }
        assertThatThrownBy(large::join)
                .cause()
                .isInstanceOfSatisfying(
                        PutFailedException.class,
                        e -> assertThat(e.mayHaveBeenWritten()).isFalse())
                .hasCauseInstanceOf(RecordTooLargeException.class);
        assertThat(fits).isCompleted();
        assertThat(onlyStored().data()).isEqualTo(text(3 * MEBIBYTE / 2));
    }
}
