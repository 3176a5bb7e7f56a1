// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.examples.line.LineReader;
import io.kinesisencryption.examples.line.PartitionKeys;
import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.examples.stream.RecordPublisher;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.SequenceInputStream;
import java.io.StringWriter;
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

    private RecordPublisher publisher() {
        return new RecordPublisher(kinesis.client(), "orders", (sent, place) -> {}, pause -> {});
    }

    private void put(InputStream input) throws IOException {
        PutCommand.put(new LineReader(input, 100), PartitionKeys.of(null), publisher());
    }

    @Test
    void aLineThatCannotBeUsedIsToldWithThoseBeforeItThatWereNotSent() {
        InputStream input = given("{\"a\":1}\n{\"a\":2}\n{\"b\":3}\n{\"a\":4}\n");
        assertThatThrownBy(() -> PutCommand.put(new LineReader(input, 100), PartitionKeys.of("a"), publisher()))
                .isInstanceOf(CommandException.class)
                .hasMessage("line 3 has no field 'a'; lines 1-2 were not acknowledged");
        assertThat(kinesis.storedRecords("orders")).isEmpty();
    }

    @Test
    void aFirstLineThatCannotBeUsedIsToldAlone() {
        InputStream input = given("{\"b\":1}\n");
        assertThatThrownBy(() -> PutCommand.put(new LineReader(input, 100), PartitionKeys.of("a"), publisher()))
                .hasMessage("line 1 has no field 'a'");
    }

    @Test
    void anInterruptNamesTheLinesThatAreNotAcknowledgedAndSaysNothingIfThereAreNone() {
        RecordPublisher publisher = publisher();
        assertThat(saidOf(publisher)).isEmpty();
        for (int i = 1; i <= 3; i++) {
            publisher.put(new OutgoingRecord(new Line(i, new byte[1]), "key"));
        }
        assertThat(saidOf(publisher))
                .isEqualTo("put: interrupted; lines 1-3 were not acknowledged, and may be stored or not");
        publisher.flush();
        assertThat(saidOf(publisher)).isEmpty();
    }

    private static String saidOf(RecordPublisher publisher) {
        StringWriter err = new StringWriter();
        PutCommand.sayWhatIsMissing(publisher, new PrintWriter(err), "put: interrupted");
        return err.toString().strip();
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
