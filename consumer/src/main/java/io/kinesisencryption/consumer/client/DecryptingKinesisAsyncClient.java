// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.KinesisEncryption;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * A {@link KinesisAsyncClient} that decrypts what GetRecords and SubscribeToShard read. It takes the place of the client that it wraps; every other operation
 * goes through unchanged, the writing ones included. Neither the caller's thread nor the SDK's ever wait for the key service.
 *
 * <p>GetRecords behaves as that of {@link DecryptingKinesisClient}, which tells how a stream is known and what becomes of records that cannot be opened;
 * its future fails where that client throws.
 *
 * <p>SubscribeToShard: the handler's events hold user records; one event is asked for at a time, and only when the subscriber has asked for one. While an
 * event cannot be opened for want of a key, or a dead-letter sink does not take its bad record, it is held and tried again as long as the subscription lasts,
 * which is five minutes at most; it is then given up, and whoever subscribes again after the last record that it got meets it again. A bad record that is not
 * passed over ends the subscription with an error. The handler's {@code complete} or {@code exceptionOccurred} comes after the last event.
 *
 * <p>An operation that a later version of the SDK adds throws {@link UnsupportedOperationException}, because it might read records. Thread-safe, as the client
 * that it wraps is.
 */
public final class DecryptingKinesisAsyncClient extends DelegatingKinesisAsyncClient {
    private static final int MAX_THREADS = 64;
    private static final int IDLE_SECONDS = 10;

    private final DecryptingClientOptions options;
    private final ShardReaders readers;
    private final ShardHashKeys hashKeys;
    private final ReadEnvironment environment;
    private final @Nullable ExecutorService own;

    private DecryptingKinesisAsyncClient(
            KinesisAsyncClient client,
            KinesisEncryption encryption,
            DecryptingClientOptions options,
            ReadEnvironment.Pause pause) {
        super(client);
        this.options = options;
        this.readers = new ShardReaders(encryption, options, System::nanoTime);
        this.hashKeys = new ShardHashKeys(delegate()::listShards);
        this.own = options.executor() == null ? threads() : null;
        Executor executor = options.executor() == null ? Objects.requireNonNull(own) : options.executor();
        this.environment = new ReadEnvironment(new RecordBatches(options, Clock.systemUTC()), executor, pause);
    }

    /**
     * Wraps a client, with every option at its default.
     *
     * @param client the client that reads what is decrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} decrypts already
     */
    public static DecryptingKinesisAsyncClient wrap(KinesisAsyncClient client, KinesisEncryption encryption) {
        return wrap(client, encryption, DecryptingClientOptions.DEFAULTS);
    }

    /**
     * Wraps a client.
     *
     * @param client the client that reads what is decrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @param options how it reads
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} decrypts already
     */
    public static DecryptingKinesisAsyncClient wrap(
            KinesisAsyncClient client, KinesisEncryption encryption, DecryptingClientOptions options) {
        return wrap(client, encryption, options, ReadEnvironment.Pause.BY_THE_CLOCK);
    }

    static DecryptingKinesisAsyncClient wrap(
            KinesisAsyncClient client,
            KinesisEncryption encryption,
            DecryptingClientOptions options,
            ReadEnvironment.Pause pause) {
        Objects.requireNonNull(client, "client");
        if (client instanceof DecryptingKinesisAsyncClient) {
            throw new IllegalArgumentException(
                    "The client is a DecryptingKinesisAsyncClient already; wrapped twice, it would take every record for plaintext");
        }
        return new DecryptingKinesisAsyncClient(
                client,
                Objects.requireNonNull(encryption, "encryption"),
                Objects.requireNonNull(options, "options"),
                pause);
    }

