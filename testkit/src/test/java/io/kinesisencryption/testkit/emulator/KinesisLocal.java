// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** The Kinesis emulator {@code kinesis-local} as a process that listens on loopback only, until it is closed. */
public final class KinesisLocal implements AutoCloseable {
    private static final long START_TIMEOUT_SECONDS = 120;
    private static final long POLL_MILLIS = 100;
    private static final int OK = 200;
    private static final int MAX_ATTEMPTS = 5;

    private final Process process;
    private final URI endpoint;

    private KinesisLocal(Process process, URI endpoint) {
        this.process = process;
        // For a test run that is interrupted.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        this.endpoint = endpoint;
    }

    /**
     * Starts the emulator that {@link NodePackages} installed, and waits until it answers. It wants to be told its ports, and another process can take
     * one before it does: then it is started again with others.
     */
    public static KinesisLocal start(Path nodeFolder) throws IOException, InterruptedException {
        Path log = nodeFolder.resolve("kinesis-local.log");
        for (int attempt = 1; ; attempt++) {
            KinesisLocal emulator = begin(nodeFolder, log);
            try {
                if (emulator.awaitHealth(log)) {
                    return emulator;
                }
                emulator.close();
                assertThat(attempt).as("attempts to find free ports").isLessThan(MAX_ATTEMPTS);
            } catch (InterruptedException | RuntimeException | Error e) {
                emulator.close();
                throw e;
            }
        }
    }

    private static KinesisLocal begin(Path nodeFolder, Path log) throws IOException {
        int plainPort;
        int tlsPort;
        // Both are open at once, or they could be one and the same.
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket tls = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            plainPort = plain.getLocalPort();
            tlsPort = tls.getLocalPort();
        }
        Path module = nodeFolder.resolve("node_modules").resolve("kinesis-local");
        ProcessBuilder builder = new ProcessBuilder(
                        "node",
                        "-r",
                        nodeFolder.resolve("only-loopback.js").toString(),
                        module.resolve("main.js").toString())
                .directory(module.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "KINESIS_MOCK_PLAIN_PORT",
                        Integer.toString(plainPort),
                        "KINESIS_MOCK_TLS_PORT",
                        Integer.toString(tlsPort),
                        "CREATE_STREAM_DURATION",
                        "20ms",
                        "LOG_LEVEL",
                        "WARN"));
        return new KinesisLocal(builder.start(), URI.create("http://127.0.0.1:" + plainPort));
    }

    /** The endpoint, for programs. */
    public URI endpoint() {
        return endpoint;
    }

    /** A client for the caller to close. */
    public KinesisClient client() {
        return KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .build();
    }

    /** An asynchronous client for the caller to close. */
    public KinesisAsyncClient asyncClient() {
        return asyncClient(endpoint);
    }

    /** An asynchronous client of an emulator that another process started. The emulator is slow over HTTP/2. */
    public static KinesisAsyncClient asyncClient(URI endpoint) {
        return KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1))
                .build();
    }

    /** Ends the process at once: asked politely, it waits for its clients. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it answers, or for it to find that a port is taken: it says so in its log, and goes on without answering. */
    private boolean awaitHealth(Path log) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (!isHealthy()) {
            if (read(log).contains("EADDRINUSE")) {
                return false;
            }
            assertThat(process.isAlive())
                    .as(() -> "kinesis-local runs: " + read(log))
                    .isTrue();
            assertThat(System.nanoTime()).as("kinesis-local answers in time").isLessThan(deadline);
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    private boolean isHealthy() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) endpoint.resolve("/healthcheck").toURL().openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(5_000);
            return connection.getResponseCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
