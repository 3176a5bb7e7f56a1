// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

class StoredCiphertextTest {
    private static final String STREAM = "orders-of-today";
    private static final Line LINE = line("a line of plaintext");

    @Test
    void findsNothingInEncryptedRecords() {
        StoredCiphertext examined = StoredCiphertext.examine(
                List.of(stored("shard-1", envelope(LINE)), stored("shard-2", envelope(LINE))),
                List.of(LINE, line("short")));
        assertThat(examined.findings()).isEmpty();
        assertThat(examined.records()).isEqualTo(2);
        assertThat(examined.bytes()).isEqualTo(2L * envelope(LINE).length);
        assertThat(examined.recordsByShard()).containsEntry("shard-1", 1L).containsEntry("shard-2", 1L);
        assertThat(examined.searchedLines()).isOne();
        assertThat(examined.notSearchedLines()).isOne();
    }

    @Test
    void tellsThatARecordWasStoredInPlaintext() {
        StoredCiphertext examined = StoredCiphertext.examine(
                List.of(stored("shard-1", envelope(LINE)), stored("shard-2", LINE.data())), List.of(LINE));
        assertThat(examined.findings())
                .containsExactly(
                        "stored record 7 of shard-2 is not an envelope: PLAINTEXT_RECORD",
                        "a plaintext line stands at byte 0 of stored record 7 of shard-2");
    }

    @Test
    void tellsThatAnEnvelopeHoldsALineWhereItsCiphertextShouldBe() {
        byte[] envelope = envelope(line("x".repeat(100)));
        int offset = EnvelopeInfo.read(envelope).headerSizeBytes() + 30;
        System.arraycopy(LINE.data(), 0, envelope, offset, LINE.data().length);
        assertThat(StoredCiphertext.examine(List.of(stored("shard-1", envelope)), List.of(LINE))
                        .findings())
                .containsExactly("a plaintext line stands at byte %d of stored record 7 of shard-1".formatted(offset));
    }

    @Test
    void passesOverALineThatEqualsTheStreamNameInTheHeader() {
        byte[] envelope = envelope(LINE);
        assertThat(new String(envelope, UTF_8)).contains(STREAM);
        assertThat(StoredCiphertext.examine(List.of(stored("shard-1", envelope)), List.of(line(STREAM)))
                        .findings())
                .isEmpty();
    }

    @Test
    void stopsAtAFewFindings() {
        StoredRecord leaked = stored("shard-1", LINE.data());
        StoredRecord[] all = new StoredRecord[1_000];
        Arrays.fill(all, leaked);
        StoredCiphertext examined = StoredCiphertext.examine(List.of(all), List.of(LINE));
        assertThat(examined.findings()).hasSizeBetween(1, 10);
        assertThat(examined.records()).isEqualTo(1_000);
    }

    private static byte[] envelope(Line line) {
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("namespace", "name", new byte[32]))
                .build()) {
            return encryption
                    .encryptor(StreamIdentity.of(STREAM))
                    .encrypt(UserRecord.of("key", line.data()))
                    .data();
        }
    }

    private static Line line(String text) {
        return new Line(1, text.getBytes(UTF_8));
    }

    private static StoredRecord stored(String shard, byte[] data) {
        return new StoredRecord(shard, "7", "key", null, SdkBytes.fromByteArray(data), Instant.EPOCH);
    }
}
