// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.EncryptionListener.Encrypted;
import io.kinesisencryption.EncryptionListener.Failure;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.internal.encryptionsdk.EncryptionSdkCipher;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.Map;

/**
 * Seals user records for one stream. Made by {@link KinesisEncryption#encryptor}, usable until that is closed. Thread-safe.
 */
public final class RecordEncryptor {
    private final KinesisEncryption owner;
    private final StreamIdentity stream;
    private final Map<String, String> encryptionContext;

    RecordEncryptor(KinesisEncryption owner, StreamIdentity stream, Map<String, String> userPairs) {
        this.owner = owner;
        this.stream = stream;
        this.encryptionContext = WriterContext.of(stream.name(), stream.arn(), userPairs);
    }

    /**
     * The stream that records are sealed for.
     *
     * @return the stream
     */
    public StreamIdentity stream() {
        return stream;
    }

    /**
     * Seals one user record as one Kinesis record. The result's size is not checked against the stream's limit, which this class does not know.
     *
     * @param record a record whose data is at most 10 MiB, the largest that any stream can be set to take; its array is not changed
     * @return the record to put: put its keys as well as its data
     * @throws RecordTooLargeException if the data is larger than that
     * @throws KinesisEncryptionException if no data key can be had; see {@link KinesisEncryptionException#failureClass()}
     * @throws IllegalStateException if the owner is closed
     */
    public KinesisRecord encrypt(UserRecord record) {
        EncryptionSdkCipher cipher = owner.cipher();
        try {
            byte[] payload = record.data();
            if (payload.length > EncryptionSdkCipher.MAX_PAYLOAD_BYTES) {
                throw new RecordTooLargeException(
                        0,
                        payload.length,
                        EncryptionSdkCipher.MAX_PAYLOAD_BYTES,
                        "The record's data has %d bytes; no stream takes more than %d"
                                .formatted(payload.length, EncryptionSdkCipher.MAX_PAYLOAD_BYTES));
            }
            byte[] envelope =
                    cipher.encrypt(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY, encryptionContext, payload);
            owner.events()
                    .onEncrypted(new Encrypted(
                            stream, EnvelopeFormat.AWS_ENCRYPTION_SDK, 1, payload.length, envelope.length));
            return KinesisRecord.of(record.partitionKey(), record.explicitHashKey(), envelope);
        } catch (KinesisEncryptionException e) {
            owner.events().onFailure(new Failure(stream, Operation.ENCRYPT, e));
            throw e;
        }
    }
}
