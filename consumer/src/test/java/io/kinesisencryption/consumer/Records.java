// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Records as KCL hands them over, and the keys they are sealed under. */
final class Records {
    static final StreamIdentity ORDERS = StreamIdentity.of("orders");

    private Records() {}

    static Keyring rawAes() {
        return rawAes("key-1", 1);
    }

    static Keyring rawAes(String name, int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return Keyrings.rawAes("test", name, key);
    }

    /** Loads keys as fast as a test asks for them. */
    static KinesisEncryption encryption(Keyring keyring) {
        return KinesisEncryption.builder()
                .keyring(keyring)
                .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
                .build();
    }

    static byte[] seal(KinesisEncryption encryption, StreamIdentity stream, String plaintext) {
        return encryption
                .encryptor(stream)
                .encrypt(UserRecord.of("customer-1", plaintext.getBytes(StandardCharsets.UTF_8)))
                .data();
    }

    /** The record of this number with an encrypted plaintext. */
    static KinesisClientRecord sealed(KinesisEncryption encryption, int number, String plaintext) {
        return stored(number, seal(encryption, ORDERS, plaintext));
    }

    /** The same under a data key of its own, so that the key service is asked for each such record. */
    static KinesisClientRecord sealedAlone(Keyring keyring, int number, String plaintext) {
        try (KinesisEncryption writer = encryption(keyring)) {
            return sealed(writer, number, plaintext);
        }
    }

    /** The record of this number with all of these user records in it. */
    static KinesisClientRecord aggregate(
            KinesisEncryption encryption, EnvelopeFormat format, int number, List<UserRecord> userRecords) {
        EncryptorOptions options = EncryptorOptions.builder()
                .format(format)
                .payloadKind(PayloadKind.AGGREGATE)
                .build();
        return stored(
                number,
                encryption
                        .encryptor(ORDERS, options)
                        .encryptAggregate("slice", null, userRecords)
                        .data());
    }

    /** The record of this number with its last byte changed. */
    static KinesisClientRecord tampered(KinesisEncryption encryption, int number, String plaintext) {
        byte[] envelope = seal(encryption, ORDERS, plaintext);
        envelope[envelope.length - 1] ^= 1;
        return stored(number, envelope);
    }

    /** The record of this number as the stream stores it. */
    static KinesisClientRecord stored(int number, byte[] data) {
        return KinesisClientRecord.builder()
                .sequenceNumber(sequenceNumber(number))
                .approximateArrivalTimestamp(
                        Instant.parse("2026-11-24T00:00:00Z").plusSeconds(number))
                .partitionKey("customer-1")
                .encryptionType(EncryptionType.NONE)
                .data(ByteBuffer.wrap(data).asReadOnlyBuffer())
                .build();
    }

    static String sequenceNumber(int number) {
        return "4960000000000000000000000000000000000000000000000000%04d".formatted(number);
    }

    static ExtendedSequenceNumber position(int number) {
        return new ExtendedSequenceNumber(sequenceNumber(number));
    }
}
