// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** The two clients, which behave alike as far as a caller waits for each answer. */
enum Flavour {
    SYNC {
        @Override
        Client wrap(
                InMemoryKinesis kinesis,
                KinesisEncryption encryption,
                Duration clientTimeout,
                Consumer<EncryptingClientBuilder<?>> options) {
            KinesisClient delegate = withTimeout(KinesisClient.class, kinesis.client(), clientTimeout);
            EncryptingKinesisClient.Builder builder = EncryptingKinesisClient.builder(delegate, encryption);
            options.accept(builder);
            return new SyncClient(builder.build());
        }
    },
    ASYNC {
        @Override
        Client wrap(
                InMemoryKinesis kinesis,
                KinesisEncryption encryption,
                Duration clientTimeout,
                Consumer<EncryptingClientBuilder<?>> options) {
            KinesisAsyncClient delegate = withTimeout(KinesisAsyncClient.class, kinesis.asyncClient(), clientTimeout);
            EncryptingKinesisAsyncClient.Builder builder = EncryptingKinesisAsyncClient.builder(delegate, encryption);
            options.accept(builder);
            return new AsyncClient(builder.build());
        }
    };

    private static final long ENOUGH_SECONDS = 60;

    /** What the suites do with either client. */
    interface Client extends AutoCloseable {
        PutRecordResponse putRecord(PutRecordRequest request);

        PutRecordsResponse putRecords(PutRecordsRequest request);

        long sizeOf(String streamName, UserRecord record);

        default PutRecordResponse putRecord(Consumer<PutRecordRequest.Builder> request) {
            return putRecord(PutRecordRequest.builder().applyMutation(request).build());
        }

        default PutRecordsResponse putRecords(Consumer<PutRecordsRequest.Builder> request) {
            return putRecords(PutRecordsRequest.builder().applyMutation(request).build());
        }

        @Override
        void close();
    }

    /**
     * Wraps a client of a service.
     *
     * @param clientTimeout the {@code apiCallTimeout} of the client that is wrapped, or null
     */
    abstract Client wrap(
            InMemoryKinesis kinesis,
            KinesisEncryption encryption,
            Duration clientTimeout,
            Consumer<EncryptingClientBuilder<?>> options);

    /** Waits for a future and throws what it failed with itself. */
    static <T> T result(CompletableFuture<T> future) {
        try {
            return future.get(ENOUGH_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException exception) {
                throw exception;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static <C extends AwsClient> C withTimeout(Class<C> type, C client, Duration timeout) {
        if (timeout == null) {
            return client;
        }
        KinesisServiceClientConfiguration configuration = KinesisServiceClientConfiguration.builder()
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(timeout)
                        .build())
                .build();
        return type.cast(Proxy.newProxyInstance(
                Flavour.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                    if (method.getName().equals("serviceClientConfiguration")) {
                        return configuration;
                    }
                    try {
                        return method.invoke(client, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private record SyncClient(EncryptingKinesisClient client) implements Client {
        @Override
        public PutRecordResponse putRecord(PutRecordRequest request) {
            return client.putRecord(request);
        }

        @Override
        public PutRecordsResponse putRecords(PutRecordsRequest request) {
            return client.putRecords(request);
        }

        @Override
        public long sizeOf(String streamName, UserRecord record) {
            return client.sizeOf(streamName, record);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private record AsyncClient(EncryptingKinesisAsyncClient client) implements Client {
        @Override
        public PutRecordResponse putRecord(PutRecordRequest request) {
            return result(client.putRecord(request));
        }

        @Override
        public PutRecordsResponse putRecords(PutRecordsRequest request) {
            return result(client.putRecords(request));
        }

        @Override
        public long sizeOf(String streamName, UserRecord record) {
            return client.sizeOf(streamName, record);
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
