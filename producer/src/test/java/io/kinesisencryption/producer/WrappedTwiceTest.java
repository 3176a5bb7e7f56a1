// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.producer.batching.PutFailedException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** A reader decrypts once: what was encrypted twice would reach its application as ciphertext, and nobody would have been told. */
class WrappedTwiceTest extends ClientFixture {
    private final EncryptingKinesisClient inner = EncryptingKinesisClient.wrap(kinesis.client(), encryption);
    private final EncryptingKinesisAsyncClient asyncInner =
            EncryptingKinesisAsyncClient.wrap(kinesis.asyncClient(), encryption);

    /** A decorator of somebody else's, for metrics perhaps. */
    private static <C> C foreign(
            Class<C> type, C client, Function<CompletableFuture<?>, CompletableFuture<?>> answers) {
        return type.cast(Proxy.newProxyInstance(
                WrappedTwiceTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                    try {
                        Object answer = method.invoke(client, args);
                        return answer instanceof CompletableFuture<?> future ? answers.apply(future) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** A decorator that hands calls to threads of its own. */
    private static KinesisAsyncClient onOtherThreads(KinesisAsyncClient client) {
        return (KinesisAsyncClient) Proxy.newProxyInstance(
                WrappedTwiceTest.class.getClassLoader(),
                new Class<?>[] {KinesisAsyncClient.class},
                (proxy, method, args) -> {
                    if (method.getReturnType() != CompletableFuture.class) {
                        return method.invoke(client, args);
                    }
                    CompletableFuture<Object> answer = new CompletableFuture<>();
                    new Thread(() -> {
                                try {
                                    var unused = ((CompletableFuture<?>) method.invoke(client, args))
                                            .whenComplete((response, error) -> {
                                                if (error == null) {
                                                    answer.complete(response);
                                                } else {
                                                    answer.completeExceptionally(error);
                                                }
                                            });
                                } catch (Throwable e) {
                                    answer.completeExceptionally(e);
                                }
                            })
                            .start();
                    return answer;
                });
    }

    @Test
    void whatIsEncryptedAlreadyIsRefusedBelowAForeignDecorator() {
        EncryptingKinesisClient outer =
                EncryptingKinesisClient.wrap(foreign(KinesisClient.class, inner, f -> f), encryption);

        assertThatThrownBy(() -> outer.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("encrypted already");
        assertThatThrownBy(() -> outer.putRecords(r -> r.streamName(STREAM).records(orders(2))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("encrypted already");

        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
        inner.putRecord(r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")));
        assertThat(storedOrders()).containsExactly("x");
    }

    @Test
    void whatIsEncryptedAlreadyIsRefusedBelowAForeignDecoratorThatHasThreads() {
        try (EncryptingKinesisAsyncClient outer =
                EncryptingKinesisAsyncClient.wrap(onOtherThreads(asyncInner), encryption)) {
            assertThatThrownBy(() -> Flavour.result(outer.putRecord(
                            r -> r.streamName(STREAM).partitionKey("p").data(bytes("x")))))
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("encrypted already");
            assertThatThrownBy(() -> Flavour.result(
                            outer.putRecords(r -> r.streamName(STREAM).records(orders(2)))))
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("encrypted already");
        }
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }

    @Test
    void aggregatesAreNotEncryptedAgainBelowAForeignDecorator() {
        try (BatchingProducer producer =
                BatchingProducer.builder(foreign(KinesisAsyncClient.class, asyncInner, f -> f), encryption).stream(
                                STREAM)
                        .deliveryTimeout(Duration.ofSeconds(1))
                        .build()) {
            assertThatThrownBy(() -> Flavour.result(producer.put("p", new byte[1])))
                    .isInstanceOf(PutFailedException.class)
                    .hasStackTraceContaining("encrypted already");
        }
        assertThat(kinesis.storedRecords(STREAM)).isEmpty();
    }
}
