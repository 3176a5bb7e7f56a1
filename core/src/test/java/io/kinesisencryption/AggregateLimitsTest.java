// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is sealed that no reader opens. */
class AggregateLimitsTest {
    private static final int MIB = 1024 * 1024;

    private final SeededRandom random = SeededRandom.create();
    private final KinesisEncryption encryption = Samples.encryption(Samples.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    private RecordEncryptor encryptor(EnvelopeFormat format, Compression compression) {
        return encryption.encryptor(
                Samples.ORDERS,
                EncryptorOptions.builder()
                        .format(format)
                        .payloadKind(PayloadKind.AGGREGATE)
                        .compression(compression)
                        .build());
    }

    /** Shrinks to a twentieth or so: too little to be stored as it is, enough to fit any limit of a stream. */
    private byte[] compressible(int sizeBytes) {
        byte[] data = new byte[sizeBytes];
        Arrays.fill(data, (byte) 'x');
        for (int i = 0; i < sizeBytes; i += 100) {
            data[i] = random.bytes(1)[0];
        }
        return data;
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void anAggregateThatIsTooLargeToBeDecompressedIsNotSealedHoweverSmallItsFrame(EnvelopeFormat format) {
        RecordEncryptor encryptor = encryptor(format, Compression.ZSTD);
        UserRecord record = UserRecord.of("key", compressible(MIB));

        KinesisRecord sealed = encryptor.encryptAggregate("wire", null, Collections.nCopies(9, record));
        assertThat(sealed.data()).hasSizeLessThan(MIB);
        assertThat(encryption.decryptor(Samples.ORDERS).decrypt(sealed)).hasSize(9);
        assertThatThrownBy(() -> encryptor.encryptAggregate("wire", null, Collections.nCopies(10, record)))
                .as("10 MiB of data, and the framing")
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.sizeBytes()).isGreaterThan(10 * MIB);
                    assertThat(e.limitBytes()).isEqualTo(10 * MIB);
                });
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void anAggregateThatFitsNoArrayIsTooLarge(Compression compression) {
        List<UserRecord> records = Collections.nCopies(300, UserRecord.of("key", new byte[10 * MIB]));

        assertThatThrownBy(() -> encryptor(EnvelopeFormat.COMPACT, compression).encryptAggregate("wire", null, records))
                .isInstanceOfSatisfying(
                        RecordTooLargeException.class,
                        e -> assertThat(e.sizeBytes()).isEqualTo(3_000L * MIB));
    }

    @Test
    void moreRecordsThanAReaderAcceptsAreRefused() {
        List<UserRecord> records = Collections.nCopies((1 << 20) + 1, UserRecord.of("key", new byte[0]));

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        encryptor(EnvelopeFormat.COMPACT, Compression.NONE).encryptAggregate("wire", null, records))
                .withMessage("1048577 user records are given; a reader accepts at most 1048576 in an aggregate");
    }
}
