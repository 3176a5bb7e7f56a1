// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

class OperationsTest {
    private static Set<String> operationsOf(Class<?> client) {
        return Arrays.stream(client.getMethods())
                .filter(method -> method.getParameterCount() > 0
                        && KinesisRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                        && !method.getName().endsWith("Paginator"))
                .map(OperationsTest::operationOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String operationOf(Method method) {
        return method.getName().substring(0, 1).toUpperCase(Locale.ROOT)
                + method.getName().substring(1);
    }

    private static Set<String> overriddenBy(Class<?> client) {
        return Arrays.stream(client.getDeclaredMethods())
                .filter(method -> method.getParameterCount() > 0
                        && KinesisRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                        && !method.isSynthetic())
                .map(OperationsTest::operationOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> known() {
        return Arrays.stream(Operation.values()).map(Operation::apiName).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void bothClientsAnswerEveryOperationOfTheService() {
        Set<String> blocking = known();
        blocking.remove("SubscribeToShard");

        assertThat(overriddenBy(AsyncClient.class)).isEqualTo(known());
        assertThat(overriddenBy(SyncClient.class)).isEqualTo(blocking);
    }

    @Test
    void theOperationsThatAreLeftOutAreThoseTheDocumentationNames() {
        Set<String> leftOut = operationsOf(KinesisAsyncClient.class);
        leftOut.removeAll(known());

        assertThat(leftOut)
                .containsExactlyInAnyOrder(
                        "AddTagsToStream",
                        "ListTagsForResource",
                        "ListTagsForStream",
                        "RemoveTagsFromStream",
                        "TagResource",
                        "UntagResource",
                        "DeleteResourcePolicy",
                        "GetResourcePolicy",
                        "PutResourcePolicy",
                        "DisableEnhancedMonitoring",
                        "EnableEnhancedMonitoring",
                        "StartStreamEncryption",
                        "StopStreamEncryption",
                        "UpdateStreamMode",
                        "DescribeAccountSettings",
                        "UpdateAccountSettings",
                        "UpdateStreamWarmThroughput");
    }

    @Test
    void anOperationThatIsLeftOutSaysSo() throws Exception {
        KinesisClient client = InMemoryKinesis.create().client();
        Set<String> checked = new TreeSet<>();
        for (Method method : KinesisClient.class.getMethods()) {
            boolean operation = method.getParameterCount() == 1
                    && KinesisRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                    && !method.getName().endsWith("Paginator");
            if (!operation || known().contains(operationOf(method))) {
                continue;
            }
            Object builder = method.getParameterTypes()[0].getMethod("builder").invoke(null);
            Object request = ((software.amazon.awssdk.utils.builder.SdkBuilder<?, ?>) builder).build();
            Throwable thrown = catchThrowable(() -> method.invoke(client, request));
            assertThat(thrown).isInstanceOf(InvocationTargetException.class);
            assertThat(thrown.getCause()).as(method.getName()).isInstanceOf(UnsupportedOperationException.class);
            checked.add(method.getName());
        }
        assertThat(checked).hasSize(17);
    }
}
