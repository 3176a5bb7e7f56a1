// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.producer.internal.SealedCalls;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
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
 * <p>An {@code apiCallTimeout}, the request's own or else the client's, bounds the whole: the wait for a data key, and all calls that carry the
 * records of one request.
 *
 * <p>Thread-safe, as the client that it wraps is.
 */
public final class EncryptingKinesisClient extends DelegatingKinesisClient {
    private final ClientSettings settings;
    private final StreamTargets targets;

    private EncryptingKinesisClient(KinesisClient delegate, ClientSettings settings) {
        super(delegate);
        this.settings = settings;
        this.targets = new StreamTargets(settings);
    }

    /**
     * Wraps a client with the defaults: every stream is encrypted.
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
        StreamTarget target = targets.of(request.streamName(), request.streamARN(), request.streamId());
        RecordEncryptor encryptor = target.encryptor();
        return encryptor == null
                ? delegate().putRecord(request)
                : put(target, encryptor, new PutOne(request), this::sendOne);
    }

    /**
     * Encrypts records and puts them. If one of them cannot be encrypted or is too large once encrypted, none is sent.
     *
     * <p>A request that is over the limits of one call once it is encrypted, 500 records or 10 MiB, is sent as several calls, one after the other.
     * If the first of them fails, its exception is thrown and nothing else is sent. If a later one fails, there is an answer, in which the records of
     * that call and of those that would have followed have failed with {@code InternalFailure}: those later calls are not made, so that records
     * which are put again do not fall further behind the ones after them than in a single call. The cause goes to
     * {@link ProducerListener#onPartFailed} and into the log.
     *
     * @param request a request in plaintext, whose stream is named by name or ARN
     * @return the service's response, in the order of the request and of its size
     */
    @Override
    public PutRecordsResponse putRecords(PutRecordsRequest request) {
        StreamTarget target = targets.of(request.streamName(), request.streamARN(), request.streamId());
        RecordEncryptor encryptor = target.encryptor();
        // The service's own answer to a request without a record is the best one.
        return encryptor == null || request.records().isEmpty()
                ? delegate().putRecords(request)
                : put(target, encryptor, new PutMany(request, settings.maxRequestSizeBytes()), this::sendMany);
    }

    /**
     * The size for which the service will count a record, its partition key included, without encrypting it. It is exact, unless records are
     * compressed: then it is the most that it can be.
     *
     * @param streamName the stream that it is for
     * @param record the record; not changed
     * @return bytes
     * @throws IllegalArgumentException if that is no stream name
     * @throws software.amazon.awssdk.core.exception.SdkClientException if the stream is refused, or the first call for a stream gets no data key,
     *     for which it waits
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
     * @throws software.amazon.awssdk.core.exception.SdkClientException as there
     */
    public long sizeOf(StreamIdentity stream, UserRecord record) {
        return targets.sizeOf(stream, record);
    }

    private <Q extends KinesisRequest, R> R put(
            StreamTarget target, RecordEncryptor encryptor, Put<Q, R> put, Function<Q, R> send) {
        Deadline deadline = Deadline.of(put.request(), settings);
        RequestEncryptor request = new RequestEncryptor(target, encryptor, put, settings);
        if (deadline.isSet()) {
            awaitKey(encryptor, deadline);
        }
        long largestBytes = request.measure();
        deadline.check();
        int limitBytes = RecordLimit.ASK_AGAIN;
        while (limitBytes == RecordLimit.ASK_AGAIN) {
            limitBytes = await(
                    target.recordLimit().forRecordOf(largestBytes, put.request(), deadline, this::describe), deadline);
        }
        request.encrypt(limitBytes, () -> {
            deadline.check();
            // The data key may be used up, or have been dropped, since it was awaited.
            if (deadline.isSet()) {
                awaitKey(encryptor, deadline);
            }
        });
        for (int call = 0; call < put.calls(); call++) {
            try {
                put.answered(call, send.apply(put.call(call, deadline)));
            } catch (RuntimeException e) {
                if (call == 0) {
                    throw e;
                }
                PartFailures.tell(settings, target.stream(), put, call, e);
                break;
            }
        }
        return put.response();
    }

    private PutRecordResponse sendOne(PutRecordRequest sealed) {
        return SealedCalls.during(sealed.data(), () -> delegate().putRecord(sealed));
    }

    private PutRecordsResponse sendMany(PutRecordsRequest sealed) {
        return SealedCalls.during(
                sealed.records().get(0).data(), () -> delegate().putRecords(sealed));
    }

    /** Waits where the wait can be cut short; {@link RecordEncryptor#encrypt} waits as long as its owner is set to. */
    private static void awaitKey(RecordEncryptor encryptor, Deadline deadline) {
        CompletableFuture<Void> ready;
        try {
            ready = encryptor.ready();
        } catch (RuntimeException e) {
            throw BoundaryExceptions.of(e);
        }
        var unused = await(ready, deadline);
    }

    private static <T> T await(CompletableFuture<T> future, Deadline deadline) {
        try {
            return future.get(deadline.remainingNanos(Long.MAX_VALUE), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw deadline.exceeded();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("The thread was interrupted before anything was sent", e);
        } catch (ExecutionException e) {
            throw BoundaryExceptions.ofFuture(e);
        }
    }

    private CompletableFuture<DescribeStreamSummaryResponse> describe(DescribeStreamSummaryRequest request) {
        return CompletableFuture.completedFuture(delegate().describeStreamSummary(request));
    }

    /** Configures an {@link EncryptingKinesisClient}. Not thread-safe. */
    public static final class Builder extends EncryptingClientBuilder<Builder> {
        private final KinesisClient client;

        private Builder(KinesisClient client, KinesisEncryption encryption) {
            super(encryption);
            Objects.requireNonNull(client, "client");
            if (client instanceof EncryptingKinesisClient) {
                throw new IllegalArgumentException(
                        "The client is an EncryptingKinesisClient already; wrapping it twice would encrypt every record twice");
            }
            this.client = client;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Wraps the client.
         *
         * @return the client to use instead
         */
        public EncryptingKinesisClient build() {
            return new EncryptingKinesisClient(client, settings(Deadline.ofClient(client::serviceClientConfiguration)));
        }
    }
}
