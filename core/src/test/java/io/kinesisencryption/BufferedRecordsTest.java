// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that a reader holds in buffers are opened like those in arrays. */
class BufferedRecordsTest {
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());
    private final RecordDecryptor decryptor = encryption.decryptor(Samples.ORDERS);

    @AfterEach
    void close() {
        encryption.close();
    }

    private byte[] aggregate(EnvelopeFormat format, int count, int sizeBytes) {
        List<UserRecord> records = IntStream.range(0, count)
                .mapToObj(i -> UserRecord.of("key " + i, i % 2 == 0 ? null : "42", data(i, sizeBytes)))
                .toList();
        return encryption
                .encryptor(
                        Samples.ORDERS,
                        EncryptorOptions.builder()
                                .format(format)
                                .payloadKind(PayloadKind.AGGREGATE)
                                .build())
                .encryptAggregate("slice", null, records)
                .data();
    }

    private static byte[] data(int seed, int sizeBytes) {
        byte[] data = new byte[sizeBytes];
        new Random(seed).nextBytes(data);
        return data;
    }

    /** As "partition key, explicit hash key, data". */
    private static String text(String partitionKey, String explicitHashKey, byte[] data) {
        return partitionKey + ", " + explicitHashKey + ", " + Arrays.hashCode(data);
    }

    private static List<ByteBuffer> buffers(byte[] bytes) {
        byte[] wide = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, wide, 3, bytes.length);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return List.of(
                ByteBuffer.wrap(bytes),
                ByteBuffer.wrap(bytes).asReadOnlyBuffer(),
                ByteBuffer.wrap(wide, 3, bytes.length),
                ByteBuffer.wrap(wide, 3, bytes.length).slice(),
                ByteBuffer.wrap(wide, 3, bytes.length).asReadOnlyBuffer(),
                direct);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void everyKindOfBufferIsOpenedAndLeftAsItIs(EnvelopeFormat format) {
        // The later ones are smaller, so that what is left of the earlier ones would show.
        for (int sizeBytes : new int[] {70_000, 512, 1}) {
            byte[] envelope = aggregate(format, 3, sizeBytes);
            List<String> expected = decryptor.decrypt(KinesisRecord.of("slice", null, envelope)).stream()
                    .map(record -> text(record.partitionKey(), record.explicitHashKey(), record.data()))
                    .toList();
            for (ByteBuffer buffer : buffers(envelope)) {
                int position = buffer.position();

                assertThat(decryptor.decrypt("slice", null, buffer, BufferedRecordsTest::text))
                        .isEqualTo(expected);

                assertThat(buffer.position()).isEqualTo(position);
                assertThat(buffer.remaining()).isEqualTo(envelope.length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void aRecordWithoutKeysOfItsOwnHasThoseOfTheWire(EnvelopeFormat format) {
        byte[] envelope = encryption
                .encryptor(
                        Samples.ORDERS,
                        EncryptorOptions.builder().format(format).build())
                .encrypt(Samples.record())
                .data();

        assertThat(decryptor.decrypt(
                        "wire", "7", ByteBuffer.wrap(envelope).asReadOnlyBuffer(), BufferedRecordsTest::text))
                .containsExactly(text("wire", "7", Samples.PLAINTEXT));
    }

    @Test
    void whatCannotBeOpenedFailsAsItDoesInAnArray() {
        byte[] good = aggregate(EnvelopeFormat.COMPACT, 3, 600);
        byte[] tampered = good.clone();
        tampered[tampered.length - 1] ^= 1;
        byte[] cut = Arrays.copyOf(good, 60);
        // Filled by a good one, whose rest must not be taken for a part of the next.
        decryptor.decrypt("slice", null, ByteBuffer.wrap(good).asReadOnlyBuffer(), BufferedRecordsTest::text);

        assertThat(codeOf(tampered)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(codeOf(cut)).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        assertThat(codeOf(Arrays.copyOf(good, 2))).isEqualTo(ErrorCode.PLAINTEXT_RECORD);
        assertThat(codeOf(new byte[0])).isEqualTo(ErrorCode.PLAINTEXT_RECORD);
        assertThat(codeOf("plaintext".getBytes(StandardCharsets.UTF_8))).isEqualTo(ErrorCode.PLAINTEXT_RECORD);
        for (int size = 3; size < good.length; size += 13) {
            assertThat(codeOf(Arrays.copyOf(good, size)))
                    .as("the first %d bytes", size)
                    .isIn(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    private ErrorCode codeOf(byte[] data) {
        return Samples.codeOf(() ->
                decryptor.decrypt("slice", null, ByteBuffer.wrap(data).asReadOnlyBuffer(), BufferedRecordsTest::text));
    }

    @Test
    void manyThreadsOpenDifferentRecordsAtOnce() throws Exception {
        List<Callable<List<String>>> opens = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] envelope = aggregate(EnvelopeFormat.COMPACT, 1 + i % 5, 100 * (1 + i % 40));
            ByteBuffer buffer = ByteBuffer.wrap(envelope).asReadOnlyBuffer();
            opens.add(() -> decryptor.decrypt("slice", null, buffer, BufferedRecordsTest::text));
            expected.add(decryptor.decrypt(KinesisRecord.of("slice", null, envelope)).stream()
                    .map(record -> text(record.partitionKey(), record.explicitHashKey(), record.data()))
                    .toList());
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<List<String>> opened = new ArrayList<>();
            for (var result : threads.invokeAll(opens)) {
                opened.add(result.get());
            }
            assertThat(opened).isEqualTo(expected);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Headers of more than a kilobyte, because each data key is encrypted under several keys of KMS. */
    @Test
    void theKeysOfABatchOfBuffersAreLoadedOnceEachWhateverTheSizeOfTheirHeaders() {
        InMemoryKms kms = InMemoryKms.create();
        for (int keys : new int[] {1, 6}) {
            List<String> arns =
                    IntStream.range(0, keys).mapToObj(i -> kms.createKey()).toList();
            Keyring keyring = Keyrings.awsKms(arns, region -> kms.client());
            List<ByteBuffer> batch = new ArrayList<>();
            for (EnvelopeFormat format : EnvelopeFormat.values()) {
                for (int i = 0; i < 3; i++) {
                    try (KinesisEncryption writer = Samples.encryption(keyring)) {
                        RecordEncryptor encryptor = writer.encryptor(
                                Samples.ORDERS,
                                EncryptorOptions.builder().format(format).build());
                        for (int j = 0; j < 2; j++) {
                            byte[] sealed = encryptor
                                    .encrypt(UserRecord.of("key", data(j, 5_000)))
                                    .data();
                            batch.add(ByteBuffer.wrap(sealed).asReadOnlyBuffer());
                        }
                    }
                }
            }
            batch.add(ByteBuffer.wrap("plaintext".repeat(1_000).getBytes(StandardCharsets.UTF_8)));
            batch.add(ByteBuffer.wrap(new byte[] {(byte) 0xFE, 'K', 'E', 1, 1}));
            batch.add(ByteBuffer.allocate(0));
            kms.resetCalls();
            try (KinesisEncryption reader = Samples.encryption(keyring)) {
                RecordDecryptor cold = reader.decryptor(Samples.ORDERS);
                assertThat(cold.prefetchBuffers(batch)).isEqualTo(6);
                assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 6L));
                assertThat(cold.prefetchBuffers(batch)).isEqualTo(6);
                int opened = 0;
                for (ByteBuffer data : batch) {
                    try {
                        opened += cold.decrypt("key", null, data, BufferedRecordsTest::text)
                                .size();
                    } catch (KinesisEncryptionException e) {
                        assertThat(e.code()).isIn(ErrorCode.PLAINTEXT_RECORD, ErrorCode.MALFORMED_ENVELOPE);
                    }
                }
                assertThat(opened).isEqualTo(12);
                assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 6L));
            }
        }
    }
}
