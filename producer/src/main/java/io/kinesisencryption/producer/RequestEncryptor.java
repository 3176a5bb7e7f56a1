// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.RecordTooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * Makes the request that is sent from the request that the application made. Everything is encrypted and measured before anything is sent.
 * Thread-safe.
 */
final class RequestEncryptor {
    private final KinesisEncryption encryption;
    private final EncryptorOptions options;
    private final int maxRecordSizeBytes;
    private final int maxRequestSizeBytes;

    RequestEncryptor(
            KinesisEncryption encryption, EncryptorOptions options, int maxRecordSizeBytes, int maxRequestSizeBytes) {
        this.encryption = encryption;
        this.options = options;
        this.maxRecordSizeBytes = maxRecordSizeBytes;
        this.maxRequestSizeBytes = maxRequestSizeBytes;
    }

    /**
     * Encrypts a request of one record.
     *
     * @throws SdkClientException if that is not possible
     */
    PutRecordRequest encrypt(PutRecordRequest request) {
        RecordEncryptor encryptor = encryptor(request.streamName(), request.streamARN());
        try {
            KinesisRecord sealed =
                    seal(encryptor, 0, request.partitionKey(), request.explicitHashKey(), request.data());
            return request.toBuilder()
                    .partitionKey(sealed.partitionKey())
                    .explicitHashKey(sealed.explicitHashKey())
                    .data(SdkBytes.fromByteArrayUnsafe(sealed.data()))
                    .build();
        } catch (KinesisEncryptionException e) {
            throw BoundaryExceptions.of(e);
        }
    }

    /**
     * Encrypts a request of many records, in their order.
     *
     * @throws SdkClientException if that is not possible
     */
    PutRecordsRequest encrypt(PutRecordsRequest request) {
        RecordEncryptor encryptor = encryptor(request.streamName(), request.streamARN());
        List<PutRecordsRequestEntry> sealedEntries =
                new ArrayList<>(request.records().size());
        long requestSizeBytes = 0;
        try {
            for (PutRecordsRequestEntry entry : request.records()) {
                KinesisRecord sealed = seal(
                        encryptor, sealedEntries.size(), entry.partitionKey(), entry.explicitHashKey(), entry.data());
                requestSizeBytes += sizeBytes(sealed.partitionKey(), sealed.data().length);
                sealedEntries.add(entry.toBuilder()
                        .partitionKey(sealed.partitionKey())
                        .explicitHashKey(sealed.explicitHashKey())
                        .data(SdkBytes.fromByteArrayUnsafe(sealed.data()))
                        .build());
            }
        } catch (KinesisEncryptionException e) {
            throw BoundaryExceptions.of(e);
        }
        if (requestSizeBytes > maxRequestSizeBytes) {
            throw BoundaryExceptions.refusal(
                    "The %d records of the request take %d bytes once encrypted; a request takes at most %d. Nothing was sent: put fewer records at a time"
                            .formatted(sealedEntries.size(), requestSizeBytes, maxRequestSizeBytes));
        }
        return request.toBuilder().records(sealedEntries).build();
    }

    private RecordEncryptor encryptor(@Nullable String streamName, @Nullable String streamArn) {
        try {
            if (streamName != null) {
                return encryption.encryptor(new StreamIdentity(streamName, streamArn), options);
            }
            if (streamArn != null) {
                return encryption.encryptor(StreamIdentity.ofArn(streamArn), options);
            }
        } catch (IllegalArgumentException e) {
            throw SdkClientException.builder().message(e.getMessage()).cause(e).build();
        }
        throw BoundaryExceptions.refusal(
                "The request names its stream neither by streamName nor by streamARN, and a record is bound to its stream's name");
    }

    private KinesisRecord seal(
            RecordEncryptor encryptor,
            int index,
            @Nullable String partitionKey,
            @Nullable String explicitHashKey,
            @Nullable SdkBytes data) {
        if (data == null) {
            throw BoundaryExceptions.refusal("Record %d of the request has no data".formatted(index));
        }
        byte[] plaintext = data.asByteArrayUnsafe();
        checkSize(index, partitionKey, plaintext.length, "before encryption");
        KinesisRecord sealed = encryptor.encrypt(UserRecord.of(partitionKey, explicitHashKey, plaintext));
        checkSize(index, sealed.partitionKey(), sealed.data().length, "once encrypted");
        return sealed;
    }

    private void checkSize(int index, @Nullable String partitionKey, int dataSizeBytes, String when) {
        long sizeBytes = sizeBytes(partitionKey, dataSizeBytes);
        if (sizeBytes > maxRecordSizeBytes) {
            throw new RecordTooLargeException(
                    index,
                    sizeBytes,
                    maxRecordSizeBytes,
                    "Record %d of the request takes %d bytes %s, its partition key included; the stream takes at most %d. Nothing was sent"
                            .formatted(index, sizeBytes, when, maxRecordSizeBytes));
        }
    }

    private static long sizeBytes(@Nullable String partitionKey, int dataSizeBytes) {
        return (long) dataSizeBytes + (partitionKey == null ? 0 : partitionKey.getBytes(StandardCharsets.UTF_8).length);
    }
}
