// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.producer.internal.SealedCalls;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/**
 * A {@link KinesisAsyncClient} that encrypts what it puts. It takes the place of the client that it wraps: PutRecord and PutRecords are encrypted,
 * every other operation goes through unchanged. GetRecords and SubscribeToShard hand out what the stream stores, which is ciphertext.
 *
 * <p>The calling thread neither waits for the key service nor encrypts: that is done on a few threads of this client's, which end with it. As with
 * the SDK's own client, requests may therefore reach the service in another order than that of the calls; who needs an order waits for the answer.
 * Futures are completed as those of the wrapped client are; where a request fails before it is sent, by a thread of the JDK's common pool. Cancelling a
 * future cancels the calls in flight, and what has not been sent then is not sent.
 *
 * <p>What cannot be encrypted is not sent: the future then fails with an {@link SdkClientException} whose cause is the
 * {@link io.kinesisencryption.error.KinesisEncryptionException}, and whose {@code retryable()} is true if the key service was only out of reach. An
 * operation that a later version of the SDK adds throws {@link UnsupportedOperationException}, because it might write a plaintext.
 *
 * <p>An {@code apiCallTimeout}, the request's own or else the client's, bounds the whole: the wait for a data key, and all calls that carry the
 * records of one request.
 *
 * <p>Thread-safe, as the client that it wraps is.
 */
public final class EncryptingKinesisAsyncClient extends DelegatingKinesisAsyncClient {
    private final StreamTargets targets;
    private final AsyncPut.Shared shared;

    private EncryptingKinesisAsyncClient(KinesisAsyncClient delegate, ClientSettings settings, Timers timers) {
        super(delegate);
        this.targets = new StreamTargets(settings);
        this.shared = new AsyncPut.Shared(settings, new EncryptionThreads(), timers, delegate::describeStreamSummary);
    }

    /**
     * Wraps a client with the defaults: every stream is encrypted.
     *
     * @param client the client that sends what was encrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} encrypts already
     */
    public static EncryptingKinesisAsyncClient wrap(KinesisAsyncClient client, KinesisEncryption encryption) {
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
    public static Builder builder(KinesisAsyncClient client, KinesisEncryption encryption) {
        return new Builder(client, encryption);
    }

    /**
     * Encrypts a record and puts it.
     *
     * @param request a request in plaintext, whose stream is named by name or ARN; the array of its data must not be changed until this is done
     * @return the service's response
     */
    @Override
    public CompletableFuture<PutRecordResponse> putRecord(PutRecordRequest request) {
        return refusing(() -> {
            StreamTarget target = targets.of(request.streamName(), request.streamARN(), request.streamId());
            RecordEncryptor encryptor = target.encryptor();
            return encryptor == null
                    ? delegate().putRecord(request)
                    : put(target, encryptor, new PutOne(request), this::sendOne);
        });
    }

    /**
     * Encrypts records and puts them. If one of them cannot be encrypted or is too large once encrypted, none is sent.
     *
     * <p>A request that is over the limits of one call once it is encrypted, 500 records or 10 MiB, is sent as several calls, one after the other.
     * If the first of them fails, the future fails as it did and nothing else is sent. If a later one fails, there is an answer, in which the records
     * of that call and of those that would have followed have failed with {@code InternalFailure}: those later calls are not made, so that records
     * which are put again do not fall further behind the ones after them than in a single call. The cause goes to
     * {@link ProducerListener#onPartFailed} and into the log.
     *
     * @param request a request in plaintext, whose stream is named by name or ARN; the arrays of its data must not be changed until this is done
     * @return the service's response, in the order of the request and of its size
     */
    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        return refusing(() -> {
            StreamTarget target = targets.of(request.streamName(), request.streamARN(), request.streamId());
            RecordEncryptor encryptor = target.encryptor();
            // The service's own answer to a request without a record is the best one.
            return encryptor == null || request.records().isEmpty()
                    ? delegate().putRecords(request)
                    : put(
                            target,
                            encryptor,
                            new PutMany(request, shared.settings().maxRequestSizeBytes()),
                            this::sendMany);
        });
    }

    /**
     * The size for which the service will count a record, its partition key included, without encrypting it. It is exact, unless records are
     * compressed: then it is the most that it can be. The first call for a stream waits for a data key.
     *
     * @param streamName the stream that it is for
     * @param record the record; not changed
     * @return bytes
     * @throws IllegalArgumentException if that is no stream name
     * @throws SdkClientException if the stream is refused, or no data key is to be had
     */
    public long sizeOf(String streamName, UserRecord record) {
        return targets.sizeOf(StreamIdentity.of(streamName), record);
    }

    /**
     * The size for which the service will count a record, as {@link #sizeOf(String, UserRecord)} says.
     *
     * @param stream the stream that it is for, with its ARN if requests name it by that: it is bound to the record and counts
     * @param record the record; not changed
     * @return bytes
     * @throws SdkClientException as there
     */
    public long sizeOf(StreamIdentity stream, UserRecord record) {
        return targets.sizeOf(stream, record);
    }

    /** Ends the threads of this client, then closes the one that it wraps. Requests that have not been sent fail. */
    @Override
    public void close() {
        shared.threads().close();
        delegate().close();
    }

    private <Q extends KinesisRequest, R> CompletableFuture<R> put(
            StreamTarget target,
            RecordEncryptor encryptor,
            Put<Q, R> put,
            Function<Q, @Nullable CompletableFuture<R>> send) {
        return new AsyncPut<>(shared, target, encryptor, put, send).start();
    }

    private @Nullable CompletableFuture<PutRecordResponse> sendOne(PutRecordRequest sealed) {
        return SealedCalls.until(sealed.data(), () -> delegate().putRecord(sealed));
    }

    private @Nullable CompletableFuture<PutRecordsResponse> sendMany(PutRecordsRequest sealed) {
        return SealedCalls.until(
                sealed.records().get(0).data(), () -> delegate().putRecords(sealed));
    }

    /** A refusal comes by the future, as all that goes wrong in the SDK's asynchronous clients. */
    private static <R> CompletableFuture<R> refusing(Supplier<CompletableFuture<R>> put) {
        try {
            return put.get();
        } catch (SdkClientException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Configures an {@link EncryptingKinesisAsyncClient}. Not thread-safe. */
    public static final class Builder extends EncryptingClientBuilder<Builder> {
        private final KinesisAsyncClient client;
        private Timers timers = Timers.SYSTEM;

        private Builder(KinesisAsyncClient client, KinesisEncryption encryption) {
            super(encryption);
            Objects.requireNonNull(client, "client");
            if (client instanceof EncryptingKinesisAsyncClient) {
                throw new IllegalArgumentException(
                        "The client is an EncryptingKinesisAsyncClient already; wrapping it twice would encrypt every record twice");
            }
            this.client = client;
        }

        @Override
        Builder self() {
            return this;
        }

        /** For tests, whose time does not pass by itself. */
        Builder timers(Timers ownTimers) {
            this.timers = ownTimers;
            return this;
        }

        /**
         * Wraps the client.
         *
         * @return the client to use instead
         */
        public EncryptingKinesisAsyncClient build() {
            return new EncryptingKinesisAsyncClient(
                    client, settings(Deadline.ofClient(client::serviceClientConfiguration)), timers);
        }
    }
}
