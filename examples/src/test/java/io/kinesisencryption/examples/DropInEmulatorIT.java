// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisAsyncClient;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import io.kinesisencryption.testkit.emulator.NodePackages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** The drop-in clients around the SDK's own, against a Kinesis emulator over HTTP. Skipped where Node.js is missing. */
class DropInEmulatorIT {
    private static final long SEED = 20261130L;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static KinesisLocal emulator;
    private static KinesisClient plain;

    private final List<Integer> splits = new CopyOnWriteArrayList<>();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
            .build();

    @BeforeAll
    static void startEmulator() throws IOException, InterruptedException {
        emulator = KinesisLocal.start(NodePackages.install());
        plain = emulator.client();
    }

    @AfterAll
    static void stopEmulator() {
        if (emulator != null) {
            plain.close();
            emulator.close();
        }
    }

    @AfterEach
    void close() {
        encryption.close();
    }

    private static Stream<Arguments> everyClientAndFormat() {
        return Stream.of(false, true)
                .flatMap(async -> Arrays.stream(EnvelopeFormat.values()).map(format -> Arguments.of(async, format)));
    }

    @ParameterizedTest(name = "asynchronous {0}, {1}")
    @MethodSource("everyClientAndFormat")
    void requestsThatMustBeSplitComeBackWholeAndInOrder(boolean async, EnvelopeFormat format) {
        String stream = "drop-in-" + async + "-" + format;
        createStream(stream);
        Random random = new Random(SEED);
        // More bytes than a call takes would do as well, but the emulator takes its time with them.
        List<byte[]> data = data(random, 1_201, 200);

        withClient(async, format, put -> {
            PutRecordsResponse response = put.apply(request(stream, data));
            assertThat(response.failedRecordCount()).isZero();
            assertThat(response.records())
                    .hasSize(1_201)
                    .allSatisfy(result -> assertThat(result.sequenceNumber()).isNotNull());
            return null;
        });

        assertThat(splits).as("seed %d", SEED).containsExactly(3);
        assertThat(readBack(stream, format)).as("seed %d", SEED).containsExactlyElementsOf(data);
    }

    @ParameterizedTest(name = "asynchronous {0}, {1}")
    @MethodSource("everyClientAndFormat")
    void aTimeoutThatTheServiceCannotKeepIsThatOfTheSdk(boolean async, EnvelopeFormat format) {
        String stream = "timeout-" + async + "-" + format;
        createStream(stream);
        PutRecordsRequest request = request(stream, data(new Random(SEED), 500, 200)).toBuilder()
                .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(1)))
                .build();

        withClient(async, format, put -> {
            assertThatThrownBy(() -> put.apply(request)).isInstanceOf(ApiCallTimeoutException.class);
            return null;
        });
    }

    @Test
    void cancellingAnAsynchronousRequestLeavesTheClientUsable() throws Exception {
        createStream("cancelled");
        try (EncryptingKinesisAsyncClient client =
                EncryptingKinesisAsyncClient.wrap(emulator.asyncClient(), encryption)) {
            assertThat(client.putRecords(request("cancelled", data(new Random(SEED), 1_500, 200)))
                            .cancel(true))
                    .isTrue();

            client.putRecord(r -> r.streamName("cancelled").partitionKey("p").data(SdkBytes.fromUtf8String("last")))
                    .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
        byte[] last = "last".getBytes(StandardCharsets.UTF_8);
        assertThat(readBack("cancelled", EnvelopeFormat.AWS_ENCRYPTION_SDK))
                .anySatisfy(data -> assertThat(data).isEqualTo(last));
    }

    private interface Use extends Function<Function<PutRecordsRequest, PutRecordsResponse>, Void> {}

    private void withClient(boolean async, EnvelopeFormat format, Use use) {
        EncryptorOptions options = EncryptorOptions.builder().format(format).build();
        ProducerListener listener = new ProducerListener() {
            @Override
            public void onRequestSplit(RequestSplit event) {
                splits.add(event.calls());
            }
        };
        if (async) {
            try (EncryptingKinesisAsyncClient client = EncryptingKinesisAsyncClient.builder(
                            emulator.asyncClient(), encryption)
                    .encryptorOptions(options)
                    .listener(listener)
                    .build()) {
                use.apply(request -> answer(client, request));
            }
        } else {
            try (EncryptingKinesisClient client = EncryptingKinesisClient.builder(emulator.client(), encryption)
                    .encryptorOptions(options)
                    .listener(listener)
                    .build()) {
                use.apply(client::putRecords);
            }
        }
    }

    private static PutRecordsResponse answer(EncryptingKinesisAsyncClient client, PutRecordsRequest request) {
        try {
            return client.putRecords(request).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException exception) {
                throw exception;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static PutRecordsRequest request(String stream, List<byte[]> data) {
        return PutRecordsRequest.builder()
                .streamName(stream)
                .records(data.stream()
                        .map(bytes -> PutRecordsRequestEntry.builder()
                                .partitionKey("one key")
                                .data(SdkBytes.fromByteArray(bytes))
                                .build())
                        .toList())
                .overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT))
                .build();
    }

    private static List<byte[]> data(Random random, int count, int sizeBytes) {
        List<byte[]> data = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[sizeBytes];
            random.nextBytes(bytes);
            data.add(bytes);
        }
        return data;
    }

    private static void createStream(String name) {
        plain.createStream(r -> r.streamName(name).shardCount(1));
        plain.waiter().waitUntilStreamExists(r -> r.streamName(name));
    }

    private List<byte[]> readBack(String stream, EnvelopeFormat format) {
        RecordDecryptor decryptor = encryption.decryptor(StreamIdentity.of(stream));
        String shard =
                plain.listShards(r -> r.streamName(stream)).shards().get(0).shardId();
        String iterator = plain.getShardIterator(
                        r -> r.streamName(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        List<byte[]> read = new ArrayList<>();
        GetRecordsResponse page = get(iterator);
        while (!page.records().isEmpty()) {
            for (Record record : page.records()) {
                byte[] data = record.data().asByteArray();
                assertThat(EnvelopeInfo.read(data).format()).isEqualTo(format);
                read.add(decryptor
                        .decrypt(KinesisRecord.of(record.partitionKey(), null, data))
                        .get(0)
                        .data());
            }
            page = get(page.nextShardIterator());
        }
        return read;
    }

    private static GetRecordsResponse get(String iterator) {
        return plain.getRecords(r -> r.shardIterator(iterator));
    }
}
