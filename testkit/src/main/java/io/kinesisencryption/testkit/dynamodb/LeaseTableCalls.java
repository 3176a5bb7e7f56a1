// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbAsyncWaiter;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** What {@link KclLeaseTable} asks of DynamoDB, with either kind of client. Every call blocks, for a bounded time. */
interface LeaseTableCalls {
    CreateTableResponse createTable(CreateTableRequest request);

    void awaitActive(String tableName);

    void putItem(PutItemRequest request);

    static LeaseTableCalls of(DynamoDbClient client) {
        return new Blocking(client);
    }

    static LeaseTableCalls of(DynamoDbAsyncClient client) {
        return new Asynchronous(client);
    }

    /** Over a client that blocks; the client's own timeouts bound a call. */
    record Blocking(DynamoDbClient client) implements LeaseTableCalls {
        @Override
        public CreateTableResponse createTable(CreateTableRequest request) {
            return client.createTable(request);
        }

        @Override
        public void awaitActive(String tableName) {
            try (DynamoDbWaiter waiter = client.waiter()) {
                waiter.waitUntilTableExists(request -> request.tableName(tableName), Polling.EVERY_QUARTER_SECOND);
            }
        }

        @Override
        public void putItem(PutItemRequest request) {
            client.putItem(request);
        }
    }

    /** Over a client that does not block. */
    record Asynchronous(DynamoDbAsyncClient client) implements LeaseTableCalls {
        @Override
        public CreateTableResponse createTable(CreateTableRequest request) {
            return await(client.createTable(request));
        }

        @Override
        public void awaitActive(String tableName) {
            try (DynamoDbAsyncWaiter waiter = client.waiter()) {
                await(waiter.waitUntilTableExists(
                        request -> request.tableName(tableName), Polling.EVERY_QUARTER_SECOND));
            }
        }

        @Override
        public void putItem(PutItemRequest request) {
            await(client.putItem(request));
        }

        private static <T> T await(CompletableFuture<T> call) {
            try {
                return call.get(Polling.CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SdkException failure) {
                    throw failure;
                }
                throw SdkClientException.create("A call to DynamoDB failed", e.getCause());
            } catch (TimeoutException e) {
                throw SdkClientException.create("DynamoDB has not answered for " + Polling.CALL_TIMEOUT, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw AbortedException.create("Interrupted while DynamoDB was working", e);
            }
        }
    }

    /** How long a table may take to become active: half a minute. */
    final class Polling {
        private static final Duration INTERVAL = Duration.ofMillis(250);
        private static final int MAX_POLLS = 120;

        static final Duration CALL_TIMEOUT = INTERVAL.multipliedBy(2 * MAX_POLLS);
        static final Consumer<WaiterOverrideConfiguration.Builder> EVERY_QUARTER_SECOND = waiting ->
                waiting.maxAttempts(MAX_POLLS).backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(INTERVAL));

        private Polling() {}
    }
}
