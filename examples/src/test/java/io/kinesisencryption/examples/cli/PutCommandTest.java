// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.LineReader;
import io.kinesisencryption.examples.line.PartitionKeys;
import io.kinesisencryption.examples.stream.RecordPublisher;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PutCommandTest {
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final List<Integer> storedWhenItWaited = new ArrayList<>();

    PutCommandTest() {
        kinesis.createStream("orders", 1);
    }

    @Test
    void whatAPipeHasGivenIsStoredBeforeItIsWaitedFor() throws IOException {
        InputStream pipe = new SequenceInputStream(Collections.enumeration(
                List.of(given("a\nb\n"), pause(), given("c\nd"), pause(), given("\n"), pause())));

        put(pipe);

        assertThat(storedWhenItWaited).containsExactly(2, 3, 4);
        assertThat(kinesis.storedRecords("orders")).hasSize(4);
    }

    private void put(InputStream input) throws IOException {
        RecordPublisher publisher =
                new RecordPublisher(kinesis.client(), "orders", (sent, shardId, sequenceNumber) -> {}, pause -> {});
        PutCommand.put(new LineReader(input, 100), PartitionKeys.of(null), publisher);
    }

    private static InputStream given(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The writer pauses: nothing is available, and a read waits. */
    private InputStream pause() {
        return new InputStream() {
            @Override
            public int read() {
                storedWhenItWaited.add(kinesis.storedRecords("orders").size());
                return -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return read();
            }
        };
    }

    @Test
    void anErrorIsOneLineThatATerminalOnlyShows() {
        assertThat(CommandException.oneLine("a\r\nb\u001b\u009b\u0085\u2028\u202ec "))
                .isEqualTo("a b c");
    }
}
