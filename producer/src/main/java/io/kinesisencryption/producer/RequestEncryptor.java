// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.RecordTooLargeException;
import io.kinesisencryption.producer.ProducerListener.RecordRefused;
import io.kinesisencryption.producer.ProducerListener.RequestEncrypted;
import io.kinesisencryption.producer.ProducerListener.RequestSplit;
import io.kinesisencryption.suite.Compression;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Encrypts the records of one request. Everything is measured before anything is encrypted, and encrypted before anything is sent: so that a request
 * is refused as a whole. Not thread-safe.
 */
final class RequestEncryptor {
    private final StreamTarget target;
    private final RecordEncryptor encryptor;
    private final Put<?, ?> put;
    private final ClientSettings settings;
    private final long[] sizesBytes;
    private long largestBytes;

    /** For a stream that is encrypted. */
    RequestEncryptor(StreamTarget target, RecordEncryptor encryptor, Put<?, ?> put, ClientSettings settings) {
        this.target = target;
        this.encryptor = encryptor;
        this.put = put;
        this.settings = settings;
        this.sizesBytes = new long[put.records().size()];
    }

    /**
     * Measures the records. Waits for a data key if there is none.
     *
     * @return the size of the largest one once it is encrypted, at most
     * @throws SdkClientException if it cannot be encrypted
     */
    long measure() {
        for (int i = 0; i < sizesBytes.length; i++) {
            try {
                sizesBytes[i] = encryptor.sizeOf(put.records().get(i));
            } catch (RuntimeException e) {
                throw BoundaryExceptions.of(e);
            }
            largestBytes = Math.max(largestBytes, sizesBytes[i]);
        }
        return largestBytes;
    }

    /**
     * Encrypts the records and divides them into calls.
     *
     * @param recordLimitBytes the largest record that the stream takes
     * @param stillWanted called before each record; what it throws ends this
     * @throws SdkClientException if a record does not fit or cannot be encrypted
     */
    void encrypt(int recordLimitBytes, Runnable stillWanted) {
        long limitBytes = Math.min(recordLimitBytes, put.largestRecordBytes());
        boolean exact = encryptor.options().compression() == Compression.NONE;
        for (int i = 0; exact && i < sizesBytes.length; i++) {
            checkSize(i, sizesBytes[i], limitBytes);
        }
        long startNanos = settings.nanoClock().getAsLong();
        List<KinesisRecord> sealed = new ArrayList<>(sizesBytes.length);
        long plainSizeBytes = 0;
        long sealedSizeBytes = 0;
        for (UserRecord record : put.records()) {
            stillWanted.run();
            KinesisRecord made;
            try {
                made = encryptor.encrypt(record);
            } catch (RecordTooLargeException e) {
                throw refused(sealed.size(), e.sizeBytes(), e.limitBytes());
            } catch (RuntimeException e) {
                throw BoundaryExceptions.of(e);
            }
            long sizeBytes = StreamTarget.sizeOf(made.partitionKey(), made.data());
            // What is compressed has its size only now, and another data key may bring another size.
            checkSize(sealed.size(), sizeBytes, limitBytes);
            sealed.add(made);
            plainSizeBytes += StreamTarget.plainSizeOf(record);
            sealedSizeBytes += sizeBytes;
        }
        long tookNanos = settings.nanoClock().getAsLong() - startNanos;
        put.sealed(sealed);
        settings.listener()
                .tell(
                        ProducerListener::onRequestEncrypted,
                        new RequestEncrypted(
                                target.stream(), sealed.size(), plainSizeBytes, sealedSizeBytes, tookNanos));
        if (put.calls() > 1) {
            settings.listener()
                    .tell(
                            ProducerListener::onRequestSplit,
                            new RequestSplit(target.stream(), sealed.size(), put.calls()));
        }
    }

    private void checkSize(int index, long sizeBytes, long limitBytes) {
        if (sizeBytes > limitBytes) {
            throw refused(index, sizeBytes, limitBytes);
        }
    }

    private SdkClientException refused(int index, long sizeBytes, long limitBytes) {
        settings.listener()
                .tell(
                        ProducerListener::onRecordRefused,
                        new RecordRefused(target.stream(), index, sizeBytes, limitBytes));
        return BoundaryExceptions.of(new RecordTooLargeException(
                index,
                sizeBytes,
                limitBytes,
                "Record %d of the request takes %d bytes once encrypted, its partition key included; %d is the most that is sent to the stream %s. Nothing was sent"
                        .formatted(index, sizeBytes, limitBytes, target.stream())));
    }
}
