// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import java.util.Objects;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/**
 * A {@link KinesisClient} that encrypts what it puts. It takes the place of the client that it wraps: PutRecord and PutRecords are encrypted,
 * every other operation goes through unchanged. GetRecords hands out what the stream stores, which is ciphertext.
 *
 * <p>What cannot be encrypted is not sent: the call then throws an {@link software.amazon.awssdk.core.exception.SdkClientException} whose cause is
 * the {@link io.kinesisencryption.error.KinesisEncryptionException}, and whose {@code retryable()} is true if the key service was only out of
 * reach. An operation that a later version of the SDK adds throws {@link UnsupportedOperationException}, because it might write a plaintext.
 *
 * <p>Thread-safe, as the client that it wraps is.
 */
public final class EncryptingKinesisClient extends DelegatingKinesisClient {
    /**
     * The largest record that a stream takes unless it is set to take more: data and partition key.
     *
     * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html">PutRecord</a>
     */
    public static final int DEFAULT_MAX_RECORD_SIZE_BYTES = 1024 * 1024;

    private static final int LARGEST_MAX_RECORD_SIZE_BYTES = 10 * 1024 * 1024;

    /** See <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>. */
    private static final int MAX_REQUEST_SIZE_BYTES = 10 * 1024 * 1024;

    private final RequestEncryptor requests;

    private EncryptingKinesisClient(KinesisClient delegate, RequestEncryptor requests) {
        super(delegate);
        this.requests = requests;
    }

    /**
     * Wraps a client, for streams that take records of up to 1 MiB.
     *
     * @param client the client that sends what was encrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} encrypts already
     */
    public static EncryptingKinesisClient wrap(KinesisClient client, KinesisEncryption encryption) {
        return builder(client, encryption).build();
    }

    /**
     * Starts to configure a client.
     *
     * @param client the client that sends what was encrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @return a builder
     * @throws IllegalArgumentException if {@code client} encrypts already
     */
    public static Builder builder(KinesisClient client, KinesisEncryption encryption) {
        return new Builder(client, encryption);
    }

    /**
     * Encrypts a record and puts it.
     *
     * @param request a request in plaintext, whose stream is named by name or ARN
     * @return the service's response
     */
    @Override
    public PutRecordResponse putRecord(PutRecordRequest request) {
        return delegate().putRecord(requests.encrypt(request));
    }

    /**
     * Encrypts records and puts them in one call. If one of them cannot be encrypted or is too large once encrypted, none is sent.
     *
     * @param request a request in plaintext, whose stream is named by name or ARN
     * @return the service's response, in the order of the request
     */
    @Override
    public PutRecordsResponse putRecords(PutRecordsRequest request) {
        return delegate().putRecords(requests.encrypt(request));
    }

    /** Configures an {@link EncryptingKinesisClient}. Not thread-safe. */
    public static final class Builder {
        private final KinesisClient client;
        private final KinesisEncryption encryption;
        private EncryptorOptions encryptorOptions = EncryptorOptions.DEFAULTS;
        private int maxRecordSizeBytes = DEFAULT_MAX_RECORD_SIZE_BYTES;

        private Builder(KinesisClient client, KinesisEncryption encryption) {
            Objects.requireNonNull(client, "client");
            if (client instanceof EncryptingKinesisClient) {
                throw new IllegalArgumentException(
                        "The client is an EncryptingKinesisClient already; wrapping it twice would encrypt every record twice");
            }
            this.client = client;
            this.encryption = Objects.requireNonNull(encryption, "encryption");
        }

        /**
         * Sets how records are sealed: the envelope format, blinded partition keys and so on. {@link EncryptorOptions#DEFAULTS} unless set. What
         * contradicts the keyring is refused by the first request, before anything is sent.
         *
         * @param encryptorOptions the options
         * @return this
         */
        public Builder encryptorOptions(EncryptorOptions encryptorOptions) {
            this.encryptorOptions = Objects.requireNonNull(encryptorOptions, "encryptorOptions");
            return this;
        }

        /**
         * Sets the largest record that the streams take, encrypted data and partition key together.
         *
         * @param maxRecordSizeBytes 1,048,576, the default, to 10,485,760; what UpdateMaxRecordSize set for the streams
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder maxRecordSizeBytes(int maxRecordSizeBytes) {
            if (maxRecordSizeBytes < DEFAULT_MAX_RECORD_SIZE_BYTES
                    || maxRecordSizeBytes > LARGEST_MAX_RECORD_SIZE_BYTES) {
                throw new IllegalArgumentException("maxRecordSizeBytes is %d; a stream's is %d to %d"
                        .formatted(maxRecordSizeBytes, DEFAULT_MAX_RECORD_SIZE_BYTES, LARGEST_MAX_RECORD_SIZE_BYTES));
            }
            this.maxRecordSizeBytes = maxRecordSizeBytes;
            return this;
        }

        /**
         * Wraps the client.
         *
         * @return the client to use instead
         */
        public EncryptingKinesisClient build() {
            return new EncryptingKinesisClient(
                    client,
                    new RequestEncryptor(encryption, encryptorOptions, maxRecordSizeBytes, MAX_REQUEST_SIZE_BYTES));
        }
    }
}
