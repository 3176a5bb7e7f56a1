// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.keyring.Keyrings;
import java.lang.reflect.InvocationTargetException;
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
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** Every method that the SDK's clients have, the ones that a new SDK brings included, must have been decided. */
class DelegationTest {
    private static final SdkBytes PLAINTEXT = SdkBytes.fromUtf8String("a secret order");

    /** What can write a record. A new SDK's operation lands in neither list, and the test asks for a decision. */
    private static final Set<String> ENCRYPTED = Set.of("putRecord", "putRecords");

    private final List<Object> received = new ArrayList<>();
    private final List<String> called = new ArrayList<>();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
            .build();
    private final EncryptingKinesisClient client =
            EncryptingKinesisClient.wrap(recorder(KinesisClient.class), encryption);
    private final EncryptingKinesisAsyncClient asyncClient =
            EncryptingKinesisAsyncClient.wrap(recorder(KinesisAsyncClient.class), encryption);

    DelegationTest() {
        called.clear();
        received.clear();
    }

    @AfterEach
    void close() {
        asyncClient.close();
        encryption.close();
    }

    private <C> C recorder(Class<C> type) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                    if (method.getName().equals("toString")) {
                        return "recorder";
                    }
                    called.add(method.getName());
                    received.add(args == null || args.length == 0 ? "no argument" : args[0]);
                    Object answer = answer(method.getName());
                    return method.getReturnType() == CompletableFuture.class
                            ? CompletableFuture.completedFuture(answer)
                            : answer;
                }));
    }

    private static Object answer(String operation) {
        return switch (operation) {
            case "putRecord" -> PutRecordResponse.builder().build();
            case "putRecords" -> PutRecordsResponse.builder().build();
            default -> null;
        };
    }

    private record Pair(AwsClient wrapping, Class<?> type) {}

    private List<Pair> clients() {
        return List.of(new Pair(client, KinesisClient.class), new Pair(asyncClient, KinesisAsyncClient.class));
    }

    /** The operations that take a request alone, which is all but SubscribeToShard. */
    private static Stream<Method> operations(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge() && !m.isSynthetic())
                .filter(m -> m.getParameterCount() == 1 && AwsRequest.class.isAssignableFrom(m.getParameterTypes()[0]))
                .filter(m -> !m.getName().endsWith("Paginator"));
    }

    /** Everything that takes a request, however many arguments it has beside. */
    private static Stream<Method> withRequest(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge() && !m.isSynthetic())
                .filter(m -> m.getParameterCount() > 0 && AwsRequest.class.isAssignableFrom(m.getParameterTypes()[0]))
                .filter(m -> !m.getName().endsWith("Paginator"));
    }

    @TestFactory
    Stream<DynamicTest> everyOperationOfTheSdkIsOverridden() {
        return clients().stream()
                .map(pair -> DynamicTest.dynamicTest(pair.type().getSimpleName(), () -> {
                    Set<String> undecided = new TreeSet<>();
                    withRequest(pair.type()).forEach(operation -> {
                        try {
                            Method own = pair.wrapping()
                                    .getClass()
                                    .getMethod(operation.getName(), operation.getParameterTypes());
                            if (own.getDeclaringClass().isInterface()) {
                                undecided.add(operation.getName());
                            }
                        } catch (NoSuchMethodException e) {
                            throw new AssertionError(e);
                        }
                    });

                    assertThat(undecided)
                            .as("operations of this SDK that nobody has decided to encrypt, to hand on or to refuse")
                            .isEmpty();
                    assertThat(operations(pair.type())).hasSizeGreaterThan(35);
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyOtherOperationReachesTheWrappedClientWithTheSameRequest() {
        return clients().stream()
                .flatMap(pair -> operations(pair.type())
                        .filter(operation -> !ENCRYPTED.contains(operation.getName()))
                        .map(operation -> DynamicTest.dynamicTest(name(pair, operation), () -> {
                            called.clear();
                            received.clear();
                            AwsRequest request = emptyRequest(operation.getParameterTypes()[0]);

                            operation.invoke(pair.wrapping(), request);

                            assertThat(called).containsExactly(operation.getName());
                            assertThat(received.get(0)).isSameAs(request);
                        })));
    }

    @TestFactory
    Stream<DynamicTest> everyOverloadWithABuilderReachesTheWrappedClient() {
        return clients().stream()
                .flatMap(pair -> Arrays.stream(pair.type().getMethods())
                        .filter(m -> m.getParameterCount() == 1 && m.getParameterTypes()[0] == Consumer.class)
                        .filter(m -> !m.getName().endsWith("Paginator") && !ENCRYPTED.contains(m.getName()))
                        .map(operation -> DynamicTest.dynamicTest(name(pair, operation), () -> {
                            called.clear();

                            operation.invoke(pair.wrapping(), (Consumer<Object>) builder -> {});

                            assertThat(called).containsExactly(operation.getName());
                        })));
    }

    private static String name(Pair pair, Method operation) {
        return pair.type().getSimpleName() + "." + operation.getName();
    }

    @Test
    void subscriptionsReachTheWrappedClient() {
        SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
                .subscriber(event -> {})
                .build();

        asyncClient
                .subscribeToShard(r -> r.shardId("shardId-000000000000"), handler)
                .join();

        assertThat(called).containsExactly("subscribeToShard");
    }

    @Test
    void theOperationsThatWriteRecordsNeverHandOnThePlaintext() {
        PutRecordRequest one = PutRecordRequest.builder()
                .streamName("orders")
                .partitionKey("p")
                .data(PLAINTEXT)
                .build();
        PutRecordsRequest many = PutRecordsRequest.builder()
                .streamName("orders")
                .records(PutRecordsRequestEntry.builder()
                        .partitionKey("p")
                        .data(PLAINTEXT)
                        .build())
                .build();
        client.putRecord(one);
        client.putRecords(many);
        client.putRecord(r -> r.streamName("orders").partitionKey("p").data(PLAINTEXT));
        asyncClient.putRecord(one).join();
        asyncClient.putRecords(many).join();
        asyncClient
                .putRecord(r -> r.streamName("orders").partitionKey("p").data(PLAINTEXT))
                .join();

        assertThat(called)
                .containsExactly("putRecord", "putRecords", "putRecord", "putRecord", "putRecords", "putRecord");
        assertThat(received).allSatisfy(request -> {
            SdkBytes data = request instanceof PutRecordRequest putRecord
                    ? putRecord.data()
                    : ((PutRecordsRequest) request).records().get(0).data();
            assertThat(data).isNotEqualTo(PLAINTEXT);
        });
    }

    @Test
    void closeServiceNameConfigurationAndWaiterAreThoseOfTheWrappedClient() {
        for (Pair pair : clients()) {
            called.clear();
            if (pair.wrapping() == client) {
                client.serviceName();
                client.serviceClientConfiguration();
                client.waiter();
            } else {
                asyncClient.serviceName();
                asyncClient.serviceClientConfiguration();
                asyncClient.waiter();
            }
            pair.wrapping().close();

            assertThat(called).containsExactly("serviceName", "serviceClientConfiguration", "waiter", "close");
        }
    }

    @Test
    void paginatorsReadThroughTheWrappedClient() {
        assertThat(client.listStreamsPaginator()).isNotNull();
        assertThat(client.listStreamConsumersPaginator(r -> r.streamARN("arn"))).isNotNull();
        assertThat(asyncClient.listStreamsPaginator()).isNotNull();
        assertThat(called).doesNotContain("putRecord");
    }

    private static AwsRequest emptyRequest(Class<?> type)
            throws NoSuchMethodException, InvocationTargetException, IllegalAccessException {
        Object builder = type.getMethod("builder").invoke(null);
        return AwsRequest.Builder.class.cast(builder).build();
    }
}
