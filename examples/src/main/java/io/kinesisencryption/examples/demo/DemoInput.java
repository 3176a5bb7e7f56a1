// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Inputs;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.examples.line.LineReader;
import io.kinesisencryption.examples.line.PartitionKeys;
import io.kinesisencryption.examples.stream.OutgoingRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Gets the records of a demonstration, all of them in memory: the proof at its end needs them. */
final class DemoInput {
    private DemoInput() {}

    /**
     * The records to send.
     *
     * @throws CommandException if the file cannot be read, is empty, or a line has no partition key
     */
    static List<OutgoingRecord> records(DemoOptions options) {
        return options.input() == null ? generated(options) : read(options.input(), options);
    }

    private static List<OutgoingRecord> generated(DemoOptions options) {
        PartitionKeys keys = PartitionKeys.of(options.keyField() == null ? OrderEvents.KEY_FIELD : options.keyField());
        OrderEvents events = new OrderEvents(options.seed());
        List<OutgoingRecord> records = new ArrayList<>();
        while (records.size() < options.maxRecords()) {
            Line line = events.next();
            records.add(new OutgoingRecord(line, keys.keyOf(line)));
        }
        return records;
    }

    private static List<OutgoingRecord> read(Path file, DemoOptions options) {
        PartitionKeys keys = PartitionKeys.of(options.keyField());
        List<OutgoingRecord> records = new ArrayList<>();
        try (LineReader lines = Inputs.open(file)) {
            for (Line line = lines.next(); line != null && records.size() < options.maxRecords(); line = lines.next()) {
                records.add(new OutgoingRecord(line, keys.keyOf(line)));
            }
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        if (records.isEmpty()) {
            throw new CommandException("the file '%s' holds no lines".formatted(file));
        }
        return records;
    }
}
