// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** A client whose calls a test answers by hand. */
final class HeldCalls {
    private static final long ENOUGH_SECONDS = 60;

    private final LinkedBlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    /**
     * One call.
     *
     * @param operation the method's name
     * @param request what was asked
     * @param future what the caller waits for
     */
    record Call(String operation, KinesisRequest request, CompletableFuture<Object> future) {
        /** How many records it carries. */
        int records() {
            return ((PutRecordsRequest) request).records().size();
        }

        /** Everything was stored. */
        void succeed() {
            future.complete(
                    operation.equals("putRecord")
                            ? PutRecordResponse.builder().sequenceNumber("1").build()
                            : PutRecordsResponse.builder()
                                    .records(Collections.nCopies(
                                            records(),
                                            PutRecordsResultEntry.builder()
                                                    .sequenceNumber("1")
                                                    .build()))
                                    .failedRecordCount(0)
                                    .build());
        }

        void assertCancelled() {
            assertThatThrownBy(() -> future.get(ENOUGH_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(CancellationException.class);
        }
    }

    KinesisAsyncClient client() {
        return (KinesisAsyncClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KinesisAsyncClient.class}, (proxy, method, args) -> {
                    if (method.getReturnType() != CompletableFuture.class) {
                        return null;
                    }
                    CompletableFuture<Object> future = new CompletableFuture<>();
                    calls.add(new Call(method.getName(), (KinesisRequest) args[0], future));
                    return future;
                });
    }

    /** Waits until a call has come. */
    Call take() throws InterruptedException {
        Call call = calls.poll(ENOUGH_SECONDS, TimeUnit.SECONDS);
        assertThat(call).as("a call of the service").isNotNull();
        return call;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }
}
