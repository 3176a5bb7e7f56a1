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
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** Every method that the SDK's client has, the ones that a new SDK brings included, must have been decided. */
class DelegationTest {
    private static final SdkBytes PLAINTEXT = SdkBytes.fromUtf8String("a secret order");

    /** What can write a record. A new SDK's operation lands in neither list, and the test asks for a decision. */
    private static final Set<String> ENCRYPTED = Set.of("putRecord", "putRecords");

    private final List<Object> received = new ArrayList<>();
    private final List<String> called = new ArrayList<>();

    private final KinesisClient recorder = (KinesisClient) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {KinesisClient.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("toString")) {
                    return "recorder";
                }
                called.add(method.getName());
                received.add(arguments == null || arguments.length == 0 ? "no argument" : arguments[0]);
                return null;
            });

    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
            .build();
    private final KinesisClient client = EncryptingKinesisClient.wrap(recorder, encryption);

    private static Stream<Method> operations() {
        return Arrays.stream(KinesisClient.class.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge() && !m.isSynthetic())
                .filter(m -> m.getParameterCount() == 1 && AwsRequest.class.isAssignableFrom(m.getParameterTypes()[0]))
                .filter(m -> !m.getName().endsWith("Paginator"));
    }

    @Test
    void everyOperationOfTheSdkIsOverridden() {
        Set<String> undecided = new TreeSet<>();
        operations().forEach(operation -> {
            try {
                Method own =
                        EncryptingKinesisClient.class.getMethod(operation.getName(), operation.getParameterTypes());
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
        assertThat(operations()).hasSizeGreaterThan(35);
    }

    @TestFactory
    Stream<DynamicTest> everyOtherOperationReachesTheWrappedClientWithTheSameRequest() {
        return operations()
                .filter(operation -> !ENCRYPTED.contains(operation.getName()))
                .map(operation -> DynamicTest.dynamicTest(operation.getName(), () -> {
                    called.clear();
                    received.clear();
                    AwsRequest request = emptyRequest(operation.getParameterTypes()[0]);

                    operation.invoke(client, request);

                    assertThat(called).containsExactly(operation.getName());
                    assertThat(received.get(0)).isSameAs(request);
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyOverloadWithABuilderReachesTheWrappedClient() {
        return Arrays.stream(KinesisClient.class.getMethods())
                .filter(m -> m.getParameterCount() == 1 && m.getParameterTypes()[0] == Consumer.class)
                .filter(m -> !m.getName().endsWith("Paginator") && !ENCRYPTED.contains(m.getName()))
                .map(operation -> DynamicTest.dynamicTest(operation.getName(), () -> {
                    called.clear();

                    operation.invoke(client, (Consumer<Object>) builder -> {});

                    assertThat(called).containsExactly(operation.getName());
                }));
    }

    @Test
    void theOperationsThatWriteRecordsNeverHandOnThePlaintext() {
        client.putRecord(PutRecordRequest.builder()
                .streamName("orders")
                .partitionKey("p")
                .data(PLAINTEXT)
                .build());
        client.putRecords(PutRecordsRequest.builder()
                .streamName("orders")
                .records(PutRecordsRequestEntry.builder()
                        .partitionKey("p")
                        .data(PLAINTEXT)
                        .build())
                .build());
        client.putRecord(r -> r.streamName("orders").partitionKey("p").data(PLAINTEXT));

        assertThat(called).containsExactly("putRecord", "putRecords", "putRecord");
        assertThat(((PutRecordRequest) received.get(0)).data()).isNotEqualTo(PLAINTEXT);
        assertThat(((PutRecordsRequest) received.get(1)).records().get(0).data())
                .isNotEqualTo(PLAINTEXT);
        assertThat(((PutRecordRequest) received.get(2)).data()).isNotEqualTo(PLAINTEXT);
    }

    @Test
    void closeServiceNameConfigurationAndWaiterAreThoseOfTheWrappedClient() {
        client.serviceName();
        client.serviceClientConfiguration();
        client.waiter();
        client.close();

        assertThat(called).containsExactly("serviceName", "serviceClientConfiguration", "waiter", "close");
    }

    @Test
    void paginatorsReadThroughTheWrappedClient() {
        assertThat(client.listStreamsPaginator()).isNotNull();
        assertThat(client.listStreamConsumersPaginator(r -> r.streamARN("arn"))).isNotNull();
        assertThat(called).doesNotContain("putRecord");
    }

    private static AwsRequest emptyRequest(Class<?> type)
            throws NoSuchMethodException, InvocationTargetException, IllegalAccessException {
        Object builder = type.getMethod("builder").invoke(null);
        return AwsRequest.Builder.class.cast(builder).build();
    }
}