    /** Threads that wait for the key service: about as many as shards may do so at once, none that has nothing to do. */
    private static ExecutorService threads() {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "kinesis-decryption-" + count.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    thread.setContextClassLoader(DecryptingKinesisAsyncClient.class.getClassLoader());
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Gets an iterator, and remembers which shard it is of.
     *
     * @param request the request, which should name the stream by name or ARN
     * @return the service's response; fails with an {@link SdkClientException} if the options name another stream
     */
    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest request) {
        ShardReader reader;
        try {
            reader = readers.of(request);
        } catch (SdkClientException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<GetShardIteratorResponse> result = new CompletableFuture<>();
        follow(delegate().getShardIterator(request), result, response -> {
            readers.issued(reader, response.shardIterator());
            result.complete(response);
        });
        return result;
    }

    /**
     * Reads records and decrypts them.
     *
     * @param request a request whose stream is known, see {@link DecryptingKinesisClient}
     * @return the service's response with the user records in place of what the stream stores; there may be fewer or more than the request's limit. Fails
     *     with an {@link SdkClientException} if the stream is not known, or a record can neither be opened nor passed over
     */
    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest request) {
        ShardReader reader;
        try {
            reader = readers.of(request);
        } catch (SdkClientException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<GetRecordsResponse> result = new CompletableFuture<>();
        onceHashKeyIsKnown(
                reader,
                result,
                result::completeExceptionally,
                () -> follow(
                        delegate().getRecords(request),
                        result,
                        response -> decrypt(reader, request.shardIterator(), response, result)));
        return result;
    }

    private void decrypt(
            ShardReader reader,
            String iterator,
            GetRecordsResponse response,
            CompletableFuture<GetRecordsResponse> result) {
        try {
            environment.executor().execute(() -> {
                try {
                    GetRecordsResponse opened = response.toBuilder()
                            .records(environment.batches().open(reader, response.records()))
                            .build();
                    readers.advanced(reader, iterator, response.nextShardIterator());
                    reader.passedOver().handedOut();
                    result.complete(opened);
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    ReadFailures.client("No thread decrypts any more: the client is closed, or its executor is", e));
        }
    }

    /**
     * Subscribes to a shard and decrypts its events.
     *
     * @param request the request
     * @param handler gets events with user records in place of what the stream stores
     * @return done once the subscription has ended; fails as the handler is told
     */
    @Override
    public CompletableFuture<Void> subscribeToShard(
            SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
        Objects.requireNonNull(handler, "handler");
        ShardReader reader;
        try {
            reader = readers.of(request);
        } catch (SdkClientException e) {
            // As the SDK does with a request that it refuses.
            handler.exceptionOccurred(e);
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        Consumer<Throwable> refused = error -> {
            try {
                handler.exceptionOccurred(error);
            } finally {
                result.completeExceptionally(error);
            }
        };
        onceHashKeyIsKnown(reader, result, refused, () -> {
            DecryptingHandler decrypting = new DecryptingHandler(handler, reader, environment);
            CompletableFuture<Void> call = delegate().subscribeToShard(request, decrypting);
            cancelTogether(result, call);
            var unused = call.whenComplete((nothing, error) -> decrypting.settle(result, error));
        });
        return result;
    }

    /** Closes the wrapped client, and lets the threads of this one end. */
    @Override
    public void close() {
        super.close();
        if (own != null) {
            own.shutdown();
        }
    }

    private void onceHashKeyIsKnown(
            ShardReader reader, CompletableFuture<?> result, Consumer<Throwable> refused, Runnable call) {
        if (options.aggregates() != AggregateForm.KPL || reader.hashKey() != null) {
            call.run();
            return;
        }
        var unused = hashKeys.find(reader).whenComplete((found, error) -> {
            if (error != null) {
                refused.accept(ReadFailures.unwrap(error));
            } else if (!result.isDone()) {
                attempt(result, call);
            }
        });
    }

    /** What is thrown where nobody would see it fails the future. */
    private static void attempt(CompletableFuture<?> result, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    private static <T, R> void follow(CompletableFuture<T> call, CompletableFuture<R> result, Consumer<T> then) {
        cancelTogether(result, call);
        var unused = call.whenComplete((response, error) -> {
            if (error == null) {
                attempt(result, () -> then.accept(response));
            } else {
                result.completeExceptionally(ReadFailures.unwrap(error));
            }
        });
    }

    private static void cancelTogether(CompletableFuture<?> result, CompletableFuture<?> call) {
        var unused = result.whenComplete((response, error) -> {
            if (result.isCancelled()) {
                call.cancel(true);
            }
        });
    }
}
