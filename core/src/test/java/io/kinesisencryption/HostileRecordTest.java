// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.internal.envelope.CompactWriter;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What somebody who may only put records can make a reader spend. */
class HostileRecordTest {
    private final InMemoryKms kms = InMemoryKms.create();

    /** A record that names as many wrapping keys as an envelope may, and holds nothing that any of them made. */
    private static byte[] forged(IntFunction<String> keyArn) {
        List<EncryptedDataKeyEntry> keys = IntStream.range(0, 8)
                .mapToObj(i -> new EncryptedDataKeyEntry(
                        "aws-kms",
                        ByteBuffer.wrap(keyArn.apply(i).getBytes(UTF_8)),
                        ByteBuffer.wrap(new byte[] {1, 2, 3, (byte) i})))
                .toList();
        return CompactWriter.keySection(
                        CompactWriter.encodeContext(Map.of("kinesis:stream-name", Samples.ORDERS.name())), keys)
                .newEnvelope(0, 100);
    }

    private long callsToRefuse(Keyring keyring, byte[] envelope) {
        kms.resetCalls();
        try (KinesisEncryption reader = Samples.encryption(keyring)) {
            assertThatThrownBy(() -> Samples.open(reader, Samples.ORDERS, envelope))
                    .isInstanceOf(AuthenticationFailedException.class);
        }
        return kms.callCount("Decrypt");
    }

    @Test
    void aForgedRecordThatNamesOneKeyEightTimesCostsOneCall() {
        String key = kms.createKey();

        assertThat(callsToRefuse(Keyrings.awsKms(key, kms.client()), forged(i -> key)))
                .isEqualTo(1);
    }

    @Test
    void aForgedRecordThatNamesTheReplicasOfOneKeyCostsOneCall() {
        String key = kms.createMultiRegionKey();
        String[] parts = key.split(":", -1);
        IntFunction<String> replica = i -> key.replace(parts[3], "eu-test-" + (i + 1));

        assertThat(callsToRefuse(Keyrings.awsKmsMultiRegion(key, kms.client()), forged(replica)))
                .isEqualTo(1);
    }

    @Test
    void aForgedRecordCostsOneCallForEachKeyOfTheReader() {
        String first = kms.createKey();
        String second = kms.createKey();
        Keyring both = Keyrings.multi(Keyrings.awsKms(first, kms.client()), Keyrings.awsKms(second, kms.client()));

        assertThat(callsToRefuse(both, forged(i -> i % 2 == 0 ? first : second)))
                .isEqualTo(2);
    }
}
