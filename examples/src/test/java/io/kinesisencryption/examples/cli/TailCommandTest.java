// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.stream.StartPosition;
import io.kinesisencryption.examples.stream.StreamTail;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;

class TailCommandTest {
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("namespace", "name", new byte[32]))
            .build();

    TailCommandTest() {
        kinesis.createStream("orders", 1);
        KinesisClient client = EncryptingKinesisClient.wrap(kinesis.client(), encryption);
        client.putRecord(
                request -> request.streamName("orders").partitionKey("key").data(SdkBytes.fromUtf8String("a record")));
    }

    @AfterEach
    void close() {
        encryption.close();
    }

    private void tailTo(OutputStream file) throws IOException {
        TailCommand.read(
                new StreamTail(
                        kinesis.client(),
                        encryption.decryptor(StreamIdentity.of("orders")),
                        StartPosition.TRIM_HORIZON,
                        new StandardOutput(file),
                        pause -> {}),
                true);
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    @Test
    void recordsArePrintedWithALineFeedEach() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        tailTo(printed);
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("a record\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Broken pipe", "The pipe is being closed", "Datenübergabe unterbrochen (broken pipe)"})
    void itEndsQuietlyWhenWhoeverReadIsGone(String message) throws IOException {
        int before = (int) kinesis.callCount("GetRecords");
        tailTo(failing(message));
        assertThat(kinesis.callCount("GetRecords")).as("and reads no further").isEqualTo(before + 1);
    }

    @Test
    void aFullDiskIsAFailure() {
        assertThatThrownBy(() -> tailTo(failing("No space left on device")))
                .isInstanceOf(CommandException.class)
                .hasMessage("standard output cannot be written: No space left on device");
    }
}
