// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class LocalDynamoDbIT {
    private static final int CONNECT_TIMEOUT_MILLIS = 2000;

    @Test
    void bothClientsSeeOneDatabase() {
        try (LocalDynamoDb dynamoDb = LocalDynamoDb.start()) {
            createTable(dynamoDb.client(), "orders");
            dynamoDb.asyncClient()
                    .putItem(r -> r.tableName("orders").item(Map.of("id", AttributeValue.fromS("1"))))
                    .join();

            assertThat(dynamoDb.client()
                            .getItem(r -> r.tableName("orders").key(Map.of("id", AttributeValue.fromS("1"))))
                            .item())
                    .containsEntry("id", AttributeValue.fromS("1"));
        }
    }

    @Test
    void takesClientsMadeFromItsEndpoint() {
        try (LocalDynamoDb dynamoDb = LocalDynamoDb.start();
                DynamoDbClient own = DynamoDbClient.builder()
                        .endpointOverride(dynamoDb.endpoint())
                        .region(LocalDynamoDb.region())
                        .credentialsProvider(LocalDynamoDb.credentials())
                        .build()) {
            createTable(dynamoDb.client(), "orders");

            assertThat(own.listTables().tableNames()).containsExactly("orders");
        }
    }

    @Test
    void twoDatabasesShareNothing() {
        try (LocalDynamoDb one = LocalDynamoDb.start();
                LocalDynamoDb other = LocalDynamoDb.start()) {
            createTable(one.client(), "orders");

            assertThat(one.endpoint()).isNotEqualTo(other.endpoint());
            assertThat(other.client().listTables().tableNames()).isEmpty();
        }
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        try (LocalDynamoDb dynamoDb = LocalDynamoDb.start()) {
            int port = dynamoDb.endpoint().getPort();

            assertThat(dynamoDb.endpoint().getHost()).isEqualTo("127.0.0.1");
            assertThat(connects(InetAddress.getLoopbackAddress(), port)).isTrue();
            for (InetAddress address : addressesBesidesLoopback()) {
                assertThat(connects(address, port))
                        .as("connects to %s", address)
                        .isFalse();
            }
        }
    }

    @Test
    void nothingListensOrRunsOnOnceItIsClosed() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        LocalDynamoDb dynamoDb = LocalDynamoDb.start();
        createTable(dynamoDb.client(), "orders");
        dynamoDb.close();
        dynamoDb.close();

        assertThat(connects(
                        InetAddress.getLoopbackAddress(), dynamoDb.endpoint().getPort()))
                .isFalse();
        assertThatThrownBy(() -> dynamoDb.client().listTables()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(dynamoDb::asyncClient)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        // SQLite's queue is closing the database, and Netty's executor ends by itself after a second without work.
        List<Thread> left = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .filter(thread -> !thread.getName().matches("(globalEventExecutor|SQLiteQueue).*"))
                .filter(thread -> !thread.isDaemon())
                .toList();
        for (Thread thread : left) {
            // One that was told to end may not have done so yet.
            thread.join(60_000);
            assertThat(thread.isAlive()).as("%s runs on", thread.getName()).isFalse();
        }
    }

    @Test
    void writesNothingIntoTheWorkingDirectory() throws IOException {
        Set<Path> before = workingDirectory();
        try (LocalDynamoDb dynamoDb = LocalDynamoDb.start()) {
            createTable(dynamoDb.client(), "orders");

            assertThat(workingDirectory()).isEqualTo(before);
        }
        assertThat(workingDirectory()).isEqualTo(before);
    }

    private static void createTable(DynamoDbClient client, String name) {
        client.createTable(CreateTableRequest.builder()
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .build());
    }

    private static boolean connects(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), CONNECT_TIMEOUT_MILLIS);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    private static List<InetAddress> addressesBesidesLoopback() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
    }

    private static Set<Path> workingDirectory() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(""))) {
            return files.collect(Collectors.toSet());
        }
    }
}
