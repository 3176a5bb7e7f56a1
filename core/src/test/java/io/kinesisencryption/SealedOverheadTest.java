// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a sealed aggregate of 1,000 records of 512 bytes has beside their data, under one AWS KMS key. */
class SealedOverheadTest {
    private static final int RECORDS = 1_000;
    private static final int DATA_BYTES = 512;

    /** A KMS key's entry: provider id, key ARN, and a blob of 184 bytes, each with its length. */
    private static final int KMS_ENTRY_BYTES = 2 + 7 + 2 + 75 + 2 + 184;

    private final Random random = new Random(20261128);

    private int overheadBytes(EnvelopeFormat format, Supplier<String> keys) {
        List<UserRecord> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(UserRecord.of(keys.get(), new byte[DATA_BYTES]));
        }
        InMemoryKms kms = InMemoryKms.create();
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
                .build()) {
            KinesisRecord sealed = encryption
                    .encryptor(
                            Samples.ORDERS,
                            EncryptorOptions.builder()
                                    .format(format)
                                    .payloadKind(PayloadKind.AGGREGATE)
                                    .build())
                    .encryptAggregate("slice", null, records);
            assertThat(encryption.decryptor(Samples.ORDERS).decrypt(sealed)).hasSize(RECORDS);
            return sealed.data().length - RECORDS * DATA_BYTES;
        }
    }

    /** One of 1,000 values, the n-th n times rarer than the first. */
    private int zipf() {
        double sum = 0;
        for (int i = 1; i <= RECORDS; i++) {
            sum += 1.0 / i;
        }
        double left = random.nextDouble() * sum;
        int rank = 1;
        while (left > 1.0 / rank && rank < RECORDS) {
            left -= 1.0 / rank;
            rank++;
        }
        return rank;
    }

    private static double shareOfData(int bytes) {
        return bytes / (double) (RECORDS * DATA_BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void zipfDistributedNumbersAsKeysTakeLessThanTwoPercentBeyondTheEncryptedDataKey(EnvelopeFormat format) {
        int bytes = overheadBytes(format, () -> Integer.toString(zipf()));

        System.out.printf("%s: %d bytes, %.3f %%%n", format, bytes, 100 * shareOfData(bytes));
        assertThat(shareOfData(bytes - KMS_ENTRY_BYTES)).isBetween(0.017, 0.02);
    }

    @ParameterizedTest
    @EnumSource
    void uniqueKeysOf36CharactersTakeLessThanTwelvePercent(EnvelopeFormat format) {
        int bytes = overheadBytes(format, () -> new UUID(random.nextLong(), random.nextLong()).toString());

        System.out.printf("%s: %d bytes, %.3f %%%n", format, bytes, 100 * shareOfData(bytes));
        assertThat(shareOfData(bytes)).isBetween(0.09, 0.12);
    }
}
