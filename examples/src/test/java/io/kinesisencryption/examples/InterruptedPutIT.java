// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends {@code put} while the service does not answer. */
class InterruptedPutIT {
    @TempDir
    private Path folder;

    private final CountDownLatch asked = new CountDownLatch(1);
    private HttpServer silent;

    @BeforeEach
    void listen() throws IOException {
        silent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        silent.createContext("/", exchange -> asked.countDown());
        silent.start();
    }

    @AfterEach
    void stop() {
        silent.stop(0);
    }

    @Test
    void theLinesThatAreNotAcknowledgedAreNamed() throws Exception {
        Path key = Files.write(folder.resolve("key"), new byte[32]);
        Running put = ProgramJar.in(folder)
                .environment("AWS_ACCESS_KEY_ID", "any")
                .environment("AWS_SECRET_ACCESS_KEY", "any")
                .start(
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
                        "name");
        try {
            OutputStream lines = put.process().getOutputStream();
            lines.write("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8));
            lines.flush();
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
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
