// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every byte of a record altered and every cut of it, by a reader that knows the record's key already and by one that does not. */
class TamperedRecordTest {
    private static final int CUT_BELOW_RECOGNITION = 3;

    /** What can be wrong with a header that cannot be told from an honest one without a key. */
    private static final Set<ErrorCode> HEADER = EnumSet.of(
            ErrorCode.PLAINTEXT_RECORD,
            ErrorCode.UNSUPPORTED_VERSION,
            ErrorCode.UNSUPPORTED_SUITE,
            ErrorCode.UNSUPPORTED_PAYLOAD,
            ErrorCode.MALFORMED_ENVELOPE,
            ErrorCode.CONTEXT_MISMATCH,
            ErrorCode.WRONG_STREAM,
            ErrorCode.KEY_NOT_CONFIGURED,
            ErrorCode.AUTHENTICATION_FAILED);

    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring awsKms = Keyrings.awsKms(kms.createKey(), kms.client());

    static List<EncryptorOptions> waysToSeal() {
        return List.of(
                EncryptorOptions.DEFAULTS,
                EncryptorOptions.builder()
                        .payloadKind(PayloadKind.AGGREGATE)
                        .compression(Compression.ZSTD)
                        .build(),
                EncryptorOptions.builder().format(EnvelopeFormat.COMPACT).build(),
                EncryptorOptions.builder()
                        .format(EnvelopeFormat.COMPACT)
                        .payloadKind(PayloadKind.AGGREGATE)
                        .compression(Compression.ZSTD)
                        .bindPartitionKey(true)
                        .build());
    }

    private static KinesisRecord seal(Keyring keyring, EncryptorOptions options) {
        try (KinesisEncryption writer = Samples.encryption(keyring)) {
            return writer.encryptor(Samples.ORDERS, options).encrypt(Samples.record());
        }
    }

    private static ErrorCode codeOf(RecordDecryptor reader, byte[] envelope) {
        try {
            reader.decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            assertThat(e.getMessage()).doesNotContain("Lovelace");
            return e.code();
        }
        throw new AssertionError("The record was opened");
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void everyAlteredByteOfARawAesRecordIsRefused(EncryptorOptions options) {
        assertEveryAlterationIsRefused(Samples.rawAes(), options, 0xFF, 0x01, 0x80);
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void everyAlteredByteOfAKmsRecordIsRefused(EncryptorOptions options) {
        assertEveryAlterationIsRefused(awsKms, options, 0xFF, 0x01);
    }

    private static void assertEveryAlterationIsRefused(Keyring keyring, EncryptorOptions options, int... masks) {
        KinesisRecord honest = seal(keyring, options);
        try (KinesisEncryption cold = Samples.encryption(keyring);
                KinesisEncryption warm = Samples.encryption(keyring)) {
            RecordDecryptor coldReader = cold.decryptor(Samples.ORDERS);
            RecordDecryptor warmReader = warm.decryptor(Samples.ORDERS);
            assertThat(warmReader.decrypt(honest).get(0).data()).isEqualTo(Samples.PLAINTEXT);
            Set<ErrorCode> seen = EnumSet.noneOf(ErrorCode.class);
            for (int i = 0; i < honest.data().length; i++) {
                for (int mask : masks) {
                    byte[] altered = honest.data().clone();
                    altered[i] ^= (byte) mask;
                    String what = "byte %d of %d ^ %02X".formatted(i, altered.length, mask);
                    ErrorCode code = codeOf(coldReader, altered);
                    seen.add(code);
                    assertThat(code).as(what).isIn(expectedFor(honest, i));
                    assertThat(codeOf(warmReader, altered)).as("%s, warm", what).isEqualTo(code);
                }
            }
            assertThat(seen).contains(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.AUTHENTICATION_FAILED);
            assertThat(seen).contains(ErrorCode.KEY_NOT_CONFIGURED, ErrorCode.WRONG_STREAM);
            assertThat(warmReader.decrypt(honest)).hasSize(1);
        }
    }

    /** Once the header has ended there is one answer: in COMPACT to all, in an Encryption SDK message to all but its frame's own framing. */
    private static Set<ErrorCode> expectedFor(KinesisRecord honest, int index) {
        EnvelopeInfo info = EnvelopeInfo.read(honest.data());
        if (index < info.headerSizeBytes()) {
            return HEADER;
        }
        return info.format() == EnvelopeFormat.COMPACT
                ? EnumSet.of(ErrorCode.AUTHENTICATION_FAILED)
                : EnumSet.of(ErrorCode.AUTHENTICATION_FAILED, ErrorCode.MALFORMED_ENVELOPE);
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    void alterationsOfARecordWhoseKeyIsCachedNeverReachTheKeyServiceForThatKeyAgain(EncryptorOptions options) {
        KinesisRecord honest = seal(awsKms, options);
        int headerSizeBytes = EnvelopeInfo.read(honest.data()).headerSizeBytes();
        try (KinesisEncryption reader = Samples.encryption(awsKms)) {
            RecordDecryptor decryptor = reader.decryptor(Samples.ORDERS);
            decryptor.decrypt(honest);
            kms.resetCalls();
            for (int i = headerSizeBytes; i < honest.data().length; i++) {
                byte[] altered = honest.data().clone();
                altered[i] ^= 1;
                codeOf(decryptor, altered);
            }
            decryptor.decrypt(honest);

            assertThat(kms.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("waysToSeal")
    @Requirement("M18")
    void everyCutAndEveryAppendedByteIsRefused(EncryptorOptions options) {
        Keyring keyring = Samples.rawAes();
        KinesisRecord honest = seal(keyring, options);
        byte[] envelope = honest.data();
        int headerSizeBytes = EnvelopeInfo.read(envelope).headerSizeBytes();
        try (KinesisEncryption cold = Samples.encryption(keyring);
                KinesisEncryption warm = Samples.encryption(keyring)) {
            RecordDecryptor warmReader = warm.decryptor(Samples.ORDERS);
            warmReader.decrypt(honest);
            for (RecordDecryptor reader : List.of(cold.decryptor(Samples.ORDERS), warmReader)) {
                for (int length = 0; length < envelope.length; length++) {
                    assertThat(codeOf(reader, Arrays.copyOf(envelope, length)))
                            .as("cut to %d bytes", length)
                            .isIn(
                                    length < CUT_BELOW_RECOGNITION
                                            ? EnumSet.of(ErrorCode.PLAINTEXT_RECORD)
                                            : length < headerSizeBytes + 16
                                                    ? EnumSet.of(ErrorCode.MALFORMED_ENVELOPE)
                                                    : EnumSet.of(
                                                            ErrorCode.MALFORMED_ENVELOPE,
                                                            ErrorCode.AUTHENTICATION_FAILED));
                }
                assertThat(codeOf(reader, Arrays.copyOf(envelope, envelope.length + 1)))
                        .isIn(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.AUTHENTICATION_FAILED);
            }
        }
    }
}
