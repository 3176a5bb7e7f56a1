// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * DynamoDB Local in this process: an empty database in memory behind an HTTP port of 127.0.0.1 that the system picks, until it is closed.
 *
 * <pre>{@code
 * try (LocalDynamoDb dynamoDb = LocalDynamoDb.start()) {
 *   DynamoDbAsyncClient client = dynamoDb.asyncClient();
 *   ...
 * }
 * }</pre>
 *
 * <p>It listens on loopback only, starts no telemetry, and keeps nothing on disk; the native library of SQLite is unpacked into
 * {@code java.io.tmpdir} (or the folder that the system property {@code org.sqlite.tmpdir} names) and deleted when the JVM ends. On JDK 24 and
 * newer, loading it earns a warning unless the JVM runs with {@code --enable-native-access=ALL-UNNAMED}. Close it: DynamoDB Local has threads that
 * keep a JVM from ending. Jetty logs its start and stop through SLF4J at INFO; set the logger {@code org.eclipse.jetty} to WARN to silence it.
 *
 * <p>Needs {@code software.amazon.awssdk:dynamodb}, {@code com.amazonaws:DynamoDBLocal} and {@code com.almworks.sqlite4java:sqlite4java}, which
 * are optional dependencies of the testkit. Several may run at once; they share nothing. Thread-safe.
 */
public final class LocalDynamoDb implements AutoCloseable {
    private static final Map<String, String> ARTIFACTS_BY_CLASS = artifactsByClass();

    private final DynamoDbServer server;
    private @Nullable DynamoDbClient client;
    private @Nullable DynamoDbAsyncClient asyncClient;
    private boolean closed;

    private LocalDynamoDb(DynamoDbServer server) {
        this.server = server;
    }

    /**
     * Starts a database.
     *
     * @throws IllegalStateException if an artifact that this class needs is not on the class path (the message names each), or DynamoDB Local
     *     does not start
     */
    public static LocalDynamoDb start() {
        requireArtifacts(LocalDynamoDb.class.getClassLoader());
        return new LocalDynamoDb(DynamoDbServer.start());
    }

    /** The endpoint, such as {@code http://127.0.0.1:41234}. */
    public URI endpoint() {
        return server.endpoint();
    }

    /**
     * A client of this database, made at the first call and the same one at each. It is closed with it.
     *
     * @throws IllegalStateException if the database is closed and the client was not made before
     */
    public synchronized DynamoDbClient client() {
        if (client == null) {
            requireOpen();
            client = DynamoDbClient.builder()
                    .endpointOverride(endpoint())
                    .region(region())
                    .credentialsProvider(credentials())
                    .build();
        }
        return client;
    }

    /**
     * An asynchronous client of this database, made at the first call and the same one at each. It is closed with it.
     *
     * @throws IllegalStateException if the database is closed and the client was not made before
     */
    public synchronized DynamoDbAsyncClient asyncClient() {
        if (asyncClient == null) {
            requireOpen();
            asyncClient = DynamoDbAsyncClient.builder()
                    .endpointOverride(endpoint())
                    .region(region())
                    .credentialsProvider(credentials())
                    .build();
        }
        return asyncClient;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("This LocalDynamoDb is closed");
        }
    }

    /** The region of the clients, for clients of one's own: DynamoDB Local takes any, and shows the same tables in each. */
    public static Region region() {
        return Region.US_EAST_1;
    }

    /** Credentials that open nothing, for clients of one's own: DynamoDB Local takes any. */
    public static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
    }

    /**
     * Closes the clients and the database; its tables are gone. The asynchronous client is told to close and takes its two seconds of quiet in the
     * background. Closing again does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (client != null) {
            client.close();
        }
        if (asyncClient != null) {
            Thread closing = new Thread(asyncClient::close, "local-dynamodb-close");
            closing.setDaemon(true);
            closing.start();
        }
        server.close();
    }

    @Override
    public String toString() {
        return "LocalDynamoDb[" + server.endpoint() + "]";
    }

    private static Map<String, String> artifactsByClass() {
        Map<String, String> artifacts = new LinkedHashMap<>();
        artifacts.put(
                "software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient", "software.amazon.awssdk:dynamodb");
        artifacts.put(
                "com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler",
                "com.amazonaws:DynamoDBLocal");
        artifacts.put("com.almworks.sqlite4java.SQLite", "com.almworks.sqlite4java:sqlite4java");
        return artifacts;
    }

    private static void requireArtifacts(ClassLoader loader) {
        List<String> missing = new ArrayList<>();
        ARTIFACTS_BY_CLASS.forEach((name, artifact) -> {
            try {
                Class.forName(name, false, loader);
            } catch (ClassNotFoundException | LinkageError e) {
                missing.add(artifact);
            }
        });
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "LocalDynamoDb needs " + String.join(" and ", missing)
                            + " on the class path; the testkit declares them optional, so add them to your own test dependencies");
        }
    }
}
