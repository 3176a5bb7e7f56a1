// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kinesisencryption.examples.support.ProgramJar;
import io.kinesisencryption.examples.support.ProgramJar.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends {@code put} while the service does not answer. */
class InterruptedPutIT {
    @TempDir
    private Path folder;

    private final CountDownLatch asked = new CountDownLatch(1);
    private HttpServer silent;

    @BeforeEach
    void listen() throws IOException {
        silent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        silent.createContext("/", this::answer);
        silent.start();
    }

    @AfterEach
    void stop() {
        silent.stop(0);
    }

    /** The batching producer asks for the stream's limits first, and goes on without an answer if it may not. */
    private void answer(HttpExchange exchange) throws IOException {
        String operation = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (operation.endsWith(".DescribeStreamSummary")) {
            byte[] denied = "{\"__type\":\"AccessDeniedException\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(400, denied.length);
            exchange.getResponseBody().write(denied);
            exchange.close();
        } else {
            asked.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--batch"})
    void theLinesThatAreNotAcknowledgedAreNamed(String option) throws Exception {
        Path key = Files.write(folder.resolve("key"), new byte[32]);
        List<String> command = new ArrayList<>(List.of(
                "put",
                "--stream",
                "orders",
                "--region",
                "us-east-1",
                "--endpoint-url",
                "http://127.0.0.1:" + silent.getAddress().getPort(),
                "--raw-aes-key",
                key.toString(),
                "--key-namespace",
                "namespace",
                "--key-name",
                "name"));
        if (!option.isEmpty()) {
            command.add(option);
        }
        Running put = ProgramJar.in(folder)
                .environment("AWS_ACCESS_KEY_ID", "any")
                .environment("AWS_SECRET_ACCESS_KEY", "any")
                // The library warns of the limits that it may not ask for.
                .jvmOption("-Dorg.slf4j.simpleLogger.log.io.kinesisencryption=error")
                .jvmOption("-Daws.cborEnabled=false")
                .start(command.toArray(String[]::new));
        try {
            OutputStream lines = put.process().getOutputStream();
            lines.write("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8));
            lines.flush();
            assertThat(asked.await(300, TimeUnit.SECONDS)).isTrue();
            // What Ctrl-C does, but for the number of the signal.
            put.process().destroy();

            assertThat(put.exitCode()).isNotZero();
            assertThat(put.errLines())
                    .containsExactly(
                            "kinesis-encryption put: interrupted; lines 1-3 were not acknowledged, and may be stored or not");
        } finally {
            put.process().destroyForcibly();
        }
    }
}
