// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Every method that the SDK's clients have, the ones that a new SDK brings included, must have been decided. */
class DelegationTest {
    /** What reads records, or what they are read with. A new SDK's operation lands in neither list, and the test asks for a decision. */
    private static final Set<String> DECRYPTED = Set.of("getRecords", "getShardIterator", "subscribeToShard");

    private final List<Object> received = new ArrayList<>();
    private final List<String> called = new ArrayList<>();
    private final KinesisEncryption encryption = SealedStream.encryption(SealedStream.KEYRING);
    private final DecryptingKinesisClient client =
            DecryptingKinesisClient.wrap(recorder(KinesisClient.class), encryption);
    private final DecryptingKinesisAsyncClient asyncClient =
            DecryptingKinesisAsyncClient.wrap(recorder(KinesisAsyncClient.class), encryption);

    @AfterEach
    void close() {
        asyncClient.close();
        encryption.close();
    }

    private <T> T recorder(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("toString")) {
                        return "recorder";
                    }
                    called.add(method.getName());
                    received.add(arguments == null || arguments.length == 0 ? "no argument" : arguments[0]);
                    return method.getReturnType() == CompletableFuture.class ? new CompletableFuture<>() : null;
                }));
    }

    private Object wrapped(Class<?> type) {
        return type == KinesisClient.class ? client : asyncClient;
    }

    private static Stream<Class<?>> clients() {
        return Stream.of(KinesisClient.class, KinesisAsyncClient.class);
    }

    private static Stream<Method> operations(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge() && !m.isSynthetic())
                .filter(m -> m.getParameterCount() >= 1 && AwsRequest.class.isAssignableFrom(m.getParameterTypes()[0]))
                .filter(m -> !m.getName().endsWith("Paginator"));
    }

    @Test
    void everyOperationOfTheSdkIsOverridden() {
        Set<String> undecided = new TreeSet<>();
        clients()
                .forEach(type -> operations(type).forEach(operation -> {
                    try {
                        Method own =
                                wrapped(type).getClass().getMethod(operation.getName(), operation.getParameterTypes());
                        if (own.getDeclaringClass().isInterface()) {
                            undecided.add(type.getSimpleName() + "." + operation.getName());
                        }
                    } catch (NoSuchMethodException e) {
                        throw new AssertionError(e);
                    }
                }));

        assertThat(undecided)
                .as("operations of this SDK that nobody has decided to decrypt, to hand on or to refuse")
                .isEmpty();
        clients().forEach(type -> assertThat(operations(type)).hasSizeGreaterThan(37));
    }

    @TestFactory
    Stream<DynamicTest> everyOtherOperationReachesTheWrappedClientWithTheSameRequest() {
        return clients()
                .flatMap(type -> operations(type)
                        .filter(operation -> !DECRYPTED.contains(operation.getName()))
                        .map(operation ->
                                DynamicTest.dynamicTest(type.getSimpleName() + "." + operation.getName(), () -> {
                                    called.clear();
                                    received.clear();
                                    AwsRequest request = emptyRequest(operation.getParameterTypes()[0]);

                                    operation.invoke(wrapped(type), request);

                                    assertThat(called).containsExactly(operation.getName());
                                    assertThat(received.get(0)).isSameAs(request);
                                })));
    }

    @TestFactory
    Stream<DynamicTest> everyOverloadWithABuilderReachesTheWrappedClient() {
        return clients()
                .flatMap(type -> Arrays.stream(type.getMethods())
                        .filter(m -> m.getParameterCount() == 1 && m.getParameterTypes()[0] == Consumer.class)
                        .filter(m -> !m.getName().endsWith("Paginator") && !DECRYPTED.contains(m.getName()))
                        .map(operation ->
                                DynamicTest.dynamicTest(type.getSimpleName() + "." + operation.getName(), () -> {
                                    called.clear();

                                    operation.invoke(wrapped(type), (Consumer<Object>) builder -> {});

                                    assertThat(called).containsExactly(operation.getName());
                                })));
    }

    @Test
    void closeServiceNameConfigurationAndWaiterAreThoseOfTheWrappedClient() {
        client.serviceName();
        client.serviceClientConfiguration();
        client.waiter();
        client.close();
        assertThat(called).containsExactly("serviceName", "serviceClientConfiguration", "waiter", "close");

        called.clear();
        asyncClient.serviceName();
        asyncClient.serviceClientConfiguration();
        asyncClient.waiter();
        asyncClient.close();
        assertThat(called).containsExactly("serviceName", "serviceClientConfiguration", "waiter", "close");
    }

    @Test
    void paginatorsReadThroughTheWrappedClient() {
        assertThat(client.listStreamsPaginator()).isNotNull();
        assertThat(asyncClient.listStreamConsumersPaginator(r -> r.streamARN("arn")))
                .isNotNull();
    }

    @Test
    void wrappingTwiceIsRefused() {
        assertThatThrownBy(() -> DecryptingKinesisClient.wrap(client, encryption))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> DecryptingKinesisAsyncClient.wrap(asyncClient, encryption))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("already");
    }

    private static AwsRequest emptyRequest(Class<?> type) throws ReflectiveOperationException {
        Object builder = type.getMethod("builder").invoke(null);
        return AwsRequest.Builder.class.cast(builder).build();
    }
}
