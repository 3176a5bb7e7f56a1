// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The size that is told before a record is encrypted is that which it then has. */
class SizeOfTest {
    /** The JVM's frame sizes are powers of two, and so are the borders of protobuf's numbers. */
    private static final int[] SIZES = {
        0, 1, 15, 16, 17, 100, 127, 128, 129, 511, 512, 513, 4_095, 4_096, 4_097, 16_383, 16_384, 131_072, 1_048_576
    };

    private final SeededRandom random = SeededRandom.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
            .encryptionContext(Map.of("tenant", "Zoë"))
            .build();

    @AfterEach
    void close() {
        encryption.close();
    }

    private static EncryptorOptions.Builder options(EnvelopeFormat format) {
        return EncryptorOptions.builder().format(format);
    }

    static Stream<EncryptorOptions> waysOfAKnownSize() {
        BlindingSecret secret = BlindingSecret.of(new byte[32]);
        List<EncryptorOptions> ways = new ArrayList<>();
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            ways.add(options(format).build());
            ways.add(options(format).payloadKind(PayloadKind.AGGREGATE).build());
            ways.add(options(format).blindPartitionKeys(secret).build());
        }
        ways.add(options(EnvelopeFormat.COMPACT).bindPartitionKey(true).build());
        ways.add(options(EnvelopeFormat.AWS_ENCRYPTION_SDK).signed(true).build());
        return ways.stream();
    }

    private static long countedSize(KinesisRecord sealed) {
        String key = sealed.partitionKey();
        return (long) sealed.data().length + (key == null ? 0 : key.getBytes(UTF_8).length);
    }

    @ParameterizedTest
    @MethodSource("waysOfAKnownSize")
    void theSizeOfARecordIsExact(EncryptorOptions options) {
        StreamIdentity stream = StreamIdentity.ofArn(Samples.ORDERS_ARN);
        RecordEncryptor encryptor = encryption.encryptor(stream, options);
        for (int size : SIZES) {
            for (String key : List.of("c", "Käufer-😀", "k".repeat(256))) {
                for (UserRecord record :
                        List.of(UserRecord.of(key, random.bytes(size)), UserRecord.of(key, "17", random.bytes(size)))) {
                    // One that has sealed nothing can only know it from the layout.
                    long before = encryption.encryptor(stream, options).sizeOf(record);

                    assertThat(countedSize(encryptor.encrypt(record)))
                            .as("%d bytes under %s, %s", size, key, random)
                            .isEqualTo(before);
                    assertThat(encryptor.sizeOf(record)).isEqualTo(before);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void aRecordWithoutAPartitionKeyHasTheSizeOfItsData(EnvelopeFormat format) {
        for (PayloadKind kind : PayloadKind.values()) {
            RecordEncryptor encryptor = encryption.encryptor(
                    Samples.ORDERS, options(format).payloadKind(kind).build());
            UserRecord record = UserRecord.of(null, random.bytes(200));

            assertThat(encryptor.sizeOf(record)).isEqualTo(countedSize(encryptor.encrypt(record)));
        }
    }

    @Test
    void eachSignatureHasTheSameSize() {
        RecordEncryptor encryptor = encryption.encryptor(
                Samples.ORDERS,
                options(EnvelopeFormat.AWS_ENCRYPTION_SDK).signed(true).build());
        UserRecord record = Samples.record();
        long size = encryptor.sizeOf(record);
        for (int i = 0; i < 100; i++) {
            assertThat(countedSize(encryptor.encrypt(record))).isEqualTo(size);
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void theSizeOfAnAggregateIsExact(EnvelopeFormat format) {
        RecordEncryptor encryptor = encryption.encryptor(
                Samples.ORDERS,
                options(format).payloadKind(PayloadKind.AGGREGATE).build());
        for (int count : new int[] {1, 2, 127, 128, 129, 1_000}) {
            List<UserRecord> records = IntStream.range(0, count)
                    .mapToObj(i -> UserRecord.of(
                            "key-" + random.below(200),
                            random.below(3) == 0 ? Integer.toString(random.below(50)) : null,
                            random.bytes(random.below(300))))
                    .toList();

            assertThat(encryptor.sizeOfAggregate("wire-é", records))
                    .as(random.toString())
                    .isEqualTo(countedSize(encryptor.encryptAggregate("wire-é", "5", records)));
            assertThat(encryptor.sizeOfAggregate(null, records))
                    .isEqualTo(countedSize(encryptor.encryptAggregate(null, null, records)));
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void compressedTheSizeIsAnUpperBoundThatAnIncompressibleRecordComesNearTo(EnvelopeFormat format) {
        RecordEncryptor encryptor = encryption.encryptor(
                Samples.ORDERS, options(format).compression(Compression.ZSTD).build());
        for (int size : SIZES) {
            UserRecord incompressible = UserRecord.of("key", random.bytes(size));
            long size1 = countedSize(encryptor.encrypt(incompressible));
            assertThat(encryptor.sizeOf(incompressible))
                    .as("%d bytes, %s", size, random)
                    .isBetween(size1, size1 + 600 + size / 200);

            UserRecord zeros = UserRecord.of("key", new byte[size]);
            assertThat(encryptor.sizeOf(zeros)).isGreaterThanOrEqualTo(countedSize(encryptor.encrypt(zeros)));
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void theKeyServiceIsAskedOnceAtMostEvenAfterTheKeyIsGone(EnvelopeFormat format) {
        RecordEncryptor encryptor =
                encryption.encryptor(Samples.ORDERS, options(format).build());
        long size = encryptor.sizeOf(Samples.record());
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);

        encryption.discardAll();
        kms.faults().inject(KmsFault.throttled("GenerateDataKey"));
        assertThat(encryptor.sizeOf(Samples.record())).isEqualTo(size);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void nothingOfTheKeysBudgetIsUsed(EnvelopeFormat format) {
        try (KinesisEncryption oneRecordAKey = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
                .keyCache(KeyCacheOptions.builder().maxRecordsPerKey(1).build())
                .build()) {
            for (int i = 0; i < 5; i++) {
                oneRecordAKey.encryptor(Samples.ORDERS, options(format).build()).sizeOf(Samples.record());
            }
            oneRecordAKey.encryptor(Samples.ORDERS, options(format).build()).encrypt(Samples.record());

            assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
        }
    }

    @Test
    void theSizeOfABlindedRecordNeedsNoBlindingSecretOfKms() {
        try (BlindingSecret secret = BlindingSecret.awsKms(kms.createMacKey(), kms.client(), 0)) {
            RecordEncryptor encryptor = encryption.encryptor(
                    Samples.ORDERS,
                    EncryptorOptions.builder().blindPartitionKeys(secret).build());
            long size = encryptor.sizeOf(Samples.record());

            assertThat(kms.callCount("GenerateMac")).isZero();
            assertThat(countedSize(encryptor.encrypt(Samples.record()))).isEqualTo(size);
        }
    }

    @Test
    void withoutAKeyThereIsNoSizeAndTheFailureIsTold() {
        String keyArn = kms.createKey();
        kms.disableKey(keyArn);
        List<ErrorCode> told = new ArrayList<>();
        try (KinesisEncryption owner = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(keyArn, kms.client()))
                .listener(new EncryptionListener() {
                    @Override
                    public void onFailure(Failure event) {
                        told.add(event.error().code());
                    }
                })
                .build()) {
            RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS);

            assertThat(Samples.codeOf(() -> encryptor.sizeOf(Samples.record()))).isEqualTo(ErrorCode.KEY_DISABLED);
            assertThat(told).containsExactly(ErrorCode.KEY_DISABLED);
        }
    }

    @Test
    void whatIsTooLargeToBeEncryptedHasASizeOverTheLargestLimit() {
        byte[] data = new byte[10 * 1024 * 1024 + 1];
        assertThat(encryption.encryptor(Samples.ORDERS).sizeOf(UserRecord.of("key", data)))
                .isGreaterThan(10 * 1024 * 1024);
        RecordEncryptor aggregates = encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder().payloadKind(PayloadKind.AGGREGATE).build());
        UserRecord record = UserRecord.of("key", data);
        assertThat(aggregates.sizeOfAggregate(
                        "key", IntStream.range(0, 300).mapToObj(i -> record).toList()))
                .isGreaterThan(300L * data.length);
    }

    @Test
    void whatEncryptRefusesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> encryption.encryptor(Samples.ORDERS).sizeOfAggregate("key", List.of(Samples.record())))
                .withMessageContaining("payloadKind(AGGREGATE)");
        RecordEncryptor aggregates = encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder().payloadKind(PayloadKind.AGGREGATE).build());
        assertThatIllegalArgumentException().isThrownBy(() -> aggregates.sizeOfAggregate("key", List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> aggregates.sizeOf(UserRecord.of("\uD800", new byte[1])));
        RecordEncryptor bound = encryption.encryptor(
                Samples.ORDERS,
                options(EnvelopeFormat.COMPACT).bindPartitionKey(true).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bound.sizeOf(UserRecord.of(null, new byte[1])))
                .withMessageContaining("without a partition key");
        encryption.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> encryption.encryptor(Samples.ORDERS).sizeOf(Samples.record()));
    }
}
