// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each way of sealing has in common, and what a reader makes of each without being told. */
class RecordFormatsTest {
    private final SeededRandom random = SeededRandom.create();
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    static Stream<EncryptorOptions> waysToSeal() {
        List<EncryptorOptions> ways = new ArrayList<>();
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            for (PayloadKind kind : PayloadKind.values()) {
                for (Compression compression : Compression.values()) {
                    ways.add(options(format)
                            .payloadKind(kind)
                            .compression(compression)
                            .build());
                }
            }
        }
        ways.add(options(EnvelopeFormat.COMPACT).bindPartitionKey(true).build());
        return ways.stream();
    }

    private static EncryptorOptions.Builder options(EnvelopeFormat format) {
        return EncryptorOptions.builder().format(format);
    }

    private KinesisRecord seal(EncryptorOptions options, UserRecord record) {
        return encryption.encryptor(Samples.ORDERS, options).encrypt(record);
    }

    private List<UserRecord> open(KinesisRecord record) {
        return encryption.decryptor(Samples.ORDERS).decrypt(record);
    }

    private ErrorCode codeOf(KinesisRecord record) {
        return codeOf(encryption.decryptor(Samples.ORDERS), record);
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void aRecordComesBackWithItsKeysAndAnExactArray(EncryptorOptions options) {
        for (int sizeBytes : new int[] {0, 1, 100, 1_024, 70_000}) {
            byte[] data = random.bytes(sizeBytes);
            byte[] before = data.clone();

            KinesisRecord sealed = seal(options, UserRecord.of("customer-1", "12345", data));
            List<UserRecord> opened = open(sealed);

            assertThat(data).as("the application's array").isEqualTo(before);
            assertThat(opened).as(random.toString()).hasSize(1);
            assertThat(opened.get(0).data()).isEqualTo(before);
            assertThat(opened.get(0).partitionKey()).isEqualTo("customer-1");
            assertThat(opened.get(0).explicitHashKey()).isEqualTo("12345");
            assertThat(EnvelopeInfo.read(sealed.data()).format()).isEqualTo(options.format());
        }
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void theReadersCodeKeepsNothingOfTheRecord(EncryptorOptions options) {
        KinesisRecord sealed = seal(options, Samples.record());
        UserRecord opened = open(sealed).get(0);
        Arrays.fill(sealed.data(), (byte) 0);

        assertThat(opened.data()).isEqualTo(Samples.PLAINTEXT);
        KinesisRecord next = seal(options, Samples.record());
        assertThat(open(next).get(0).data()).isEqualTo(Samples.PLAINTEXT);
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void aRecordThatLooksLikeAnEnvelopeOrAnAggregateIsARecord(EncryptorOptions options) {
        KinesisRecord inner = seal(options(EnvelopeFormat.COMPACT).build(), Samples.record());
        byte[] likeAggregate = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2, 1, 2, 3};
        for (byte[] data : List.of(inner.data(), likeAggregate)) {
            assertThat(open(seal(options, UserRecord.of("k", data.clone())))
                            .get(0)
                            .data())
                    .isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS_ENCRYPTION_SDK", "COMPACT"})
    @Requirement("M15")
    void anAggregateComesBackInItsOrderWithTheTrueKeys(EnvelopeFormat format) {
        for (Compression compression : Compression.values()) {
            RecordEncryptor encryptor = encryption.encryptor(
                    Samples.ORDERS,
                    options(format)
                            .payloadKind(PayloadKind.AGGREGATE)
                            .compression(compression)
                            .build());
            List<UserRecord> records = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                String key = random.below(10) == 0 ? null : "key-" + random.below(40);
                String hashKey = random.below(3) == 0 ? Integer.toString(random.below(1_000)) : null;
                records.add(UserRecord.of(key, hashKey, random.bytes(random.below(200))));
            }

            KinesisRecord sealed = encryptor.encryptAggregate("slice-7", "99", records);
            List<UserRecord> opened = open(sealed);

            assertThat(sealed.partitionKey()).isEqualTo("slice-7");
            assertThat(sealed.explicitHashKey()).isEqualTo("99");
            assertThat(opened).as(random.toString()).hasSameSizeAs(records);
            for (int i = 0; i < records.size(); i++) {
                assertThat(opened.get(i).partitionKey())
                        .isEqualTo(records.get(i).partitionKey());
                assertThat(opened.get(i).explicitHashKey())
                        .isEqualTo(records.get(i).explicitHashKey());
                assertThat(opened.get(i).data()).isEqualTo(records.get(i).data());
            }
        }
    }

    @Test
    @Requirement("M30")
    void aBoundRecordIsRefusedUnderAnotherPartitionKeyAndUnderNone() {
        EncryptorOptions bound =
                options(EnvelopeFormat.COMPACT).bindPartitionKey(true).build();
        KinesisRecord sealed = seal(bound, Samples.record());
        assertThat(open(sealed)).hasSize(1);

        assertThat(codeOf(KinesisRecord.of("customer-2", null, sealed.data())))
                .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(codeOf(KinesisRecord.of(null, null, sealed.data()))).isEqualTo(ErrorCode.PARTITION_KEY_MISSING);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> seal(bound, UserRecord.of(null, new byte[1])))
                .withMessageContaining("without a partition key cannot be bound");
    }

    @Test
    void anUnboundRecordIsOpenedUnderAnyPartitionKey() {
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            KinesisRecord sealed = seal(options(format).build(), Samples.record());
            assertThat(open(KinesisRecord.of("another", null, sealed.data()))
                            .get(0)
                            .partitionKey())
                    .isEqualTo("another");
            assertThat(open(KinesisRecord.of(null, null, sealed.data()))).hasSize(1);
        }
    }

    @Test
    void aSuiteThatIsNotAcceptedIsRefusedAlsoWhenItsKeyIsCached() {
        KinesisRecord compact = seal(options(EnvelopeFormat.COMPACT).build(), Samples.record());
        KinesisRecord message = seal(EncryptorOptions.DEFAULTS, Samples.record());
        try (var reader = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .acceptedSuites(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                .build()) {
            RecordDecryptor decryptor = reader.decryptor(Samples.ORDERS);

            assertThat(decryptor.decrypt(message)).hasSize(1);
            for (int i = 0; i < 2; i++) {
                assertThat(codeOf(decryptor, compact)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
            }
        }
        try (var reader = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .acceptedSuites(AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                .build()) {
            RecordDecryptor decryptor = reader.decryptor(Samples.ORDERS);

            assertThat(decryptor.decrypt(compact)).hasSize(1);
            assertThat(codeOf(decryptor, message)).isEqualTo(ErrorCode.UNSUPPORTED_SUITE);
        }
    }

    private static ErrorCode codeOf(RecordDecryptor decryptor, KinesisRecord record) {
        try {
            decryptor.decrypt(record);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("The record was opened");
    }

    /** A KPL aggregate, and the two headers of the Glue Schema Registry. */
    @ParameterizedTest
    @MethodSource("waysToSeal")
    @Requirement("M3")
    void anEnvelopeNeverBeginsLikeWhatTheKinesisClientLibraryTakesApart(EncryptorOptions options) {
        byte[] likeAggregate = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
        for (byte[] data : List.of(likeAggregate, new byte[] {3, 0}, new byte[] {3, 5}, new byte[0])) {
            byte[] envelope = seal(options, UserRecord.of("k", data)).data();

            assertThat(HexFormat.of().formatHex(envelope, 0, 3))
                    .isEqualTo(options.format() == EnvelopeFormat.COMPACT ? "fe4b45" : "020478");
        }
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    @Requirement("M4")
    void theContextIsTheSameForEveryRecord(EncryptorOptions options) {
        Set<Map<String, String>> contexts = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            UserRecord record = UserRecord.of("customer-" + i, Integer.toString(i), random.bytes(random.below(500)));
            contexts.add(EnvelopeInfo.read(seal(options, record).data()).encryptionContext());
        }

        assertThat(contexts).as(random.toString()).hasSize(1);
    }

    /** Otherwise some of these bytes would be refused as a frame or as an aggregate that is malformed, and some might be opened. */
    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    @Requirement("M12")
    void whatIsAlteredIsNeitherDecompressedNorParsed(EnvelopeFormat format) {
        for (PayloadKind kind : PayloadKind.values()) {
            EncryptorOptions options = options(format)
                    .payloadKind(kind)
                    .compression(Compression.ZSTD)
                    .build();
            byte[] envelope = seal(options, Samples.record()).data();
            int end = envelope.length - 16;
            int payloadSizeBytes = EnvelopeInfo.read(envelope).payloadSizeBytes();
            for (int i = end - payloadSizeBytes; i < end; i++) {
                byte[] altered = envelope.clone();
                altered[i] ^= 1;

                assertThat(codeOf(KinesisRecord.of("customer-1", null, altered)))
                        .as("byte %d of %d", i, envelope.length)
                        .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            }
        }
    }

    @Test
    @Requirement({"M1", "M2"})
    void bytesThatBeginLikeCompactAreNeverPlaintext() {
        for (int length = 3; length < 100; length++) {
            byte[] bytes = random.bytes(length);
            bytes[0] = (byte) 0xFE;
            bytes[1] = 'K';
            bytes[2] = 'E';
            assertThat(codeOf(KinesisRecord.of("k", null, bytes)))
                    .as(random.toString())
                    .isIn(
                            ErrorCode.MALFORMED_ENVELOPE,
                            ErrorCode.UNSUPPORTED_VERSION,
                            ErrorCode.UNSUPPORTED_SUITE,
                            ErrorCode.UNSUPPORTED_PAYLOAD);
        }
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() {
        BlindingSecret secret = BlindingSecret.of(random.bytes(32));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> EncryptorOptions.builder().bindPartitionKey(true).build())
                .withMessageContaining("AWS_ENCRYPTION_SDK cannot bind")
                .withMessageContaining("use COMPACT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options(EnvelopeFormat.COMPACT).signed(true).build())
                .withMessageContaining("COMPACT has no signatures");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EncryptorOptions.builder()
                        .blindPartitionKeys(secret)
                        .payloadKind(PayloadKind.RECORD)
                        .build())
                .withMessageContaining("aggregate of one");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        encryption.encryptor(Samples.ORDERS).encryptAggregate("k", null, List.of(Samples.record())))
                .withMessageContaining("payloadKind(AGGREGATE)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encryption
                        .encryptor(
                                Samples.ORDERS,
                                EncryptorOptions.builder()
                                        .payloadKind(PayloadKind.AGGREGATE)
                                        .build())
                        .encryptAggregate("k", null, List.of()))
                .withMessageContaining("at least one");
    }

    @Test
    void compactAddsAtMost75BytesBeyondEncryptedDataKeysAndContext() {
        byte[] envelope =
                seal(options(EnvelopeFormat.COMPACT).build(), Samples.record()).data();
        EnvelopeInfo info = EnvelopeInfo.read(envelope);
        int contextBytes = 4 + "kinesis:stream-name".length() + "orders".length();
        // Provider id "test"; provider info is the name, two lengths and a nonce; an AES-256 key with its tag.
        int keyBytes = 6 + "test".length() + ("key-1".length() + 8 + 12) + 48;

        assertThat(envelope.length - info.payloadSizeBytes() - contextBytes - keyBytes)
                .isBetween(66, 75);
    }

    @Test
    void theOptionsShowNoSecret() {
        byte[] root = random.bytes(32);
        EncryptorOptions options = EncryptorOptions.builder()
                .blindPartitionKeys(BlindingSecret.of(root))
                .build();

        assertThat(options.toString())
                .isEqualTo("EncryptorOptions[format=AWS_ENCRYPTION_SDK, payloadKind=AGGREGATE, compression=NONE,"
                        + " blinded=true, partitionKeyBound=false, signed=false]");
        assertThat(options.blindingSecret()).hasToString("BlindingSecret[given]");
    }
}
