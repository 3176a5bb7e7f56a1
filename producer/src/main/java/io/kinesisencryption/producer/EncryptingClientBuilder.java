// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.producer.internal.SafeListener;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The options that the encrypting clients share. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class EncryptingClientBuilder<B extends EncryptingClientBuilder<B>>
        permits EncryptingKinesisClient.Builder, EncryptingKinesisAsyncClient.Builder {
    private static final int MEBIBYTE = 1024 * 1024;

    private final KinesisEncryption encryption;
    private EncryptorOptions encryptorOptions = EncryptorOptions.DEFAULTS;
    private @Nullable StreamRules streams;
    private int maxRecordSizeBytes;
    private int maxRequestSizeBytes = Limits.LARGEST_REQUEST_BYTES;
    private ProducerListener listener = ProducerListener.NONE;
    private LongSupplier nanoClock = System::nanoTime;

    EncryptingClientBuilder(KinesisEncryption encryption) {
        this.encryption = Objects.requireNonNull(encryption, "encryption");
    }

    abstract B self();

    /**
     * Sets how records are sealed: the envelope format, blinded partition keys and so on. {@link EncryptorOptions#DEFAULTS} unless set. What
     * contradicts the keyring is refused by the first request, before anything is sent.
     *
     * @param encryptorOptions the options
     * @return this
     */
    public final B encryptorOptions(EncryptorOptions encryptorOptions) {
        this.encryptorOptions = Objects.requireNonNull(encryptorOptions, "encryptorOptions");
        return self();
    }

    /**
     * Sets which streams are encrypted, how, and which are not; every other stream is refused. Unless set, every stream is encrypted.
     *
     * @param streams the rules
     * @return this
     */
    public final B streams(StreamRules streams) {
        this.streams = Objects.requireNonNull(streams, "streams");
        return self();
    }

    /**
     * Sets the largest record that the streams take, encrypted data and partition key together. Unless set, it is 1 MiB or, for a record that is
     * larger, what DescribeStreamSummary says of the stream; it is asked for every five minutes at most, and needs the permission
     * {@code kinesis:DescribeStreamSummary}.
     *
     * @param maxRecordSizeBytes 1,048,576 to 10,485,760; what UpdateMaxRecordSize set for the streams
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public final B maxRecordSizeBytes(int maxRecordSizeBytes) {
        if (maxRecordSizeBytes < MEBIBYTE || maxRecordSizeBytes > Limits.LARGEST_RECORD_BYTES) {
            throw new IllegalArgumentException("maxRecordSizeBytes is %d; a stream's is %d to %d"
                    .formatted(maxRecordSizeBytes, MEBIBYTE, Limits.LARGEST_RECORD_BYTES));
        }
        this.maxRecordSizeBytes = maxRecordSizeBytes;
        return self();
    }

    /**
     * Sets how much one call of PutRecords carries: encrypted data and partition keys. A larger request is sent as several calls.
     *
     * @param maxRequestSizeBytes 5,242,880 to 10,485,760, which is the default and what the service takes since October 2025
     * @return this
     * @throws IllegalArgumentException if it is out of range
     * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>
     */
    public final B maxRequestSizeBytes(int maxRequestSizeBytes) {
        if (maxRequestSizeBytes < Limits.LEAST_REQUEST_BYTES || maxRequestSizeBytes > Limits.LARGEST_REQUEST_BYTES) {
            throw new IllegalArgumentException("maxRequestSizeBytes is %d; it must be %d to %d"
                    .formatted(maxRequestSizeBytes, Limits.LEAST_REQUEST_BYTES, Limits.LARGEST_REQUEST_BYTES));
        }
        this.maxRequestSizeBytes = maxRequestSizeBytes;
        return self();
    }

    /**
     * Sets who is told what happens.
     *
     * @param listener the listener
     * @return this
     */
    public final B listener(ProducerListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /** For tests, whose time does not pass by itself. */
    final B nanoClock(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        return self();
    }

    final ClientSettings settings(@Nullable Duration clientTimeout) {
        return new ClientSettings(
                encryption,
                encryptorOptions,
                streams,
                maxRecordSizeBytes,
                maxRequestSizeBytes,
                clientTimeout,
                new SafeListener<>(listener),
                nanoClock);
    }
}
